//! Reading a large answer.

use std::fs;

use anyhow::Result;

use super::*;

pub(super) const ROW: Row =
    Row { name: "decode", about: "the details of a job of 2,000 vertices, from text to types", measure };

/// How often, twice.
const TIMES: [u32; 2] = [1, 4];

fn measure(bench: &Bench) -> Result<Vec<Line>> {
    let file = bench.grown_job(2000)?;
    let (text, file) = (fs::metadata(&file)?.len() as f64, file.display().to_string());
    let by = |name, who| bench.bench(name, ["decode", who, &file]);
    let ours = bench.scale.instructions_each(&by("ours", "ours"), TIMES)?;
    let mut lines = Vec::new();
    for (way, goal) in
        [(by("bare structs", "bare"), Goal::Times(1.1)), (by("serde_json::Value", "value"), Goal::Known)]
    {
        let theirs = bench.scale.instructions_each(&way, TIMES)?;
        lines.push(instructions("decode", ours, (way.name, theirs), goal));
    }
    let python = bench.python(["decode", &file])?;
    let rounds = bench.rounds(2, 7);
    let ways = [by("ours", "ours").with(20), by("json", "nobody").with(20), python.with(20), python.with(0)];
    let taken = bench.scale.in_turn(rounds, &ways)?;
    let each = |many: usize, none: usize| -> Samples {
        taken[many].iter().zip(&taken[none]).map(|(many, none)| (many.cpu - none.cpu) / 20.0).collect()
    };
    let beside = Some(("Python's json", each(2, 3)));
    lines.push(Line {
        row: "decode",
        what: "CPU",
        unit: Unit::Seconds,
        ours: each(0, 1),
        beside,
        goal: Goal::Known,
    });

    // What is held beside the text as it came in: the body in one piece, and the values.
    let taken = bench.scale.in_turn(rounds, &[by("ours", "ours").with(1), by("nobody", "nobody").with(1)])?;
    let more = taken[0].iter().zip(&taken[1]).map(|(ours, nobody)| ours.memory - nobody.memory).collect();
    let beside = Some(("the text", taken[0].iter().map(|_| text).collect()));
    lines.push(Line {
        row: "decode",
        what: "memory",
        unit: Unit::Bytes,
        ours: more,
        beside,
        goal: Goal::Times(2.0),
    });
    Ok(lines)
}
