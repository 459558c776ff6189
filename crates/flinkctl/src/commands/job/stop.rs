//! `flinkctl job stop`: stops a job with a savepoint.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::jobs::savepoints::SavepointFormatType;

use super::savepoint::SavepointArgs;
use crate::{
    app::App,
    command::ClusterCommand,
    error::Result,
    operation::{Operation, savepoint_format},
    resolve,
};

pub(crate) const STOP: ClusterCommand =
    ClusterCommand::new("stop", describe, |app, matches| Box::pin(run(app, matches)));

#[derive(Debug, clap::Args)]
struct Arguments {
    #[command(flatten)]
    savepoint: SavepointArgs,
    /// Fire all timers and close all windows first: only for a job that will not be resumed
    #[arg(long)]
    drain: bool,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Stops a job with a savepoint, waits for it and prints the savepoint's path")
}

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Arguments { savepoint, drain } = Arguments::from_arg_matches(matches)?;
    let job = app.client.job(resolve::job(&app.client, &savepoint.of.job).await?);
    let mut call = job.stop_with_savepoint();
    call.action.target_directory = savepoint.target_directory;
    let format = savepoint.format.map(SavepointFormatType::from);
    call.action.format_type = savepoint_format(&job, format).await?;
    call.action.drain = drain.then_some(true);
    let operation = Operation::on_job("the stop", "savepoint", job.id());
    app.output.line("the job is stopped", operation.settle(app, call).await?)
}
