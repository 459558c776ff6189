//! Measures the resources of a program, as counted by the system.
//!
//! Runs as a separate process: the peak memory of a program includes that of the process that started it.

use std::{fs, path::Path, process::Command, time::Instant};

use anyhow::{Context, Result, bail};
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::{TimeVal, TimeValLike},
};
use serde_json::json;

/// Runs a program and writes its resources to a file.
pub fn run(report: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    let started = Instant::now();
    let status = Command::new(program).args(arguments).status().with_context(|| program.to_owned())?;
    let wall = started.elapsed();
    if !status.success() {
        bail!("{program} {}: {status}", arguments.join(" "));
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |time: TimeVal| time.num_microseconds() as f64 / 1e6;
    let cpu = seconds(usage.user_time()) + seconds(usage.system_time());
    // Linux counts in KiB.
    let took = json!({"cpu": cpu, "wall": wall.as_secs_f64(), "memory": usage.max_rss() * 1024});
    Ok(fs::write(report, took.to_string())?)
}
