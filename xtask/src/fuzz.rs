//! The fuzz targets in `fuzz/`, each for a while.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use flink_recordings::Recording;

use crate::cargo;

const TARGETS: &[&str] = &["answers", "errors", "follow"];

/// The release that is installed where there is none.
const CARGO_FUZZ: &str = "0.13.2";

// No group of its own: `soak` takes these too, and a group's name would be in use already.
#[derive(clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// How long each target runs
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
        // Inputs longer than the longest flame graph find nothing that shorter ones do not.
        let limits =
            format!("-max_total_time={} -max_len=65536 -rss_limit_mb=2048 -timeout=10", arguments.seconds);
        // There is no unsafe code that a sanitizer could watch, and unoptimized code is there sooner and checks more.
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
                "{target} found something, or could not be built (it needs `rustup toolchain install nightly`)"
            );
        }
    }
    Ok(())
}

/// A folder of inputs to start from.
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
