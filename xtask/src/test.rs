//! All checks and tests, in the order in which they are likely to fail.

use std::{process::Command, time::Instant};

use anyhow::{Result, bail};
use flink_local::{Distribution, Progress};

use crate::{readme, setup};

#[derive(clap::Args)]
pub struct Arguments {
    /// The releases for the live tests
    #[arg(long, value_name = "VERSION", value_delimiter = ',', default_value = "2.3.0,1.20.5")]
    flink: Vec<String>,
    /// Leave out what needs a real Flink
    #[arg(long)]
    without_flink: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    cargo("fmt --all --check", &[])?;
    cargo("clippy --workspace --all-targets --all-features -- -D warnings", &[])?;
    cargo("doc --workspace --no-deps --all-features", &[("RUSTDOCFLAGS", "-D warnings")])?;
    readme::check()?;
    cargo("test --workspace", &[])?;
    if arguments.without_flink {
        return Ok(());
    }

    setup::jdk()?;
    for version in &arguments.flink {
        // Obtained here, so that the time limits of the tests do not run while it is downloaded.
        Distribution::obtain(version, Progress::Stderr)?;
    }
    cargo("test -p flink-local --features live --test live", &[])?;
    for version in &arguments.flink {
        cargo("test -p flink-rest-client --features live --test live", &[("FLINK_VERSION", version)])?;
    }
    Ok(())
}

fn cargo(arguments: &str, environment: &[(&str, &str)]) -> Result<()> {
    let shown = environment.iter().map(|(key, value)| format!("{key}={value:?} ")).collect::<String>();
    eprintln!("\n\u{25b6} {shown}cargo {arguments}");
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO"));
    let status = command.args(arguments.split(' ')).envs(environment.iter().copied()).status()?;
    if !status.success() {
        bail!("{shown}cargo {arguments}: {status}");
    }
    eprintln!("\u{2714} in {:.0} s", started.elapsed().as_secs_f64());
    Ok(())
}
