//! The command line: what can be said, and who does it.

use std::time::Duration;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::{
    app::{App, Global},
    command::{Chore, Deed, On, Task},
    commands::{CHORES, NOUNS, SHORT_CHORES, SHORTCUTS},
    complete,
    error::{EXIT_CODES, Failure, Result},
    every,
    limit::Limit,
};

pub(crate) fn command() -> Command {
    let nouns = NOUNS.iter().map(|noun| {
        let command = Command::new(noun.name).about(noun.about);
        // Made only if it is asked for: there are a hundred verbs.
        command.subcommand_required(true).arg_required_else_help(true).defer(verbs)
    });
    let shortcuts = SHORTCUTS.iter().map(|deed| (deed.describe)(Command::new(deed.name)));
    let chores = CHORES.iter().map(|chores| {
        let each = chores.chores.iter().map(|chore| (chore.describe)(Command::new(chore.name)));
        let command = Command::new(chores.name).about(chores.about).subcommands(each);
        command.subcommand_required(true).arg_required_else_help(true).disable_help_subcommand(true)
    });
    let short_chores = SHORT_CHORES.iter().map(|chore| (chore.describe)(Command::new(chore.name)));
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
        .subcommands(chores)
        .subcommands(short_chores)
}

/// Adds the verbs of a noun.
fn verbs(command: Command) -> Command {
    let Some(noun) = NOUNS.iter().find(|noun| noun.name == command.get_name()) else { return command };
    let deeds = noun.deeds.iter().map(|deed| (deed.describe)(Command::new(deed.name)));
    let verbs = noun.verbs.iter().map(|verb| verb.command());
    command.disable_help_subcommand(true).subcommands(deeds).subcommands(verbs)
}

/// Does what was said; again and again, if that was said.
pub(crate) async fn run(matches: &ArgMatches, limit: Limit) -> Result<()> {
    let global = Global { limit, ..Global::from_arg_matches(matches)? };
    let output = global.output();
    let (said, matches) = find(matches)?;
    if global.watch.is_some() && !said.reads() {
        return Err(
            Failure::usage("--watch is for commands that only read").hint("do it once, without --watch")
        );
    }
    if global.all_contexts && matches!(said, Said::Chore(_)) {
        return Err(Failure::usage("--all-contexts is for commands on clusters")
            .hint("as `flinkctl job list --all-contexts`"));
    }
    let task = match said {
        Said::Task(task) => task,
        Said::Chore(chore) => return (chore.run)(On { global: &global, output: &output, matches }).await,
    };
    if global.all_contexts {
        let run = async || every::run(&global, &output, task, matches).await;
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

/// What was said.
#[derive(Clone, Copy, Debug)]
enum Said {
    Task(Task),
    Chore(&'static Chore),
}

impl Said {
    fn reads(self) -> bool {
        match self {
            Self::Task(Task::Verb(verb)) => verb.reads(),
            Self::Task(Task::Deed(deed)) => deed.reads,
            Self::Chore(_) => false,
        }
    }
}

/// The command that was said, and its arguments.
fn find(matches: &ArgMatches) -> Result<(Said, &ArgMatches)> {
    let (name, matches) = matches.subcommand().ok_or_else(no_command)?;
    let deed = |deeds: &'static [Deed], name: &str| {
        deeds.iter().find(|deed| deed.name == name).map(Task::Deed).map(Said::Task)
    };
    let chore = |chores: &'static [Chore], name: &str| {
        chores.iter().find(|chore| chore.name == name).map(Said::Chore)
    };
    if let Some(task) = deed(SHORTCUTS, name).or_else(|| chore(SHORT_CHORES, name)) {
        return Ok((task, matches));
    }
    let (verb, matches) = matches.subcommand().ok_or_else(no_command)?;
    if let Some(chores) = CHORES.iter().find(|chores| chores.name == name) {
        return Ok((chore(chores.chores, verb).ok_or_else(no_command)?, matches));
    }
    let noun = NOUNS.iter().find(|noun| noun.name == name).ok_or_else(no_command)?;
    let row = || noun.verbs.iter().find(|row| row.name == verb).map(Task::Verb).map(Said::Task);
    Ok((deed(noun.deeds, verb).or_else(row).ok_or_else(no_command)?, matches))
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
