//! The command line: what can be said, and who does it.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::FlinkRestClient;

use crate::{
    commands::{NOUNS, SHORTCUTS},
    context::Global,
    error::{EXIT_CODES, Failure, Result},
    output::Output,
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

pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Some((name, matches)) = matches.subcommand() else { return Err(no_command()) };
    if let Some(deed) = SHORTCUTS.iter().find(|deed| deed.name == name) {
        return (deed.run)(app, matches).await;
    }
    let noun = NOUNS.iter().find(|noun| noun.name == name).ok_or_else(no_command)?;
    let (name, matches) = matches.subcommand().ok_or_else(no_command)?;
    if let Some(deed) = noun.deeds.iter().find(|deed| deed.name == name) {
        return (deed.run)(app, matches).await;
    }
    let verb = noun.verbs.iter().find(|verb| verb.name == name).ok_or_else(no_command)?;
    verb.run(&app.client, &app.output, matches).await
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
