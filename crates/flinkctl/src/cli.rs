//! The command line: its commands, and the one that the arguments name.

use std::time::{Duration, Instant};

use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::{
    all_contexts,
    app::{App, Global},
    command::{ClusterCommand, LocalArgs, LocalCommand, Noun, Task},
    commands::{LOCAL_COMMANDS, LOCAL_GROUPS, NOUNS, PLURALS, SHORT_NAMES, SHORTCUTS},
    complete,
    error::{EXIT_CODES, Failure, Result},
    limit::Limit,
    output::say,
};

pub(crate) fn command() -> Command {
    let nouns = NOUNS.iter().map(|noun| {
        let aliases = SHORT_NAMES.iter().filter(|(_, long)| *long == noun.name).map(|(short, _)| *short);
        let command = Command::new(noun.name).about(noun.about).visible_aliases(aliases.collect::<Vec<_>>());
        // Deferred: there are a hundred commands.
        command.subcommand_required(true).arg_required_else_help(true).defer(commands_of)
    });
    let plurals =
        PLURALS.iter().map(|(plural, _)| Command::new(*plural).hide(true).defer(list_or_commands_of));
    let shortcuts = SHORTCUTS.iter().map(|command| described(command.name, command.describe).defer(own_help));
    let local_groups = LOCAL_GROUPS.iter().map(|group| {
        let each = group.commands.iter().map(|command| described(command.name, command.describe));
        let command = Command::new(group.name).about(group.about).subcommands(each);
        let command = command.subcommand_required(true).arg_required_else_help(true);
        command.disable_help_subcommand(true).defer(own_help)
    });
    let local_commands =
        LOCAL_COMMANDS.iter().map(|command| described(command.name, command.describe).defer(own_help));
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
        .subcommands(plurals)
        .subcommands(local_groups)
        .subcommands(local_commands)
}

/// Adds the commands of a noun.
fn commands_of(command: Command) -> Command {
    let Some(noun) = noun(command.get_name()) else { return command };
    let commands = noun.commands.iter().map(|command| described(command.name, command.describe));
    let endpoints = noun.endpoints.iter().map(|endpoint| with_alias(endpoint.command()));
    own_help(command.disable_help_subcommand(true).subcommands(commands).subcommands(endpoints))
}

/// Makes the plural of a noun list, as `flinkctl jobs`. With a command, it is the noun.
fn list_or_commands_of(command: Command) -> Command {
    let list = match noun(command.get_name()).and_then(list_of) {
        Some(Task::Command(list)) => (list.describe)(command),
        Some(Task::Endpoint(endpoint)) => {
            let list = endpoint.command();
            let about = list.get_about().cloned().unwrap_or_default();
            command.about(about).args(list.get_arguments().cloned().collect::<Vec<_>>())
        }
        None => command,
    };
    commands_of(list.subcommand_negates_reqs(true).args_conflicts_with_subcommands(true))
}

/// Finds a noun by its name or its plural.
fn noun(name: &str) -> Option<&'static Noun> {
    let singular = PLURALS.iter().find(|(plural, _)| *plural == name).map_or(name, |(_, noun)| noun);
    NOUNS.iter().find(|noun| noun.name == singular)
}

const LIST: &str = "list";

/// Finds the command of a noun that lists.
fn list_of(noun: &'static Noun) -> Option<Task> {
    let command = noun.commands.iter().find(|command| command.name == LIST).map(Task::Command);
    command.or_else(|| noun.endpoints.iter().find(|endpoint| endpoint.name == LIST).map(Task::Endpoint))
}

fn described(name: &'static str, describe: fn(Command) -> Command) -> Command {
    with_alias(describe(Command::new(name)))
}

fn with_alias(command: Command) -> Command {
    if command.get_name() == LIST { command.alias("ls") } else { command }
}

/// Leaves the global options out of the help of a command.
fn own_help(command: Command) -> Command {
    const TEMPLATE: &str = "\
{before-help}{about-with-newline}
{usage-heading} {usage}

{all-args}{after-help}

`flinkctl options` lists the options that every command has.
";
    let command = command.mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    command.help_template(TEMPLATE).mut_subcommands(|command| command.help_template(TEMPLATE))
}

/// Runs the command that the arguments name, with `--watch` repeatedly.
pub(crate) async fn run(matches: &ArgMatches, limit: Limit) -> Result<()> {
    let global = Global { limit, ..Global::from_arg_matches(matches)? };
    let output = global.output();
    let (invocation, matches) = find(matches)?;
    if global.watch.is_some() && !invocation.is_read_only() {
        return Err(Failure::usage("--watch is for read-only commands").hint("omit --watch"));
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
        return again(global.watch, global.patience(), run).await;
    }
    let (target, client) = global.connect().await?;
    let app = App { client, output, global };
    let run = async || task.run(&app, matches).await.map_err(|failure| target.explain(failure));
    let done = again(app.global.watch, app.global.patience(), run).await;
    app.note_unknown_release();
    done
}

/// Runs once, or for ever at this interval. Once it has shown something, it waits through outages.
async fn again(
    interval: Option<Duration>,
    patience: Duration,
    run: impl AsyncFn() -> Result<()>,
) -> Result<()> {
    let Some(interval) = interval else { return run().await };
    let mut last_shown = None;
    loop {
        match (run().await, last_shown) {
            (Ok(()), _) => last_shown = Some(Instant::now()),
            (Err(failure), Some(shown)) if failure.is_outage() && Instant::now() - shown < patience => {
                say!("no answer: {}; what is shown is from before, and it is tried again", failure.message);
            }
            (Err(failure), _) => return Err(failure),
        }
        tokio::time::sleep(interval).await;
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
    let listed = || noun(name).and_then(list_of).map(Invocation::Cluster);
    let Some((verb, matches)) = matches.subcommand() else {
        return Ok((listed().ok_or_else(no_command)?, matches));
    };
    if let Some(group) = LOCAL_GROUPS.iter().find(|group| group.name == name) {
        return Ok((local(group.commands, verb).ok_or_else(no_command)?, matches));
    }
    let noun = noun(name).ok_or_else(no_command)?;
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
    fn the_command_line_is_valid() {
        command().debug_assert();
    }

    #[test]
    fn each_plural_lists() {
        for (plural, _) in PLURALS {
            assert!(noun(plural).and_then(list_of).is_some(), "{plural} lists nothing");
        }
        let invocation = |words: &[&str]| {
            let matches = command().try_get_matches_from([&["flinkctl"], words].concat()).unwrap();
            format!("{:?}", find(&matches).unwrap().0)
        };
        assert_eq!(invocation(&["jobs"]), invocation(&["job", "list"]));
        assert_eq!(invocation(&["jobs", "--state", "running"]), invocation(&["job", "ls"]));
        assert_eq!(invocation(&["vertices", "Orders"]), invocation(&["vertex", "list", "Orders"]));
        assert_eq!(invocation(&["jobs", "get", "Orders"]), invocation(&["job", "get", "Orders"]));
        assert_eq!(invocation(&["tm", "ls"]), invocation(&["taskmanagers"]));
    }
}
