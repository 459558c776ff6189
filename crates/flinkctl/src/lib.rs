//! `flinkctl`: the command line for Apache Flink clusters. The library exists for `xtask`, which writes the reference.

#![allow(clippy::result_large_err, reason = "a failure is created once, and ends the program")]

mod all_contexts;
mod app;
mod clap_errors;
mod cli;
mod command;
mod commands;
mod complete;
mod confirm;
mod context;
mod endpoint_command;
mod error;
mod json;
mod limit;
mod metrics;
mod nearest;
mod operation;
mod output;
mod partial;
mod progress;
mod resolve;
mod save;
mod shell;
mod signals;
mod view;
mod wait;

use std::{process::ExitCode, time::Duration};

use clap::error::ErrorKind;

use crate::{
    error::{Exit, Failure, Result},
    limit::Limit,
};

/// The definition of the command line, for the reference.
pub fn command() -> clap::Command {
    cli::command()
}

/// Runs the command that the process's arguments name.
pub fn main() -> ExitCode {
    if complete::answer(cli::command) {
        return ExitCode::SUCCESS;
    }
    let matches = match cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return refuse(&error),
    };
    let verbose = matches.get_flag("verbose");
    match run(&matches) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader closed the pipe (`head`): not an error.
        Err(failure) if failure.is_broken_pipe => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print(verbose);
            ExitCode::from(failure.exit as u8)
        }
    }
}

/// Prints the requested help, or the error of the command line.
fn refuse(error: &clap::Error) -> ExitCode {
    use ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    match error.kind() {
        DisplayHelp | DisplayVersion | DisplayHelpOnMissingArgumentOrSubcommand => {
            // If stdout is closed, nobody reads the help.
            let _ = error.print();
        }
        _ => clap_errors::failure(error, cli::command()).print(false),
    }
    match error.kind() {
        DisplayHelp | DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(Exit::Usage as u8),
    }
}

fn run(matches: &clap::ArgMatches) -> Result<()> {
    let limit = Limit::new(matches.get_one::<Duration>("timeout").copied());
    run_to_end(limit.hold(cli::run(matches, limit.clone())))?
}

/// Runs the future to its end without waiting for blocking threads that it started, such as a slow DNS lookup.
fn run_to_end<T>(work: impl Future<Output = T>) -> std::io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(done)
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        clap_errors::failure(&error, cli::command())
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    #[test]
    fn blocking_threads_are_not_waited_for() {
        let (begins, begun) = mpsc::channel();
        let (end, ends) = mpsc::channel();
        let work = async {
            tokio::task::spawn_blocking(move || {
                begins.send(()).unwrap();
                ends.recv_timeout(Duration::from_secs(10))
            });
            begun.recv().unwrap();
        };
        run_to_end(work).unwrap();
        assert!(end.send(()).is_ok(), "the runtime waited for the thread");
    }
}
