//! A command is a row of a table: an endpoint, or a function.

use std::pin::Pin;

use clap::{ArgMatches, Command};

use crate::{
    app::{App, Global},
    error::Result,
    output::Output,
    verb::Verb,
};

/// Commands about one kind of thing on a cluster.
#[derive(Debug)]
pub(crate) struct Noun {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) verbs: &'static [Verb],
    pub(crate) deeds: &'static [Deed],
}

/// A command that is more than one endpoint.
#[derive(Debug)]
pub(crate) struct Deed {
    pub(crate) name: &'static str,
    /// Whether it changes nothing, shows what there is, and ends.
    pub(crate) reads: bool,
    /// Adds its help and arguments.
    pub(crate) describe: fn(Command) -> Command,
    pub(crate) run: for<'a> fn(&'a App, &'a ArgMatches) -> Doing<'a>,
}

/// A command for which no cluster is asked.
#[derive(Debug)]
pub(crate) struct Chore {
    pub(crate) name: &'static str,
    /// Adds its help and arguments.
    pub(crate) describe: fn(Command) -> Command,
    pub(crate) run: for<'a> fn(On<'a>) -> Doing<'a>,
}

/// Arguments of a chore.
#[derive(Clone, Copy)]
pub(crate) struct On<'a> {
    pub(crate) global: &'a Global,
    pub(crate) output: &'a Output,
    pub(crate) matches: &'a ArgMatches,
}

/// Chores that are about the same.
#[derive(Debug)]
pub(crate) struct Chores {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) chores: &'static [Chore],
}

pub(crate) type Doing<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// A command on a cluster.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Verb(&'static Verb),
    Deed(&'static Deed),
}

impl Task {
    pub(crate) async fn run(self, app: &App, matches: &ArgMatches) -> Result<()> {
        match self {
            Self::Verb(verb) => verb.run(app, matches).await,
            Self::Deed(deed) => (deed.run)(app, matches).await,
        }
    }
}
