//! Repeated typed calls.

use std::process::Command;

use anyhow::{Result, bail};

use super::*;
use crate::bench::contestants::JOB;

pub(super) const ROW: Row = Row { name: "get", about: "typed `GET /jobs/:id`, one after the other", measure };

pub(super) const FLOOD: Row =
    Row { name: "flood", about: "the same, 64 at once, in requests per second", measure: flood };

/// Two numbers of repetitions; their difference excludes the start of the program.
const REPETITIONS: [u32; 2] = [50, 350];

fn measure(bench: &Bench) -> Result<Vec<Line>> {
    let url = bench.server()?;
    let by = |name, who| bench.bench(name, ["get", who, url, JOB]);
    let ours = by("ours", "ours");
    let counted = bench.meter.instructions_each(&ours, REPETITIONS)?;
    let mut lines = Vec::new();
    for (contestant, goal) in [
        (by("reqwest, same types", "reqwest"), Goal::Times(1.3)),
        (by("bare hyper, undecoded", "hyper"), Goal::Known),
    ] {
        let theirs = bench.meter.instructions_each(&contestant, REPETITIONS)?;
        lines.push(instructions("get", counted, (contestant.name, theirs), goal));
    }
    let python = bench.python(["get", url, JOB])?;
    let ours = cpu_each(bench, &ours, [1000, 11000])?;
    let theirs = cpu_each(bench, &python, [50, 350])?;
    let counterpart = Some((python.name, theirs));
    lines.push(Line {
        row: "get",
        what: "CPU",
        unit: Unit::Seconds,
        ours,
        counterpart,
        goal: Goal::Less(30.0),
    });
    Ok(lines)
}

/// The CPU time of one repetition.
fn cpu_each(bench: &Bench, contestant: &Contestant, [few, many]: [u32; 2]) -> Result<Samples> {
    let taken =
        bench.meter.measure_in_turns(bench.rounds(2, 7), &[contestant.with(few), contestant.with(many)])?;
    let more = taken[1].iter().zip(&taken[0]).map(|(many, few)| many.cpu - few.cpu);
    Ok(more.map(|more| more / f64::from(many - few)).collect())
}

fn flood(bench: &Bench) -> Result<Vec<Line>> {
    let (url, seconds) = (bench.server()?, bench.rounds(1, 5).to_string());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds(2, 5) {
        let output = stdout_of(Command::new(&bench.meter.bench).args(["flood", url, JOB, "64", &seconds]))?;
        ours.push(output.trim().parse()?);
        let wrk = said_by_wrk(&format!("{url}/jobs/{JOB}"), &seconds)?;
        theirs.push(wrk);
    }
    let (ours, theirs) = (ours.into_iter().collect(), theirs.into_iter().collect());
    let counterpart = Some(("wrk, undecoded", theirs));
    Ok(vec![Line {
        row: "flood",
        what: "requests",
        unit: Unit::PerSecond,
        ours,
        counterpart,
        goal: Goal::AtLeast(0.6),
    }])
}

fn said_by_wrk(url: &str, seconds: &str) -> Result<f64> {
    let output = stdout_of(Command::new("wrk").args(["-t2", "-c64", &format!("-d{seconds}s"), url]))?;
    let number = output.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    match number.map(|number| number.trim().parse()) {
        Some(Ok(number)) if !output.contains("Non-2xx") => Ok(number),
        _ => bail!("wrk: {output}"),
    }
}

fn stdout_of(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
