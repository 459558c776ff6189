//! The project's own commands: `cargo xtask --help`.

mod bench;
mod check_recordings;
mod fuzz;
mod links;
mod live;
mod python;
mod quickstart;
mod readme;
mod record;
mod reference;
mod setup;
mod soak;
mod spec;
mod test;
mod wheel;

use std::{env, process, time::Instant};

use anyhow::bail;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts a real Flink on this machine, runs a word count on it and shows what happened
    Quickstart(quickstart::Arguments),
    /// Compiles the example jobs and names their jars
    Jobs {
        /// The Flink to compile against
        #[arg(long, value_name = "VERSION", default_value = flink_local::NEWEST)]
        flink: String,
    },
    /// Runs all checks and tests, those on a real Flink included
    Test(test::Arguments),
    /// Gives the decoders and the errors any bytes, for a while (needs nightly Rust)
    Fuzz(fuzz::Arguments),
    /// Runs the long forms of the tests that live by chance, for about an hour
    Soak(soak::Arguments),
    /// Calls every endpoint on real clusters, and shows a table of it
    Live(live::Arguments),
    /// Writes down what Flink itself says of its REST API
    Spec(spec::Arguments),
    /// Records real answers: of a Flink in all states, or of a cluster as it is
    Record(record::Arguments),
    /// Says what the client's types lose of recorded answers
    CheckRecordings(check_recordings::Arguments),
    /// Measures the client beside what one would take instead
    Bench(bench::Arguments),
    /// Writes the endpoint table of README.md
    Readme(readme::Arguments),
    /// Writes the part of the Python package that comes from the endpoints, and its twin without async
    Python(python::Arguments),
    /// Writes flinkctl's reference page, and its man pages
    Reference(reference::Arguments),
    /// Builds the Python package and tests it as it will be installed
    Wheel(wheel::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Quickstart(arguments) => quickstart::run(&arguments),
        Command::Jobs { flink } => jobs(&flink),
        Command::Test(arguments) => test::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Soak(arguments) => soak::run(&arguments),
        Command::Live(arguments) => live::run(&arguments),
        Command::Spec(arguments) => spec::run(&arguments),
        Command::Record(arguments) => record::run(&arguments),
        Command::CheckRecordings(arguments) => check_recordings::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Readme(arguments) => readme::run(&arguments),
        Command::Python(arguments) => python::run(&arguments),
        Command::Reference(arguments) => reference::run(&arguments),
        Command::Wheel(arguments) => wheel::run(&arguments),
    }
}

fn jobs(version: &str) -> anyhow::Result<()> {
    setup::jdk()?;
    let distribution = flink_local::Distribution::obtain(version, flink_local::Progress::Stderr)?;
    for compile in [flink_jobs::word_count, flink_jobs::streaming_job, flink_jobs::many_jobs] {
        let jar = compile(&distribution)?;
        println!("{}", jar.canonicalize()?.display());
    }
    Ok(())
}

/// Runs cargo, and says how long it took.
pub(crate) fn cargo(arguments: &str, environment: &[(&str, &str)]) -> anyhow::Result<()> {
    let mut command = process::Command::new(env!("CARGO"));
    let shown = environment.iter().map(|(key, value)| format!("{key}={value:?} ")).collect::<String>();
    timed(
        &format!("{shown}cargo {arguments}"),
        command.args(arguments.split(' ')).envs(environment.iter().copied()),
    )
}

/// Runs a command, and says how long it took.
pub(crate) fn timed(shown: &str, command: &mut process::Command) -> anyhow::Result<()> {
    eprintln!("\n\u{25b6} {shown}");
    // What cargo told this program of itself; ring is compiled anew, with all above it, when it is told something else.
    let told = env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    });
    told.for_each(|name| _ = command.env_remove(name));
    let started = Instant::now();
    let status = command.status()?;
    if !status.success() {
        bail!("{shown}: {status}");
    }
    eprintln!("\u{2714} in {:.0} s", started.elapsed().as_secs_f64());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_can_be_read() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
