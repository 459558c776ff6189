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
    /// The parallelism of every vertex
    parallelism: u32,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Gives a job another parallelism and waits until it has it (Flink 1.18+, adaptive scheduler)")
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
        // A refusal or an outage does not take the request back.
        error @ Error::Unsettled { .. } => {
            let command = app.command(&format!("job get {id}"));
            Err(Failure::from(error).hint(format!(
                "the request stands: `{command}` tells what came of it, once the cluster answers"
            )))
        }
        error @ Error::Late { .. } => {
            let failure = explained(app, id, error).await;
            let command = app.command(&format!("job rescale {id} {}", before.unwrap_or(1)));
            let late = Failure {
                message: format!("job {id} does not have parallelism {parallelism} yet; the request stands"),
                causes: std::iter::once(failure.message).chain(failure.causes).collect(),
                ..failure
            };
            Err(late.hint(format!(
                "are there as many slots? `flinkctl cluster get` tells; `{command}` takes it back"
            )))
        }
        error => Err(explained(app, id, error).await),
    }
}

/// The failure when somebody stops waiting for another parallelism, which the job may get all the same.
fn stopped_rescaling(exit: Exit, id: JobId) -> Failure {
    Failure::new(exit, "you stopped waiting; the job may be rescaled all the same")
        .hint(format!("`flinkctl job get {id}` tells how parallel it is"))
}
