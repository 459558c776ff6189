//! `flinkctl completion`: scripts for shell completion.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use clap_complete::Shell;

use crate::{command::LocalCommand, complete, error::Result, output::write_raw};

pub(crate) const COMPLETION: LocalCommand =
    LocalCommand { name: "completion", describe, run: |on| Box::pin(async { run(on.matches) }) };

#[derive(Debug, clap::Args)]
struct Arguments {
    /// Shell
    shell: Shell,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command).about("Prints the completion script of a shell").after_help(
        "The script asks flinkctl, which offers commands, options, contexts, and resources of the cluster: jobs, vertices, \
         TaskManagers and jars. If the cluster does not answer within a second, its resources are left out.\n\n\
         bash, in ~/.bashrc:   source <(flinkctl completion bash)\n\
         zsh, in ~/.zshrc:     source <(flinkctl completion zsh)\n\
         fish:                 flinkctl completion fish > ~/.config/fish/completions/flinkctl.fish",
    )
}

fn run(matches: &ArgMatches) -> Result<()> {
    let Arguments { shell } = Arguments::from_arg_matches(matches)?;
    Ok(write_raw(&complete::script(&shell.to_string())?)?)
}
