//! `flinkctl job checkpoint`: takes a checkpoint now.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::jobs::checkpoints::trigger::CheckpointType;

use super::JobArg;
use crate::{app::App, command::ClusterCommand, error::Result, operation::Operation, resolve};

pub(crate) const CHECKPOINT: ClusterCommand =
    ClusterCommand::new("checkpoint", describe, |app, matches| Box::pin(run(app, matches)));

#[derive(Debug, clap::Args)]
struct Arguments {
    #[command(flatten)]
    of: JobArg,
    /// Write the full state, not only the changes
    #[arg(long)]
    full: bool,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Takes a checkpoint of a job, waits for it and prints its id (Flink 1.17+)")
}

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Arguments { of, full } = Arguments::from_arg_matches(matches)?;
    let job = app.client.job(resolve::job(&app.client, &of.job).await?);
    let mut call = job.checkpoints().trigger();
    call.action.checkpoint_type = full.then_some(CheckpointType::Full);
    let operation = Operation::on_job("the checkpoint", "checkpoint", job.id());
    app.output.line("the checkpoint is taken", operation.settle(app, call).await?)
}
