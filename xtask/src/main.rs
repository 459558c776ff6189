//! The project's own commands: `cargo xtask --help`.

mod bench;
mod check_recordings;
mod endpoints;
mod fuzz;
mod generate;
mod links;
mod lint;
mod live;
mod picture;
mod python;
mod quickstart;
mod record;
mod reference;
mod setup;
mod soak;
mod spec;
mod steps;
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
    /// Start a real Flink on this machine, run a word count on it and show the result
    Quickstart(quickstart::Arguments),
    /// Compile the example jobs and print the paths of their jars
    Jobs {
        /// The Flink to compile against
        #[arg(long, value_name = "VERSION", default_value = flink_local::NEWEST)]
        flink: String,
    },
    /// Run all tests, including those on the newest Flink
    Test(test::Arguments),
    /// Run rustfmt, clippy and rustdoc, without warnings
    Lint,
    /// Generate the table of README.md, the Python package's classes and flinkctl's reference page
    Generate(generate::Arguments),
    /// Fuzz the decoders and errors for a while (needs nightly Rust)
    Fuzz(fuzz::Arguments),
    /// Run long forms of the randomized tests, for about an hour
    Soak(soak::Arguments),
    /// Run the tests on real Flinks, and show a table of the endpoints that they called
    Live(live::Arguments),
    /// Extract a release's own description of its REST API
    Spec(spec::Arguments),
    /// Record real responses: of a local Flink in all states, or of a given cluster
    Record(record::Arguments),
    /// Show what the client's types lose of recorded responses
    CheckRecordings(check_recordings::Arguments),
    /// Compare the client's speed and memory with alternatives
    Bench(bench::Arguments),
    /// Write the table in docs/endpoints.md
    Endpoints(endpoints::Arguments),
    /// Generate the endpoint classes and the blocking variant of the Python package
    Python(python::Arguments),
    /// Draw the picture in the README: flinkctl on a real job, as SVG
    Picture,
    /// Generate flinkctl's reference page and man pages
    Reference(reference::Arguments),
    /// Build the Python package and test the installed wheel
    Wheel(wheel::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Quickstart(arguments) => quickstart::run(&arguments),
        Command::Jobs { flink } => jobs(&flink),
        Command::Test(arguments) => test::run(&arguments),
        Command::Lint => lint::run(),
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Soak(arguments) => soak::run(&arguments),
        Command::Live(arguments) => live::run(&arguments),
        Command::Spec(arguments) => spec::run(&arguments),
        Command::Record(arguments) => record::run(&arguments),
        Command::CheckRecordings(arguments) => check_recordings::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Endpoints(arguments) => endpoints::run(&arguments),
        Command::Picture => picture::run(),
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

/// Runs cargo and prints the duration.
pub(crate) fn cargo(arguments: &str, environment: &[(&str, &str)]) -> anyhow::Result<()> {
    let mut command = process::Command::new(env!("CARGO"));
    let shown = environment.iter().map(|(key, value)| format!("{key}={value:?} ")).collect::<String>();
    timed(
        &format!("{shown}cargo {arguments}"),
        command.args(arguments.split(' ')).envs(environment.iter().copied()),
    )
}

/// Removes cargo's variables of this process: with other values, ring and all crates above it would be compiled again.
pub(crate) fn forget_cargo(command: &mut process::Command) {
    let variables = env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    });
    variables.for_each(|name| _ = command.env_remove(name));
}

/// Runs a command and prints the duration.
pub(crate) fn timed(shown: &str, command: &mut process::Command) -> anyhow::Result<()> {
    eprintln!("\n\u{25b6} {shown}");
    forget_cargo(command);
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
    fn the_command_line_is_valid() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
