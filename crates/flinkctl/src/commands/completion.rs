//! Scripts that let a shell complete commands.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use clap_complete::Shell;

use crate::{cli, commands::Chore, error::Result};

pub(crate) const COMPLETION: Chore =
    Chore { name: "completion", describe, run: |on| Box::pin(async { run(on.matches) }) };

#[derive(Debug, clap::Args)]
struct Arguments {
    /// The shell
    shell: Shell,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command).about("Prints a script that lets a shell complete commands").after_help(
        "Example:\n  flinkctl completion bash > ~/.local/share/bash-completion/completions/flinkctl",
    )
}

fn run(matches: &ArgMatches) -> Result<()> {
    let Arguments { shell } = Arguments::from_arg_matches(matches)?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "flinkctl", &mut script);
    Ok(std::io::Write::write_all(&mut std::io::stdout(), &script)?)
}
