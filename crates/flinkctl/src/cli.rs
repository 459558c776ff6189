//! The command line: what can be said, and who does it.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::FlinkRestClient;

use crate::{
    commands::{Deed, NOUNS, SHORTCUTS},
    context::Global,
    error::{EXIT_CODES, Failure, Result},
    output::Output,
    verb::Verb,
};

/// What every command needs.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) global: Global,
    pub(crate) client: FlinkRestClient,
    pub(crate) output: Output,
}

impl App {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self> {
        let global = Global::from_arg_matches(matches)?;
        Ok(Self { client: global.client()?, output: Output::new(&global), global })
    }
}

pub(crate) fn command() -> Command {
    let nouns = NOUNS.iter().map(|noun| {
        let command = Command::new(noun.name).about(noun.about);
        // Made only if it is asked for: there are a hundred verbs.
        command.subcommand_required(true).arg_required_else_help(true).defer(verbs)
    });
    let shortcuts = SHORTCUTS.iter().map(|deed| (deed.describe)(Command::new(deed.name)));
    Global::augment_args(Command::new("flinkctl"))
        .version(env!("CARGO_PKG_VERSION"))
        .about("The command line for Apache Flink clusters, 1.13 to 2.3")
        .after_help(EXIT_CODES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommands(shortcuts)
        .subcommands(nouns)
}

/// Adds the verbs of a noun.
fn verbs(command: Command) -> Command {
    let Some(noun) = NOUNS.iter().find(|noun| noun.name == command.get_name()) else { return command };
    let deeds = noun.deeds.iter().map(|deed| (deed.describe)(Command::new(deed.name)));
    let verbs = noun.verbs.iter().map(|verb| verb.command());
    command.disable_help_subcommand(true).subcommands(deeds).subcommands(verbs)
}

/// Does what was said; again and again, if that was said.
pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let (task, matches) = find(matches)?;
    let Some(pause) = app.global.watch else { return task.run(app, matches).await };
    if !task.reads() {
        return Err(Failure::usage("--watch is for commands that only read"));
    }
    loop {
        task.run(app, matches).await?;
        tokio::time::sleep(pause).await;
    }
}

/// What a command does.
#[derive(Clone, Copy, Debug)]
enum Task {
    Verb(&'static Verb),
    Deed(&'static Deed),
}

impl Task {
    async fn run(self, app: &App, matches: &ArgMatches) -> Result<()> {
        match self {
            Self::Verb(verb) => verb.run(&app.client, &app.output, matches).await,
            Self::Deed(deed) => (deed.run)(app, matches).await,
        }
    }

    fn reads(self) -> bool {
        match self {
            Self::Verb(verb) => verb.reads(),
            Self::Deed(deed) => deed.reads,
        }
    }
}

/// The command that was said, and its arguments.
fn find(matches: &ArgMatches) -> Result<(Task, &ArgMatches)> {
    let (name, matches) = matches.subcommand().ok_or_else(no_command)?;
    let deed =
        |deeds: &'static [Deed], name: &str| deeds.iter().find(|deed| deed.name == name).map(Task::Deed);
    if let Some(task) = deed(SHORTCUTS, name) {
        return Ok((task, matches));
    }
    let noun = NOUNS.iter().find(|noun| noun.name == name).ok_or_else(no_command)?;
    let (name, matches) = matches.subcommand().ok_or_else(no_command)?;
    let verb = || noun.verbs.iter().find(|verb| verb.name == name).map(Task::Verb);
    Ok((deed(noun.deeds, name).or_else(verb).ok_or_else(no_command)?, matches))
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
