//! Waiting for an operation that Flink carries out on its own: a savepoint, a stop, a checkpoint, a deletion.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use flink_ops::{Event, Run, Settle, Triggerable, Work};
use flink_rest_client::{
    Async, Call, JobId, TriggerId,
    jobs::{Job, savepoints::SavepointFormatType},
};

use crate::{
    app::App,
    error::{Exit, Failure, Result},
    output::say,
    progress::say_outage,
    resolve,
    signals::unless_stopped,
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

/// An operation, and the commands that tell how it ends.
#[derive(Debug)]
pub(crate) struct Operation {
    name: &'static str,
    /// Asks for it: its id follows.
    status: String,
    /// Show what it has done if the cluster has forgotten it.
    traces: Vec<String>,
}

/// Progress of an operation.
#[derive(Clone, Copy, Debug, Default)]
struct Stage {
    id: Option<TriggerId>,
    is_accepted: bool,
}

impl Operation {
    /// The deletion of a savepoint.
    pub(crate) fn disposal() -> Self {
        Self { name: "the deletion", status: "savepoint disposal".into(), traces: Vec::new() }
    }

    /// An operation on this job, which `NOUN status` asks for.
    pub(crate) fn on_job(name: &'static str, noun: &str, job: JobId) -> Self {
        let traces = vec![format!("job get {job}"), format!("checkpoint list {job} -o wide")];
        Self { name, status: format!("{noun} status {job}"), traces }
    }

    /// Triggers it and waits for its end, or that of its job.
    pub(crate) async fn settle<T: Triggerable>(
        &self,
        app: &App,
        call: Call<Async, T>,
    ) -> Result<<Settle<T> as Run>::Output> {
        let job = call.action.job();
        let stage = Arc::new(Mutex::new(Stage::default()));
        let now = || *stage.lock().unwrap_or_else(PoisonError::into_inner);
        let work = self.observed(flink_ops::settle(&app.client, call), stage.clone());
        let work = work.timeout(patience(app));
        match unless_stopped(work, |exit| self.stopped(app, now(), exit)).await? {
            Err(error) => Err(self.explain(app, job, now(), error).await),
            Ok(value) => Ok(value),
        }
    }

    fn observed<T>(&self, work: Work<Settle<T>>, stage: Arc<Mutex<Stage>>) -> Work<Settle<T>> {
        let is_told = AtomicBool::new(false);
        let enter = move |id, is_accepted| {
            *stage.lock().unwrap_or_else(PoisonError::into_inner) = Stage { id, is_accepted };
        };
        work.on_event(move |event| match event {
            Event::Triggering(id) => enter(*id, false),
            Event::Accepted(id) => enter(*id, true),
            Event::Outage(outage) => say_outage(outage),
            Event::Progress { progress, .. }
                if !progress.state.is_terminal() && !is_told.swap(true, Relaxed) =>
            {
                say!(
                    "{} is {}; it is still being waited for. Ctrl-C ends the waiting alone.",
                    progress.name,
                    progress.state
                );
            }
            _ => {}
        })
    }

    /// The failure with the command to type next.
    async fn explain(&self, app: &App, job: Option<JobId>, stage: Stage, error: flink_ops::Error) -> Failure {
        let status = self.status(app, stage);
        let is_away = error.client().is_some_and(flink_rest_client::Error::is_unreachable);
        let is_unsettled = matches!(error, flink_ops::Error::Unsettled { .. });
        let failure = Failure::from(error);
        match (failure.exit, status) {
            // The cluster went away meanwhile.
            (_, status) if is_unsettled && is_away => {
                let message = format!("{} was begun, and nobody tells how it ended", self.name);
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
            (_, status) if is_unsettled => {
                let commands = status.into_iter().chain(self.traces.iter().map(|words| app.command(words)));
                let commands: Vec<_> = commands.map(|command| format!("`{command}`")).collect();
                failure.hint(format!(
                    "{} show what was done: look before you do it again",
                    commands.join(" and ")
                ))
            }
            (Exit::OutcomeUnknown, Some(command)) => {
                failure.hint(format!("`{command}` tells whether it was begun: look before you do it again"))
            }
            (Exit::Timeout, Some(command)) if stage.is_accepted => {
                failure.hint(format!("{} goes on: `{command}` tells how it ends", self.name))
            }
            // Flink tried, and the job may go on without it.
            (Exit::Failed, _) if stage.is_accepted && failure.hint.is_none() => match job {
                Some(job) => failure.hint(format!(
                    "the job goes on unless it has ended: `{}` shows it",
                    app.command(&format!("job get {job}"))
                )),
                None => failure,
            },
            _ => match job {
                Some(job) => of_ended(app, job, failure).await,
                None => failure,
            },
        }
    }

    fn stopped(&self, app: &App, stage: Stage, exit: Exit) -> Failure {
        let may = if stage.is_accepted { "goes on" } else { "may have begun, and goes on then" };
        let failure = Failure::new(exit, format!("you stopped waiting; {} {may}", self.name));
        match self.status(app, stage) {
            Some(command) => failure.hint(format!("`{command}` tells how it ends")),
            None => failure,
        }
    }

    /// The command that asks for it, once its id is known.
    fn status(&self, app: &App, stage: Stage) -> Option<String> {
        Some(app.command(&format!("{} {}", self.status, stage.id?)))
    }
}

/// The failure of a request on a job that has ended: Flink says that it does not find it.
pub(crate) async fn of_ended(app: &App, job: JobId, failure: Failure) -> Failure {
    if failure.exit != Exit::NotFound {
        return failure;
    }
    match resolve::described_job(&app.client, &job.to_string()).await {
        Ok(found) if found.ended.is_some() => not_running(&found),
        _ => failure,
    }
}

pub(crate) fn not_running(job: &resolve::Candidate) -> Failure {
    Failure::new(Exit::NotFound, format!("a job must run for this, and has ended: {job}"))
        .hint("`flinkctl job list --state running` shows those that run")
}

/// How long to wait for what Flink does on its own.
pub(crate) fn patience(app: &App) -> Duration {
    app.global.limit.left().unwrap_or(Duration::from_secs(600))
}
