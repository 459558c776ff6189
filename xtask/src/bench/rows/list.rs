//! A command from its start to its end.

use anyhow::Result;

use super::*;
use crate::bench::contestants::until_it_runs;

pub(super) const ROW: Row =
    Row { name: "list", about: "`flinkctl job list` from start to end, on a real Flink", measure };

const MEGABYTES: f64 = 1e6;

fn measure(bench: &Bench) -> Result<Vec<Line>> {
    let (cluster, flink) = bench.cluster()?;
    until_it_runs(flink, bench.run_job(1, &["--rate", "1"])?)?;
    let url = cluster.url();
    let ours = Way::new("flinkctl", [&bench.flinkctl, "--url", url, "job", "list"]);
    let ways = [ours, curl([format!("{url}/jobs/overview")]), bench.bench("naive reqwest", ["list", url])];
    let taken = bench.scale.in_turn(bench.rounds(10, 60), &ways)?;
    let [ours, others @ ..] = taken.as_slice() else { return Ok(Vec::new()) };
    let goals = [Goal::Times(0.5), Goal::Known];
    let quick = ways.iter().skip(1).zip(others).zip(goals);
    let mut lines: Vec<_> =
        quick.map(|((way, theirs), goal)| line("list", CPU, ours, (way.name, theirs), goal)).collect();

    let slow = [
        (bench.jvm(&["list", "-m", url.trim_start_matches("http://")])?, Goal::Less(300.0)),
        (bench.python(["list", url])?, Goal::Less(25.0)),
    ];
    for (way, goal) in &slow {
        let pair = [ways[0].clone(), way.clone()];
        let taken = bench.scale.in_turn(bench.rounds(2, 7), &pair)?;
        lines.push(line("list", CPU, &taken[0], (way.name, &taken[1]), *goal));
        lines.push(line("list", MEMORY, &taken[0], (way.name, &taken[1]), Goal::Limit(12.0 * MEGABYTES)));
    }
    let counted = ways.iter().map(|way| bench.scale.instructions(way)).collect::<Result<Vec<_>>>()?;
    for (way, theirs) in ways.iter().zip(&counted).skip(1) {
        lines.push(instructions("list", counted[0], (way.name, *theirs), Goal::Known));
    }
    Ok(lines)
}
