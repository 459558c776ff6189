//! What is done to a job, and waited for: stop, savepoint, wait, rescale.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_ops::Error;
use flink_rest_client::{
    JobId,
    endpoint::IdKind,
    jobs::{checkpoints::trigger::CheckpointType, savepoints::SavepointFormatType},
};

use crate::{
    app::App,
    command::Deed,
    error::{Exit, Failure, Result},
    operation::{Operation, of_ended, patience, savepoint_format},
    output::say,
    progress::shown,
    resolve,
    wait::{Goal, explained, wait},
};

pub(crate) const DEEDS: &[Deed] = &[
    super::job::list::LIST,
    super::graph::GRAPH,
    super::flamegraph::FLAMEGRAPH,
    super::exceptions::EXCEPTIONS,
    super::top::TOP,
    super::job::cancel::CANCEL,
    Deed {
        name: "stop",
        reads: false,
        describe: describe_stop,
        run: |app, matches| Box::pin(stop(app, matches)),
    },
    Deed {
        name: "savepoint",
        reads: false,
        describe: describe_savepoint,
        run: |app, matches| Box::pin(savepoint(app, matches)),
    },
    Deed {
        name: "checkpoint",
        reads: false,
        describe: describe_checkpoint,
        run: |app, matches| Box::pin(checkpoint(app, matches)),
    },
    Deed {
        name: "wait",
        reads: false,
        describe: describe_wait,
        run: |app, matches| Box::pin(run_wait(app, matches)),
    },
    Deed {
        name: "rescale",
        reads: false,
        describe: describe_rescale,
        run: |app, matches| Box::pin(rescale(app, matches)),
    },
];

/// Arguments of a command about one job, and nothing else.
#[derive(Debug, clap::Args)]
pub(super) struct OfJob {
    /// The job: its id, its name, or the beginning of either
    #[arg(add = crate::complete::of(IdKind::Job))]
    pub(super) job: String,
}

/// Where a savepoint goes, and how it is written.
#[derive(Debug, clap::Args)]
struct Savepoint {
    #[command(flatten)]
    of: OfJob,
    /// The folder to put the savepoint in, as a URI; else the cluster's own
    #[arg(short = 't', long, value_name = "URI")]
    target_directory: Option<String>,
    /// How it is written (Flink 1.15+)
    #[arg(long, value_name = "FORMAT")]
    format: Option<SavepointFormat>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum SavepointFormat {
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

fn describe_savepoint(command: Command) -> Command {
    Savepoint::augment_args(command)
        .about("Takes a savepoint of a job, waits for it and prints its path; the job goes on")
}

async fn savepoint(app: &App, matches: &ArgMatches) -> Result<()> {
    let Savepoint { of, target_directory, format } = Savepoint::from_arg_matches(matches)?;
    let job = app.client.job(resolve::job(&app.client, &of.job).await?);
    let mut call = job.savepoint();
    call.action.target_directory = target_directory;
    call.action.format_type = savepoint_format(&job, format.map(SavepointFormatType::from)).await?;
    let operation = Operation::on_job("the savepoint", "savepoint", job.id());
    app.output.line("the savepoint is taken", operation.settle(app, call).await?)
}

#[derive(Debug, clap::Args)]
struct Checkpoint {
    #[command(flatten)]
    of: OfJob,
    /// Writes all state, not only what changed
    #[arg(long)]
    full: bool,
}

fn describe_checkpoint(command: Command) -> Command {
    Checkpoint::augment_args(command)
        .about("Takes a checkpoint of a job now, waits for it and prints its id (Flink 1.17+)")
}

async fn checkpoint(app: &App, matches: &ArgMatches) -> Result<()> {
    let Checkpoint { of, full } = Checkpoint::from_arg_matches(matches)?;
    let job = app.client.job(resolve::job(&app.client, &of.job).await?);
    let mut call = job.checkpoints().trigger();
    call.action.checkpoint_type = full.then_some(CheckpointType::Full);
    let operation = Operation::on_job("the checkpoint", "checkpoint", job.id());
    app.output.line("the checkpoint is taken", operation.settle(app, call).await?)
}

#[derive(Debug, clap::Args)]
struct Stop {
    #[command(flatten)]
    savepoint: Savepoint,
    /// Lets all timers fire and all windows close first: only for a job that will never go on
    #[arg(long)]
    drain: bool,
}

fn describe_stop(command: Command) -> Command {
    Stop::augment_args(command)
        .about("Stops a job with a savepoint, waits for it and prints the savepoint's path")
}

async fn stop(app: &App, matches: &ArgMatches) -> Result<()> {
    let Stop { savepoint, drain } = Stop::from_arg_matches(matches)?;
    let job = app.client.job(resolve::job(&app.client, &savepoint.of.job).await?);
    let mut call = job.stop_with_savepoint();
    call.action.target_directory = savepoint.target_directory;
    let format = savepoint.format.map(SavepointFormatType::from);
    call.action.format_type = savepoint_format(&job, format).await?;
    call.action.drain = drain.then_some(true);
    let operation = Operation::on_job("the stop", "savepoint", job.id());
    app.output.line("the job is stopped", operation.settle(app, call).await?)
}

#[derive(Debug, clap::Args)]
struct Wait {
    #[command(flatten)]
    of: OfJob,
    /// How far to wait
    #[arg(value_name = "GOAL", default_value = "finished")]
    goal: Goal,
}

fn describe_wait(command: Command) -> Command {
    Wait::augment_args(command).about("Waits until a job has finished, or until all its tasks run")
}

async fn run_wait(app: &App, matches: &ArgMatches) -> Result<()> {
    let Wait { of, goal } = Wait::from_arg_matches(matches)?;
    let details = wait(app, resolve::job(&app.client, &of.job).await?, goal).await?;
    say!("{} is {}", details.name, details.state);
    Ok(())
}

#[derive(Debug, clap::Args)]
struct Rescale {
    #[command(flatten)]
    of: OfJob,
    /// The parallelism of every vertex
    parallelism: u32,
}

fn describe_rescale(command: Command) -> Command {
    Rescale::augment_args(command)
        .about("Gives a job another parallelism and waits until it has it (Flink 1.18+, adaptive scheduler)")
}

async fn rescale(app: &App, matches: &ArgMatches) -> Result<()> {
    let Rescale { of, parallelism } = Rescale::from_arg_matches(matches)?;
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
