//! From nothing to a finished job on a real Flink, with the commands that a user would type.

use std::{env, path::PathBuf, process::Command, time::Instant};

use anyhow::{Context, Result, bail};
use flink_local::{Distribution, Flink, Progress};

use crate::setup;

#[derive(clap::Args)]
pub struct Arguments {
    /// Flink version to start, 1.13 to 2.3 [default: the one in FLINK_HOME, else the newest]
    #[arg(long, value_name = "VERSION")]
    flink: Option<String>,
    /// Leave the cluster running and print how to stop it
    #[arg(long)]
    keep: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let java = setup::jdk()?;
    print_step("Java", format!("{} ({})", java.version(), java.program().display()));
    let distribution = match &arguments.flink {
        Some(version) => Distribution::obtain(version, Progress::Stderr)?,
        None => Distribution::preferred(Progress::Stderr)?,
    };
    print_step("Flink", format!("{} at {}", distribution.version(), distribution.home().display()));
    let jar = flink_jobs::word_count(&distribution)?;
    print_step("Job", format!("{} compiled against it", jar.file_name().unwrap_or_default().display()));

    // Built together with xtask, which depends on the same crates: alone, flinkctl would need them with other features.
    crate::cargo("build --package flinkctl --package xtask --bin flinkctl", &[])?;

    let started = Instant::now();
    let flink = Flink::from(distribution).taskmanagers(1).slots(2).config("web.refresh-interval", "100");
    let cluster = flink.start()?;
    let took = started.elapsed().as_secs_f64();
    print_step("Cluster", format!("{} with 1 TaskManager, 2 slots, up in {took:.1} s", cluster.url()));

    println!("\n$ export FLINKCTL_URL={}", cluster.url());
    let jar = jar.canonicalize()?;
    let jar = jar.strip_prefix(env::current_dir()?).unwrap_or(&jar);
    let jar = jar.to_str().context("the project's path is not valid UTF-8")?;
    for arguments in [
        &["run", jar, "-p", "2", "--wait", "finished"][..],
        &["job", "list"],
        &["job", "accumulators", "Word count"],
    ] {
        flinkctl(cluster.url(), arguments)?;
    }

    if arguments.keep {
        let kept = cluster.keep()?;
        print_step("Kept", format!("the cluster keeps running at {}", kept.url()));
        print_step("Stop it", kept.stop_command());
    } else {
        cluster.stop()?;
        print_step("Stopped", "the cluster, and removed its folder".into());
    }
    let program = program()?;
    let program = program.strip_prefix(env::current_dir()?).unwrap_or(&program).display();
    print_step(
        "Next",
        format!("{program} local up    # start a Flink that keeps running, as the current context"),
    );
    print_step("", format!("{program} run {jar}"));
    print_step("", format!("{program} --help"));
    Ok(())
}

fn print_step(what: &str, rest: String) {
    println!("{what:>10}  {rest}");
}

/// The `flinkctl` that was built beside this program.
fn program() -> Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(format!("flinkctl{}", env::consts::EXE_SUFFIX)))
}

/// Prints a command and runs it.
fn flinkctl(url: &str, arguments: &[&str]) -> Result<()> {
    let shown =
        arguments.iter().map(|word| if word.contains(' ') { format!("'{word}'") } else { (*word).into() });
    println!("$ flinkctl {}", shown.collect::<Vec<String>>().join(" "));
    let mut command = Command::new(program()?);
    command.args(arguments);
    let status = command.env("FLINKCTL_URL", url).env_remove("FLINKCTL_CONTEXT").status()?;
    if !status.success() {
        bail!("flinkctl ended with {status}");
    }
    println!();
    Ok(())
}
