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
    clap_complete::CompleteEnv::with_factory(cli::command).var(complete::VARIABLE).complete();
    let matches = match cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            // What cannot be printed has nobody to read it.
            let _ = error.print();
            let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if is_help { ExitCode::SUCCESS } else { ExitCode::from(Exit::Usage as u8) };
        }
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

fn run(matches: &clap::ArgMatches) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { cli::run(matches).await })
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::usage(error.to_string())
    }
}
