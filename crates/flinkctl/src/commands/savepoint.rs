//! `flinkctl savepoint`: the state of triggered savepoints, and their deletion. `job savepoint` takes one.

use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::{
    app::App,
    command::{ClusterCommand, Noun},
    commands::processes,
    confirm::confirm,
    endpoint_command::EndpointCommand,
    error::Result,
    operation::Operation,
    output::say,
};

pub(crate) const NOUN: Noun = Noun {
    name: "savepoint",
    about: "Savepoints; `job savepoint` and `job stop` take one and wait for it",
    endpoints: &[
        EndpointCommand::new("trigger", "TriggerSavepoint", processes::TRIGGERED),
        EndpointCommand::new("trigger-stop", "StopJob", processes::TRIGGERED).destroys("Stop job"),
        EndpointCommand::new("status", "GetSavepoint", processes::SAVEPOINT),
        EndpointCommand::new("disposal", "GetSavepointDisposal", processes::DELETION),
    ],
    commands: &[ClusterCommand::new("dispose", describe_dispose, |app, matches| {
        Box::pin(dispose(app, matches))
    })
    .endpoint("DisposeSavepoint")],
};

#[derive(Debug, clap::Args)]
struct Dispose {
    /// URI of the savepoint
    path: String,
    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,
}

fn describe_dispose(command: Command) -> Command {
    Dispose::augment_args(command).about("Deletes a savepoint and waits until it is deleted")
}

async fn dispose(app: &App, matches: &ArgMatches) -> Result<()> {
    let Dispose { path, yes } = Dispose::from_arg_matches(matches)?;
    confirm(&format!("Delete savepoint {path} at {}", app.client.address()), yes)?;
    Operation::disposal().settle(app, app.client.dispose_savepoint(path)).await?;
    say!("Deleted.");
    Ok(())
}
