//! A complete run of a command.

use anyhow::Result;

use super::*;
use crate::bench::contestants::wait_until_running;

pub(super) const ROW: Row =
    Row { name: "list", about: "`flinkctl job list` from start to end, on a real Flink", measure };

const MEGABYTES: f64 = 1e6;

fn measure(bench: &Bench) -> Result<Vec<Line>> {
    let (cluster, flink) = bench.cluster()?;
    wait_until_running(flink, bench.run_job(1, &["--rate", "1"])?)?;
    let url = cluster.url();
    let ours = Contestant::new("flinkctl", [&bench.flinkctl, "--url", url, "job", "list"]);
    let contestants =
        [ours, curl([format!("{url}/jobs/overview")]), bench.bench("naive reqwest", ["list", url])];
    let taken = bench.meter.measure_in_turns(bench.rounds(10, 60), &contestants)?;
    let [ours, others @ ..] = taken.as_slice() else { return Ok(Vec::new()) };
    let goals = [Goal::Times(0.5), Goal::Known];
    let quick = contestants.iter().skip(1).zip(others).zip(goals);
    let mut lines: Vec<_> = quick
        .map(|((contestant, theirs), goal)| line("list", CPU, ours, (contestant.name, theirs), goal))
        .collect();

    let slow = [
        (bench.jvm(&["list", "-m", url.trim_start_matches("http://")])?, Goal::Less(300.0)),
        (bench.python(["list", url])?, Goal::Less(25.0)),
    ];
    for (contestant, goal) in &slow {
        let pair = [contestants[0].clone(), contestant.clone()];
        let taken = bench.meter.measure_in_turns(bench.rounds(2, 7), &pair)?;
        lines.push(line("list", CPU, &taken[0], (contestant.name, &taken[1]), *goal));
        lines.push(line(
            "list",
            MEMORY,
            &taken[0],
            (contestant.name, &taken[1]),
            Goal::Limit(12.0 * MEGABYTES),
        ));
    }
    let counted = contestants
        .iter()
        .map(|contestant| bench.meter.instructions(contestant))
        .collect::<Result<Vec<_>>>()?;
    for (contestant, theirs) in contestants.iter().zip(&counted).skip(1) {
        lines.push(instructions("list", counted[0], (contestant.name, *theirs), Goal::Known));
    }
    Ok(lines)
}
