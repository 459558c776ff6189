//! Decoding of a large response.

use std::fs;

use anyhow::Result;

use super::*;

pub(super) const ROW: Row =
    Row { name: "decode", about: "the details of a job of 2,000 vertices, from text to types", measure };

/// Two numbers of repetitions.
const REPETITIONS: [u32; 2] = [1, 4];

fn measure(bench: &Bench) -> Result<Vec<Line>> {
    let file = bench.grown_job(2000)?;
    let (text, file) = (fs::metadata(&file)?.len() as f64, file.display().to_string());
    let by = |name, who| bench.bench(name, ["decode", who, &file]);
    let ours = bench.meter.instructions_each(&by("ours", "ours"), REPETITIONS)?;
    let mut lines = Vec::new();
    for (contestant, goal) in
        [(by("bare structs", "bare"), Goal::Times(1.1)), (by("serde_json::Value", "value"), Goal::Known)]
    {
        let theirs = bench.meter.instructions_each(&contestant, REPETITIONS)?;
        lines.push(instructions("decode", ours, (contestant.name, theirs), goal));
    }
    let python = bench.python(["decode", &file])?;
    let rounds = bench.rounds(2, 7);
    let contestants =
        [by("ours", "ours").with(20), by("json", "nobody").with(20), python.with(20), python.with(0)];
    let taken = bench.meter.measure_in_turns(rounds, &contestants)?;
    let each = |many: usize, none: usize| -> Samples {
        taken[many].iter().zip(&taken[none]).map(|(many, none)| (many.cpu - none.cpu) / 20.0).collect()
    };
    let counterpart = Some(("Python's json", each(2, 3)));
    lines.push(Line {
        row: "decode",
        what: "CPU",
        unit: Unit::Seconds,
        ours: each(0, 1),
        counterpart,
        goal: Goal::Known,
    });

    // Memory beyond the received text: the joined body and the decoded values.
    let taken = bench
        .meter
        .measure_in_turns(rounds, &[by("ours", "ours").with(1), by("nobody", "nobody").with(1)])?;
    let more = taken[0].iter().zip(&taken[1]).map(|(ours, nobody)| ours.memory - nobody.memory).collect();
    let counterpart = Some(("the text", taken[0].iter().map(|_| text).collect()));
    lines.push(Line {
        row: "decode",
        what: "memory",
        unit: Unit::Bytes,
        ours: more,
        counterpart,
        goal: Goal::Times(2.0),
    });
    Ok(lines)
}
