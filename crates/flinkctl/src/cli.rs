//! The command line: its commands, and the one that the arguments name.

use std::time::Duration;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::{
    all_contexts,
    app::{App, Global},
    command::{ClusterCommand, LocalArgs, LocalCommand, Task},
    commands::{LOCAL_COMMANDS, LOCAL_GROUPS, NOUNS, SHORTCUTS},
    complete,
    error::{EXIT_CODES, Failure, Result},
    limit::Limit,
};

pub(crate) fn command() -> Command {
    let nouns = NOUNS.iter().map(|noun| {
        let command = Command::new(noun.name).about(noun.about);
        // Made only if it is asked for: there are a hundred commands.
        command.subcommand_required(true).arg_required_else_help(true).defer(commands_of)
    });
    let shortcuts = SHORTCUTS.iter().map(|command| (command.describe)(Command::new(command.name)));
    let local_groups = LOCAL_GROUPS.iter().map(|group| {
        let each = group.commands.iter().map(|command| (command.describe)(Command::new(command.name)));
        let command = Command::new(group.name).about(group.about).subcommands(each);
        command.subcommand_required(true).arg_required_else_help(true).disable_help_subcommand(true)
    });
    let local_commands = LOCAL_COMMANDS.iter().map(|command| (command.describe)(Command::new(command.name)));
    let global = Global::augment_args(Command::new("flinkctl"));
    global
        .mut_arg("context", |context| context.add(complete::contexts()))
        .version(env!("CARGO_PKG_VERSION"))
        .about("The command line for Apache Flink clusters, 1.13 to 2.3")
        .after_help(EXIT_CODES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(shortcuts)
        .subcommands(nouns)
        .subcommands(local_groups)
        .subcommands(local_commands)
}

/// Adds the commands of a noun.
fn commands_of(command: Command) -> Command {
    let Some(noun) = NOUNS.iter().find(|noun| noun.name == command.get_name()) else { return command };
    let commands = noun.commands.iter().map(|command| (command.describe)(Command::new(command.name)));
    let endpoints = noun.endpoints.iter().map(|endpoint| endpoint.command());
    command.disable_help_subcommand(true).subcommands(commands).subcommands(endpoints)
}

/// Does what was said; again and again, if that was said.
pub(crate) async fn run(matches: &ArgMatches, limit: Limit) -> Result<()> {
    let global = Global { limit, ..Global::from_arg_matches(matches)? };
    let output = global.output();
    let (invocation, matches) = find(matches)?;
    if global.watch.is_some() && !invocation.is_read_only() {
        return Err(
            Failure::usage("--watch is for commands that only read").hint("do it once, without --watch")
        );
    }
    if global.all_contexts && matches!(invocation, Invocation::Local(_)) {
        return Err(Failure::usage("--all-contexts is for commands on clusters")
            .hint("as `flinkctl job list --all-contexts`"));
    }
    let task = match invocation {
        Invocation::Cluster(task) => task,
        Invocation::Local(command) => {
            return (command.run)(LocalArgs { global: &global, output: &output, matches }).await;
        }
    };
    if global.all_contexts {
        let run = async || all_contexts::run(&global, &output, task, matches).await;
        return again(global.watch, run).await;
    }
    let (target, client) = global.connect().await?;
    let app = App { client, output, global };
    let run = async || task.run(&app, matches).await.map_err(|failure| target.explain(failure));
    let done = again(app.global.watch, run).await;
    app.note_unknown_release();
    done
}

/// Does it once, or for ever with this pause between.
async fn again(pause: Option<Duration>, run: impl AsyncFn() -> Result<()>) -> Result<()> {
    let Some(pause) = pause else { return run().await };
    loop {
        run().await?;
        tokio::time::sleep(pause).await;
    }
}

/// The command that the arguments name.
#[derive(Clone, Copy, Debug)]
enum Invocation {
    Cluster(Task),
    Local(&'static LocalCommand),
}

impl Invocation {
    fn is_read_only(self) -> bool {
        match self {
            Self::Cluster(Task::Endpoint(command)) => command.is_read_only(),
            Self::Cluster(Task::Command(command)) => command.is_read_only,
            Self::Local(_) => false,
        }
    }
}

/// Returns the command that was given, and its arguments.
fn find(matches: &ArgMatches) -> Result<(Invocation, &ArgMatches)> {
    let (name, matches) = matches.subcommand().ok_or_else(no_command)?;
    let of_cluster = |commands: &'static [ClusterCommand], name: &str| {
        commands.iter().find(|command| command.name == name).map(Task::Command).map(Invocation::Cluster)
    };
    let local = |commands: &'static [LocalCommand], name: &str| {
        commands.iter().find(|command| command.name == name).map(Invocation::Local)
    };
    if let Some(invocation) = of_cluster(SHORTCUTS, name).or_else(|| local(LOCAL_COMMANDS, name)) {
        return Ok((invocation, matches));
    }
    let (verb, matches) = matches.subcommand().ok_or_else(no_command)?;
    if let Some(group) = LOCAL_GROUPS.iter().find(|group| group.name == name) {
        return Ok((local(group.commands, verb).ok_or_else(no_command)?, matches));
    }
    let noun = NOUNS.iter().find(|noun| noun.name == name).ok_or_else(no_command)?;
    let of_endpoint =
        || noun.endpoints.iter().find(|row| row.name == verb).map(Task::Endpoint).map(Invocation::Cluster);
    Ok((of_cluster(noun.commands, verb).or_else(of_endpoint).ok_or_else(no_command)?, matches))
}

fn no_command() -> Failure {
    Failure::usage("no such command").hint("`flinkctl --help` lists them")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_command_line_is_sound() {
        command().debug_assert();
    }
}
