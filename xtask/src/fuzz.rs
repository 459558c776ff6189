//! The fuzz targets in `fuzz/`, each for a while.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};

use crate::cargo;

const TARGETS: &[&str] = &["answers", "errors"];

/// The release that is installed where there is none.
const CARGO_FUZZ: &str = "0.13.2";

#[derive(clap::Args)]
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
        let limits = format!("-max_total_time={} -max_len=65536 -rss_limit_mb=2048 -timeout=10", arguments.seconds);
        let run = ["+nightly", "fuzz", "run", "--fuzz-dir", "fuzz", target, &seeds.to_string_lossy(), "--"];
        let status = Command::new("cargo").args(run).args(limits.split(' ')).status().context("cargo +nightly")?;
        if !status.success() {
            bail!("{target} found something, or could not be built (it needs `rustup toolchain install nightly`)");
        }
    }
    Ok(())
}
