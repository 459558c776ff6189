//! `flinkctl job savepoint`: takes a savepoint of a running job.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::jobs::savepoints::SavepointFormatType;

use super::JobArg;
use crate::{
    app::App,
    command::ClusterCommand,
    error::Result,
    operation::{Operation, savepoint_format},
    resolve,
};

pub(crate) const SAVEPOINT: ClusterCommand =
    ClusterCommand::new("savepoint", describe, |app, matches| Box::pin(run(app, matches)));

/// The arguments of a savepoint.
#[derive(Debug, clap::Args)]
pub(super) struct SavepointArgs {
    #[command(flatten)]
    pub(super) of: JobArg,
    /// URI of the folder for the savepoint [default: the cluster's]
    #[arg(short = 't', long, value_name = "URI")]
    pub(super) target_directory: Option<String>,
    /// Format of the savepoint (Flink 1.15+)
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<SavepointFormat>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum SavepointFormat {
    Canonical,
    Native,
}

impl From<SavepointFormat> for SavepointFormatType {
    fn from(format: SavepointFormat) -> Self {
        match format {
            SavepointFormat::Canonical => Self::Canonical,
            SavepointFormat::Native => Self::Native,
        }
    }
}

fn describe(command: Command) -> Command {
    SavepointArgs::augment_args(command)
        .about("Takes a savepoint of a running job, waits for it and prints its path")
}

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let SavepointArgs { of, target_directory, format } = SavepointArgs::from_arg_matches(matches)?;
    let job = app.client.job(resolve::job(&app.client, &of.job).await?);
    let mut call = job.savepoint();
    call.action.target_directory = target_directory;
    call.action.format_type = savepoint_format(&job, format.map(SavepointFormatType::from)).await?;
    let operation = Operation::on_job("the savepoint", "savepoint", job.id());
    app.output.line("the savepoint is taken", operation.settle(app, call).await?)
}
