//! Logs that are larger than memory, and logs of many processes.

use std::time::Duration;

use anyhow::Result;

use super::*;
use crate::bench::contestants::Server;

pub(super) const ROW: Row =
    Row { name: "logs", about: "20 logs of 500 MB, and 1,000 that take 50 ms each", measure };

/// Memory limit of `flinkctl logs` for the large logs, in bytes.
const MEMORY_LIMIT: f64 = 40e6;

/// Time limit for the many logs, in seconds.
const WALL_LIMIT: f64 = 10.0;

const LARGE: &[(&str, &[&str])] = &[
    ("peak memory, all", &[]),
    ("peak memory, -n 1", &["-n", "1"]),
    ("peak memory, -n 10000", &["-n", "10000"]),
    ("peak memory, few", &["--since", "2026-11-23 18:00", "--level", "info", "--grep", "22:00:0"]),
];

const MANY: &[(&str, &[&str])] = &[("wall, all of 1,000", &[]), ("wall, -n 1 of 1,000", &["-n", "1"])];

fn measure(bench: &Bench) -> Result<Vec<Line>> {
    let large = if bench.quick { 50_000_000 } else { 500_000_000 };
    let large = Server::of_taskmanagers(&bench.meter, 20, large, Duration::ZERO)?;
    let many = Server::of_taskmanagers(&bench.meter, 1000, 20_000, Duration::from_millis(50))?;
    let mut lines = Vec::new();
    for (what, options) in LARGE {
        lines.push(limited(what, MEMORY, &taken(bench, &large, options)?, MEMORY_LIMIT));
    }
    for (what, options) in MANY {
        lines.push(limited(what, WALL, &taken(bench, &many, options)?, WALL_LIMIT));
    }
    Ok(lines)
}

fn taken(bench: &Bench, server: &Server, options: &[&str]) -> Result<Usage> {
    let command = [&bench.flinkctl, "--url", &server.url, "--timeout", "1h", "logs"];
    bench.meter.once(&Contestant::new("flinkctl", command.iter().chain(options)))
}

fn limited(
    what: &'static str,
    (_, unit, of): (&str, Unit, fn(&Usage) -> f64),
    taken: &Usage,
    limit: f64,
) -> Line {
    Line { row: "logs", what, unit, ours: of(taken).into(), counterpart: None, goal: Goal::Limit(limit) }
}
