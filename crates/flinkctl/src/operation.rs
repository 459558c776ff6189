//! Waiting for an operation that Flink carries out on its own: a savepoint, a stop, a checkpoint, a deletion.

use std::{cell::Cell, time::Duration};

use flink_rest_client::{
    Async, Error, JobId, TriggerId,
    jobs::{Job, savepoints::SavepointFormatType},
    operation::{Operation, Poll, Report},
};

use crate::{
    app::App,
    error::{Exit, Failure, Result},
    follow::say_outage,
    output::say,
    resolve,
    stop::unless_stopped,
};

/// The format to take a savepoint in: another than is wanted, if the job needs it, is told.
pub(crate) async fn savepoint_format(
    job: &Job<Async>,
    wanted: Option<SavepointFormatType>,
) -> Result<Option<SavepointFormatType>> {
    let format = job.savepoint_format(wanted.clone()).await?;
    if let Some(format) = format.as_ref().filter(|format| Some(*format) != wanted.as_ref()) {
        say!("The job's state backend writes {format} savepoints only: this is one.");
    }
    Ok(format)
}

/// An id for what is about to be triggered, where the release takes one: it can be told before there is an answer.
pub(crate) async fn trigger_id(app: &App) -> Result<Option<TriggerId>> {
    let version = app.client.flink_version().await?;
    Ok(version.release().is_some_and(|release| release >= (1, 15)).then(TriggerId::random))
}

/// An operation that Flink carries out on its own, and the commands that tell how it ends.
#[derive(Debug)]
pub(crate) struct Begun {
    what: &'static str,
    /// Asks how it is doing: its id follows.
    status: String,
    /// Shows what it has done, should the cluster not know it any more.
    traces: Vec<String>,
    id: Cell<Option<TriggerId>>,
    accepted: Cell<bool>,
}

impl Begun {
    pub(crate) fn new(what: &'static str, status: impl Into<String>, id: Option<TriggerId>) -> Self {
        Self {
            what,
            status: status.into(),
            traces: Vec::new(),
            id: Cell::new(id),
            accepted: Cell::new(false),
        }
    }

    /// An operation on this job.
    pub(crate) fn of_job(what: &'static str, noun: &str, job: JobId, id: Option<TriggerId>) -> Self {
        let traces = vec![format!("job get {job}"), format!("checkpoint list {job} -o wide")];
        Self { traces, ..Self::new(what, format!("{noun} status {job}"), id) }
    }

    /// Has it begun, and waits until it is done, or its job has ended without it.
    pub(crate) async fn to_its_end<P: Poll>(
        &self,
        app: &App,
        job: Option<&Job<Async>>,
        call: impl IntoFuture<Output = Result<Operation<Async, P>, Error>>,
    ) -> Result<<P::Report as Report>::Value> {
        let done = async {
            let operation = call.await?;
            self.id.set(Some(operation.id()));
            self.accepted.set(true);
            let wait = operation.wait().timeout(patience(app)).on_outage(say_outage);
            match job {
                Some(job) => while_it_goes_on(job, wait).await,
                None => Ok(wait.await?),
            }
        };
        match unless_stopped(done, |exit| self.stopped(app, exit)).await? {
            Err(failure) => Err(self.explain(app, job, failure).await),
            outcome => outcome,
        }
    }

    /// The failure with the command to type next.
    async fn explain(&self, app: &App, job: Option<&Job<Async>>, failure: Failure) -> Failure {
        let status = self.status(app);
        match (failure.exit, self.accepted.get(), status, job) {
            // The cluster went away meanwhile.
            (Exit::Unreachable, true, status, _) => {
                let message = format!("{} was begun, and nobody tells how it ended", self.what);
                let causes = std::iter::once(failure.message).chain(failure.causes).collect();
                let lost = Failure { causes, ..Failure::new(Exit::OutcomeUnknown, message) };
                match status {
                    Some(command) => lost.hint(format!(
                        "`{command}` tells it, if the cluster comes back; look before you do it again"
                    )),
                    None => lost,
                }
            }
            // Another JobManager answers, which does not know it; or somebody refuses to tell.
            (Exit::OutcomeUnknown, true, status, _) => {
                let commands =
                    status.iter().cloned().chain(self.traces.iter().map(|words| app.command(words)));
                let commands: Vec<_> = commands.map(|command| format!("`{command}`")).collect();
                failure.hint(format!(
                    "{} show what was done: look before you do it again",
                    commands.join(" and ")
                ))
            }
            (Exit::OutcomeUnknown, false, Some(command), _) => {
                failure.hint(format!("`{command}` tells whether it was begun: look before you do it again"))
            }
            (Exit::Timeout, true, Some(command), _) => {
                failure.hint(format!("{} goes on: `{command}` tells how it ends", self.what))
            }
            (_, _, _, Some(job)) => of_ended(app, job, failure).await,
            _ => failure,
        }
    }

    fn stopped(&self, app: &App, exit: Exit) -> Failure {
        let may = if self.accepted.get() { "goes on" } else { "may have begun, and goes on then" };
        let failure = Failure::new(exit, format!("you stopped waiting; {} {may}", self.what));
        match self.status(app) {
            Some(command) => failure.hint(format!("`{command}` tells how it ends")),
            None => failure,
        }
    }

    /// The command that asks how it is doing, once its id is known.
    fn status(&self, app: &App) -> Option<String> {
        Some(app.command(&format!("{} {}", self.status, self.id.get()?)))
    }
}

/// What fails because the job has ended. Flink says of it that it does not find it.
pub(crate) async fn of_ended(app: &App, job: &Job<Async>, failure: Failure) -> Failure {
    if failure.exit != Exit::NotFound {
        return failure;
    }
    match resolve::described_job(&app.client, &job.id().to_string()).await {
        Ok(found) if found.ended.is_some() => not_running(&found),
        _ => failure,
    }
}

pub(crate) fn not_running(job: &resolve::Candidate) -> Failure {
    Failure::new(Exit::NotFound, format!("a job must run for this, and has ended: {job}"))
        .hint("`flinkctl job list --state running` shows those that run")
}

/// How often a job is looked at while something is awaited of it.
const LOOK: Duration = Duration::from_secs(3);

/// Waits for something that a job is to do, and says so if it takes a while. Flink may go on waiting for a job that has
/// ended; nobody else should.
async fn while_it_goes_on<T>(
    job: &Job<Async>,
    wait: impl IntoFuture<Output = Result<T, Error>>,
) -> Result<T> {
    let ended = async {
        let (mut told, mut has_ended) = (false, false);
        loop {
            tokio::time::sleep(LOOK).await;
            // The wait itself tells of errors.
            let Ok(details) = job.progress().await else { continue };
            let state = &details.state;
            // Seen twice: what ended it may be what is awaited.
            if has_ended && state.is_terminal() {
                return Failure::from_end(
                    format!("job {} is {state}, and Flink still waits for it", job.id()),
                    state,
                );
            }
            has_ended = state.is_terminal();
            if !told {
                say!(
                    "{} is {state}; it is still being waited for. Ctrl-C ends the waiting alone.",
                    details.name
                );
                told = true;
            }
        }
    };
    tokio::select! {
        outcome = wait.into_future() => Ok(outcome?),
        failure = ended => Err(failure),
    }
}

/// How long to wait for what Flink does on its own.
pub(crate) fn patience(app: &App) -> Duration {
    app.global.limit.left().unwrap_or(Duration::from_secs(600))
}
