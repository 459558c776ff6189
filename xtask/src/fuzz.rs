//! Runs each fuzz target in `fuzz/` for a while.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use flink_recordings::Recording;

use crate::cargo;

const TARGETS: &[&str] = &["answers", "errors", "follow"];

/// The version to install if cargo-fuzz is missing.
const CARGO_FUZZ: &str = "0.13.2";

// No group: `soak` includes these arguments too, and clap would find two groups of the same name.
#[derive(clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// Duration of each target
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    seconds: u32,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let installed = Command::new(env!("CARGO")).args(["fuzz", "--version"]).output();
    if !installed.is_ok_and(|output| output.status.success()) {
        cargo(&format!("install --quiet --locked --debug cargo-fuzz --version {CARGO_FUZZ}"), &[])?;
    }
    for target in TARGETS {
        let seeds = seeds(target)?;
        // Inputs longer than the longest flame graph find nothing new.
        let limits =
            format!("-max_total_time={} -max_len=65536 -rss_limit_mb=2048 -timeout=10", arguments.seconds);
        // No sanitizer: there is no unsafe code. Not optimized: builds faster and checks more.
        let run = ["+nightly", "fuzz", "run", "--dev", "--sanitizer", "none", "--fuzz-dir", "fuzz", target];
        let status = Command::new("cargo")
            .args(run)
            .arg(seeds)
            .arg("--")
            .args(limits.split(' '))
            .status()
            .context("cargo +nightly")?;
        if !status.success() {
            bail!(
                "{target} found a failure, or could not be built (it needs `rustup toolchain install nightly`)"
            );
        }
    }
    Ok(())
}

/// Writes the initial inputs of a target and returns their folder.
fn seeds(target: &str) -> Result<PathBuf> {
    let inputs: Vec<String> = match target {
        "answers" => {
            let recorded = flink_recordings::files(&flink_recordings::fixtures().join(flink_local::NEWEST))?;
            let recordings = recorded.iter().map(|file| Recording::read(file));
            recordings
                .map(|one| one.map(|one| format!("{}\n{}", one.endpoint, one.answer)))
                .collect::<Result<_>>()?
        }
        "follow" => {
            vec!["\u{7f}\u{7f}one\n\u{7f}\u{7f}two\n\u{7d}\u{7f}one\n\u{0}\u{7f}\n\u{7f}\u{7f}three\n".into()]
        }
        _ => vec![
            "404\n\n\n{\"errors\":[\"org.apache.flink.X: no\\n\\tat a.B.c(D.java:1)\\nCaused by: y\"]}"
                .into(),
            "302\nhttps://me:secret@login.example/start?token=x\n\n".into(),
            "503\n\n120\n<html><title>Busy</title></html>".into(),
        ],
    };
    let folder = flink_workspace::root().join("fuzz/corpus").join(target);
    fs::create_dir_all(&folder)?;
    for (number, input) in inputs.iter().enumerate() {
        fs::write(folder.join(format!("seed-{number}")), input)?;
    }
    Ok(folder)
}
