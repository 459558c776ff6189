//! The kinds of commands. A command is a row of a table: an endpoint, or a function.

use std::pin::Pin;

use clap::{ArgMatches, Command};

use crate::{
    app::{App, Global},
    endpoint_command::EndpointCommand,
    error::Result,
    output::Output,
};

/// The commands on one kind of resource of a cluster, as `flinkctl job …`.
#[derive(Debug)]
pub(crate) struct Noun {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Commands that call one endpoint.
    pub(crate) endpoints: &'static [EndpointCommand],
    /// Commands that do more.
    pub(crate) commands: &'static [ClusterCommand],
}

/// A command on a cluster that does more than call one endpoint.
#[derive(Debug)]
pub(crate) struct ClusterCommand {
    pub(crate) name: &'static str,
    /// Adds its help and arguments.
    pub(crate) describe: fn(Command) -> Command,
    pub(crate) run: RunOnCluster,
    /// True if it changes nothing, shows the present state, and ends.
    pub(crate) is_read_only: bool,
    /// True if its output is one table.
    pub(crate) is_table: bool,
    /// The endpoint that it stands for in the list of endpoints.
    pub(crate) endpoint: Option<&'static str>,
}

pub(crate) type RunOnCluster = for<'a> fn(&'a App, &'a ArgMatches) -> CommandFuture<'a>;

impl ClusterCommand {
    pub(crate) const fn new(name: &'static str, describe: fn(Command) -> Command, run: RunOnCluster) -> Self {
        Self { name, describe, run, is_read_only: false, is_table: false, endpoint: None }
    }

    pub(crate) const fn read_only(self) -> Self {
        Self { is_read_only: true, ..self }
    }

    pub(crate) const fn table(self) -> Self {
        Self { is_table: true, ..self }
    }

    pub(crate) const fn endpoint(self, name: &'static str) -> Self {
        Self { endpoint: Some(name), ..self }
    }
}

/// A command that needs no cluster.
#[derive(Debug)]
pub(crate) struct LocalCommand {
    pub(crate) name: &'static str,
    /// Adds its help and arguments.
    pub(crate) describe: fn(Command) -> Command,
    pub(crate) run: for<'a> fn(LocalArgs<'a>) -> CommandFuture<'a>,
}

/// The input of a local command.
#[derive(Clone, Copy)]
pub(crate) struct LocalArgs<'a> {
    pub(crate) global: &'a Global,
    pub(crate) output: &'a Output,
    pub(crate) matches: &'a ArgMatches,
}

/// Local commands under one name, as `flinkctl context …`.
#[derive(Debug)]
pub(crate) struct LocalGroup {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) commands: &'static [LocalCommand],
}

pub(crate) type CommandFuture<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// A command on a cluster.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Endpoint(&'static EndpointCommand),
    Command(&'static ClusterCommand),
}

impl Task {
    pub(crate) async fn run(self, app: &App, matches: &ArgMatches) -> Result<()> {
        match self {
            Self::Endpoint(command) => command.run(app, matches).await,
            Self::Command(command) => (command.run)(app, matches).await,
        }
    }
}
