//! `flinkctl`: the command line for Apache Flink clusters. It is a program; this is for those who describe it.

#![allow(clippy::result_large_err, reason = "a failure is made once, and ends the program")]

mod cli;
mod commands;
mod complete;
mod confirm;
mod context;
mod error;
mod every;
mod follow;
mod output;
mod resolve;
mod save;
mod stop;
mod usage;
mod verb;
mod view;

use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::error::{Exit, Failure, Result};

/// The whole command line, for manuals.
pub fn command() -> clap::Command {
    cli::command()
}

/// Does what the process's arguments say.
pub fn main() -> ExitCode {
    if complete::answer() {
        return ExitCode::SUCCESS;
    }
    let matches = match cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return refuse(&error),
    };
    let verbose = matches.get_flag("verbose");
    match run(&matches) {
        Ok(()) => ExitCode::SUCCESS,
        // Who reads no further has seen enough.
        Err(failure) if failure.is_broken_pipe => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print(verbose);
            ExitCode::from(failure.exit as u8)
        }
    }
}

/// Shows the help that was asked for, or what is wrong with the command line.
fn refuse(error: &clap::Error) -> ExitCode {
    use ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    match error.kind() {
        DisplayHelp | DisplayVersion | DisplayHelpOnMissingArgumentOrSubcommand => {
            // What cannot be printed has nobody to read it.
            let _ = error.print();
        }
        _ => usage::failure(error).print(false),
    }
    match error.kind() {
        DisplayHelp | DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(Exit::Usage as u8),
    }
}

fn run(matches: &clap::ArgMatches) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { cli::run(matches).await })
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        usage::failure(&error)
    }
}
