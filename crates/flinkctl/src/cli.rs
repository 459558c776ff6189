//! The command line: its commands, and the one that the arguments name.

use std::time::Duration;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::{
    all_contexts,
    app::{App, Global},
<<<<<<< HEAD
    command::{Chore, Deed, Noun, On, Task},
    commands::{CHORES, NOUNS, PLURALS, SHORT_CHORES, SHORT_NAMES, SHORTCUTS},
=======
    command::{ClusterCommand, LocalArgs, LocalCommand, Task},
    commands::{LOCAL_COMMANDS, LOCAL_GROUPS, NOUNS, SHORTCUTS},
>>>>>>> e5ab77e9ff8efe00fafe69da5f908962f3421ffb
    complete,
    error::{EXIT_CODES, Failure, Result},
    limit::Limit,
};

pub(crate) fn command() -> Command {
    let nouns = NOUNS.iter().map(|noun| {
<<<<<<< HEAD
        let aliases = SHORT_NAMES.iter().filter(|(_, long)| *long == noun.name).map(|(short, _)| *short);
        let command = Command::new(noun.name).about(noun.about).visible_aliases(aliases.collect::<Vec<_>>());
        // Deferred: there are a hundred verbs.
        command.subcommand_required(true).arg_required_else_help(true).defer(verbs)
    });
    let plurals = PLURALS.iter().map(|(plural, _)| Command::new(*plural).hide(true).defer(list_or_verbs));
    let shortcuts = SHORTCUTS.iter().map(|deed| (deed.describe)(Command::new(deed.name)).defer(own_help));
    let chores = CHORES.iter().map(|chores| {
        let each = chores.chores.iter().map(|chore| named(Command::new(chore.name), chore.describe));
        let command = Command::new(chores.name).about(chores.about).subcommands(each);
        let command = command.subcommand_required(true).arg_required_else_help(true);
        command.disable_help_subcommand(true).defer(own_help)
    });
    let short_chores =
        SHORT_CHORES.iter().map(|chore| (chore.describe)(Command::new(chore.name)).defer(own_help));
=======
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
>>>>>>> e5ab77e9ff8efe00fafe69da5f908962f3421ffb
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
<<<<<<< HEAD
        .subcommands(plurals)
        .subcommands(chores)
        .subcommands(short_chores)
}

/// Adds the verbs of a noun.
fn verbs(command: Command) -> Command {
    let Some(noun) = noun(command.get_name()) else { return command };
    let deeds = noun.deeds.iter().map(|deed| named(Command::new(deed.name), deed.describe));
    let verbs = noun.verbs.iter().map(|verb| with_alias(verb.command()));
    own_help(command.disable_help_subcommand(true).subcommands(deeds).subcommands(verbs))
}

/// The plural of a noun lists, as `flinkctl jobs`; with a verb it is the noun.
fn list_or_verbs(command: Command) -> Command {
    let Some(noun) = noun(command.get_name()) else { return command };
    let command = match list_of(noun) {
        Some(Task::Deed(deed)) => (deed.describe)(command),
        Some(Task::Verb(verb)) => {
            let list = verb.command();
            let about = list.get_about().cloned().unwrap_or_default();
            command.about(about).args(list.get_arguments().cloned().collect::<Vec<_>>())
        }
        None => command,
    };
    verbs(command.subcommand_negates_reqs(true).args_conflicts_with_subcommands(true))
}

/// The noun that is called so, or whose plural it is.
fn noun(name: &str) -> Option<&'static Noun> {
    let singular = PLURALS.iter().find(|(plural, _)| *plural == name).map_or(name, |(_, noun)| noun);
    NOUNS.iter().find(|noun| noun.name == singular)
}

/// The command of a noun that lists.
fn list_of(noun: &'static Noun) -> Option<Task> {
    let deed = noun.deeds.iter().find(|deed| deed.name == LIST).map(Task::Deed);
    deed.or_else(|| noun.verbs.iter().find(|verb| verb.name == LIST).map(Task::Verb))
}

const LIST: &str = "list";

fn named(command: Command, describe: fn(Command) -> Command) -> Command {
    with_alias(describe(command))
}

fn with_alias(command: Command) -> Command {
    if command.get_name() == LIST { command.alias("ls") } else { command }
}

/// Leaves the options of every command out of the help of one: `flinkctl options` lists them.
fn own_help(command: Command) -> Command {
    const TEMPLATE: &str = "\
{before-help}{about-with-newline}
{usage-heading} {usage}

{all-args}{after-help}

`flinkctl options` lists the options that every command has.
";
    let command = command.mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    command.help_template(TEMPLATE).mut_subcommands(|command| command.help_template(TEMPLATE))
=======
        .subcommands(local_groups)
        .subcommands(local_commands)
}

/// Adds the commands of a noun.
fn commands_of(command: Command) -> Command {
    let Some(noun) = NOUNS.iter().find(|noun| noun.name == command.get_name()) else { return command };
    let commands = noun.commands.iter().map(|command| (command.describe)(Command::new(command.name)));
    let endpoints = noun.endpoints.iter().map(|endpoint| endpoint.command());
    command.disable_help_subcommand(true).subcommands(commands).subcommands(endpoints)
>>>>>>> e5ab77e9ff8efe00fafe69da5f908962f3421ffb
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
<<<<<<< HEAD
    let listed = || noun(name).and_then(list_of).map(Said::Task);
    let Some((verb, matches)) = matches.subcommand() else {
        return Ok((listed().ok_or_else(no_command)?, matches));
    };
    if let Some(chores) = CHORES.iter().find(|chores| chores.name == name) {
        return Ok((chore(chores.chores, verb).ok_or_else(no_command)?, matches));
    }
    let noun = noun(name).ok_or_else(no_command)?;
    let row = || noun.verbs.iter().find(|row| row.name == verb).map(Task::Verb).map(Said::Task);
    Ok((deed(noun.deeds, verb).or_else(row).ok_or_else(no_command)?, matches))
=======
    let (verb, matches) = matches.subcommand().ok_or_else(no_command)?;
    if let Some(group) = LOCAL_GROUPS.iter().find(|group| group.name == name) {
        return Ok((local(group.commands, verb).ok_or_else(no_command)?, matches));
    }
    let noun = NOUNS.iter().find(|noun| noun.name == name).ok_or_else(no_command)?;
    let of_endpoint =
        || noun.endpoints.iter().find(|row| row.name == verb).map(Task::Endpoint).map(Invocation::Cluster);
    Ok((of_cluster(noun.commands, verb).or_else(of_endpoint).ok_or_else(no_command)?, matches))
>>>>>>> e5ab77e9ff8efe00fafe69da5f908962f3421ffb
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

    #[test]
    fn each_plural_lists() {
        for (plural, _) in PLURALS {
            assert!(noun(plural).and_then(list_of).is_some(), "{plural} lists nothing");
        }
        let said = |words: &[&str]| {
            let matches = command().try_get_matches_from([&["flinkctl"], words].concat()).unwrap();
            format!("{:?}", find(&matches).unwrap().0)
        };
        assert_eq!(said(&["jobs"]), said(&["job", "list"]));
        assert_eq!(said(&["jobs", "--state", "running"]), said(&["job", "ls"]));
        assert_eq!(said(&["vertices", "Orders"]), said(&["vertex", "list", "Orders"]));
        assert_eq!(said(&["jobs", "get", "Orders"]), said(&["job", "get", "Orders"]));
        assert_eq!(said(&["tm", "ls"]), said(&["taskmanagers"]));
    }
}
