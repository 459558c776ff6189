//! `flinkctl job rescale`: changes the parallelism of a job.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_ops::Error;
use flink_rest_client::JobId;

use super::JobArg;
use crate::{
    app::App,
    command::ClusterCommand,
    error::{Exit, Failure, Result},
    operation::{of_ended, patience},
    progress::shown,
    resolve,
    wait::explained,
};

pub(crate) const RESCALE: ClusterCommand =
    ClusterCommand::new("rescale", describe, |app, matches| Box::pin(run(app, matches)));

#[derive(Debug, clap::Args)]
struct Arguments {
    #[command(flatten)]
    of: JobArg,
    /// Parallelism of every vertex
    parallelism: u32,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command).about(
        "Changes the parallelism of a job and waits until it is reached (Flink 1.18+, adaptive scheduler)",
    )
}

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Arguments { of, parallelism } = Arguments::from_arg_matches(matches)?;
    let job = app.client.job(resolve::job(&app.client, &of.job).await?);
    let before = job.progress().await?.vertices.iter().filter_map(|vertex| vertex.parallelism).max();
    let id = job.id();
    let work = flink_ops::rescale(&app.client, id, parallelism).unexplained().timeout(patience(app));
    let error = match shown(id, work, |exit| stopped_rescaling(exit, id)).await?.outcome {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    match error {
        Error::Client(source) => Err(of_ended(app, id, source.into()).await),
        // A refusal or an outage does not revoke the request.
        error @ Error::Unsettled { .. } => {
            let command = app.command(&format!("job get {id}"));
            Err(Failure::from(error).hint(format!(
                "the request remains in effect: `{command}` shows the parallelism, once the cluster answers"
            )))
        }
        error @ Error::Late { .. } => {
            let failure = explained(app, id, error).await;
            let command = app.command(&format!("job rescale {id} {}", before.unwrap_or(1)));
            let late = Failure {
                message: format!(
                    "job {id} does not have parallelism {parallelism} yet; the request remains in effect"
                ),
                causes: std::iter::once(failure.message).chain(failure.causes).collect(),
                ..failure
            };
            Err(late.hint(format!(
                "`flinkctl cluster get` shows if there are enough slots; `{command}` revokes the request"
            )))
        }
        error => Err(explained(app, id, error).await),
    }
}

/// Returns the failure of an interrupted wait: the job may still be rescaled.
fn stopped_rescaling(exit: Exit, id: JobId) -> Failure {
    Failure::new(exit, "you stopped waiting; the job may still be rescaled")
        .hint(format!("`flinkctl job get {id}` shows its parallelism"))
}
