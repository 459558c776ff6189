//! Waiting for asynchronous operations of Flink: savepoint, stop, checkpoint, deletion of a savepoint.

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

/// Returns the format of a savepoint. Prints a note if the job's state backend requires another than `wanted`.
pub(crate) async fn savepoint_format(
    job: &Job<Async>,
    wanted: Option<SavepointFormatType>,
) -> Result<Option<SavepointFormatType>> {
    let format = job.savepoint_format(wanted.clone()).await?;
    if let Some(format) = format.as_ref().filter(|format| Some(*format) != wanted.as_ref()) {
        say!("The job's state backend writes only {format} savepoints: taking one.");
    }
    Ok(format)
}

/// An operation, and the commands that show its outcome.
#[derive(Debug)]
pub(crate) struct Operation {
    name: &'static str,
    /// Command for its state, before its id.
    status: String,
    /// Commands that show its effects if the cluster has forgotten it.
    traces: Vec<String>,
}

/// Progress of an operation.
#[derive(Clone, Copy, Debug, Default)]
struct Stage {
    id: Option<TriggerId>,
    is_accepted: bool,
}

impl Operation {
    /// Describes the deletion of a savepoint.
    pub(crate) fn disposal() -> Self {
        Self { name: "the deletion", status: "savepoint disposal".into(), traces: Vec::new() }
    }

    /// Describes an operation on this job, whose state `NOUN status` shows.
    pub(crate) fn on_job(name: &'static str, noun: &str, job: JobId) -> Self {
        let traces = vec![format!("job get {job}"), format!("checkpoint list {job} -o wide")];
        Self { name, status: format!("{noun} status {job}"), traces }
    }

    /// Triggers the operation and waits for its end, or that of its job.
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
                say!("{} is {}; still waiting. Ctrl-C ends only the wait.", progress.name, progress.state);
            }
            _ => {}
        })
    }

    /// Returns the failure with the command to type next.
    async fn explain(&self, app: &App, job: Option<JobId>, stage: Stage, error: flink_ops::Error) -> Failure {
        let status = self.status(app, stage);
        let is_away = error.client().is_some_and(flink_rest_client::Error::is_unreachable);
        let is_unsettled = matches!(error, flink_ops::Error::Unsettled { .. });
        let failure = Failure::from(error);
        match (failure.exit, status) {
            // The cluster became unreachable.
            (_, status) if is_unsettled && is_away => {
                let message = format!("{} was triggered, and its outcome is unknown", self.name);
                let causes = std::iter::once(failure.message).chain(failure.causes).collect();
                let lost = Failure { causes, ..Failure::new(Exit::OutcomeUnknown, message) };
                match status {
                    Some(command) => lost.hint(format!(
                        "`{command}` shows it once the cluster is back; check before you repeat it"
                    )),
                    None => lost,
                }
            }
            // A new JobManager does not know the operation, or the request for its state was refused.
            (_, status) if is_unsettled => {
                let commands = status.into_iter().chain(self.traces.iter().map(|words| app.command(words)));
                let commands: Vec<_> = commands.map(|command| format!("`{command}`")).collect();
                failure.hint(format!(
                    "{} show what was done: check before you repeat it",
                    commands.join(" and ")
                ))
            }
            (Exit::OutcomeUnknown, Some(command)) => {
                failure.hint(format!("`{command}` shows if it was triggered: check before you repeat it"))
            }
            (Exit::Timeout, Some(command)) if stage.is_accepted => {
                failure.hint(format!("{} continues: `{command}` shows its outcome", self.name))
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
        let may = if stage.is_accepted { "continues" } else { "may have been triggered, and then continues" };
        let failure = Failure::new(exit, format!("you stopped waiting; {} {may}", self.name));
        match self.status(app, stage) {
            Some(command) => failure.hint(format!("`{command}` shows its outcome")),
            None => failure,
        }
    }

    /// Returns the command for its state, once its id is known.
    fn status(&self, app: &App, stage: Stage) -> Option<String> {
        Some(app.command(&format!("{} {}", self.status, stage.id?)))
    }
}

/// Replaces Flink's «not found» by a clear failure if the job has ended.
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
    Failure::new(Exit::NotFound, format!("this needs a running job, and the job has ended: {job}"))
        .hint("`flinkctl job list --state running` lists the running jobs")
}

/// Returns the timeout for operations: the remaining time, else 10 minutes.
pub(crate) fn patience(app: &App) -> Duration {
    app.global.limit.left().unwrap_or(Duration::from_secs(600))
}
