//! Waiting for the state of a job.

use std::time::Duration;

use flink_ops::{Error, Explanation, explain};
use flink_rest_client::{JobId, causes, jobs::progress::JobProgress};

use crate::{
    app::App,
    error::{Exit, Failure, Result},
    output::{sanitize, say},
    progress::{Shown, shown},
    shell::quoted,
    signals::stopped,
};

/// The state of a job that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Goal {
    /// All tasks are running
    Running,
    /// The job has finished by itself
    Finished,
}

const MORE_SLOTS: &str = "the job needs more slots than are free: `flinkctl cluster get` counts them, `flinkctl ps` shows which jobs use them";

/// Waits until the job reaches a state. The timeout is `--timeout`, else 10 minutes for `running` and none for `finished`.
/// Ctrl-C ends the wait, not the job.
pub(crate) async fn wait(app: &App, job: JobId, goal: Goal) -> Result<JobProgress> {
    let (wanted, usual) = match goal {
        Goal::Running => (flink_ops::Goal::Running, Duration::from_secs(600)),
        // A streaming job may never finish; Ctrl-C ends the wait.
        Goal::Finished => (flink_ops::Goal::Finished, Duration::MAX),
    };
    let work = flink_ops::wait(&app.client, job, wanted).unexplained();
    let work = work.timeout(app.global.limit.left().unwrap_or(usual));
    let Shown { outcome, was_restarted } = shown(job, work, |exit| stopped_waiting(exit, job, 0)).await?;
    let error = match outcome {
        Ok(progress) => {
            if goal == Goal::Running && was_restarted {
                say!("It was restarted before that: `flinkctl job exceptions {job}` shows the cause.");
            }
            return Ok(progress);
        }
        Err(error) => error,
    };
    let (is_late, is_outage) = (
        matches!(error, Error::Late { .. }),
        matches!(error.client(), Some(flink_rest_client::Error::Outage { .. })),
    );
    let failure = explained(app, job, error).await;
    Err(if is_outage {
        failure.hint(format!(
            "the job continues once the cluster is back: `flinkctl job wait {job}` waits for it, --patience sets how long to wait out an outage"
        ))
    } else if is_late {
        let hint = failure.hint.as_deref().unwrap_or_default();
        let hint = format!("{hint}; the job continues, `flinkctl job cancel {job}` ends it");
        failure.hint(hint)
    } else {
        failure
    })
}

/// Returns the failure of an interrupted wait for a job and a number of others, which continue.
pub(crate) fn stopped_waiting(exit: Exit, id: JobId, others: usize) -> Failure {
    let others = match others {
        0 => String::new(),
        1 => ", and so does 1 more".into(),
        more => format!(", and so do {more} more"),
    };
    Failure::new(exit, format!("you stopped waiting; job {id} continues{others}"))
        .hint(format!("`flinkctl job wait {id}` waits again, `flinkctl job cancel {id}` ends it"))
}

/// Returns the failure of work on a job, with the cause of its end or delay, if that can be read in time.
pub(crate) async fn explained(app: &App, job: JobId, error: Error) -> Failure {
    let (ended, source) = match error {
        Error::Ended { state, source: Some(source), .. } => (Some(format!("job {job} is {state}")), *source),
        Error::Late { source, .. } => (None, *source),
        error => return error.into(),
    };
    let explanation = tokio::select! {
        explanation = explain(&app.client, job, &source) => explanation,
        _ = stopped() => Explanation::default(),
    };
    let mut failure = Failure::from(source);
    // The client has hints for some causes.
    let remedy = ended.as_ref().and_then(|_| failure.hint.take());
    if ended.is_none() {
        let hint = if explanation.obstacle.is_some() { MORE_SLOTS } else { "raise --timeout" };
        failure.hint = Some(hint.into());
    }
    let is_lack_of_slots = explanation.is_lack_of_slots();
    let Some(latest) = explanation.failure else { return failure };
    failure.trace = Some(sanitize(&latest.stacktrace));
    if let Some(ended) = ended {
        (failure.message, failure.causes) = (ended, causes(&latest.stacktrace));
    }
    failure.place = place(&latest);
    failure.hint = Some(match (remedy, &latest.taskmanager) {
        (Some(remedy), _) => remedy,
        (None, _) if is_lack_of_slots => MORE_SLOTS.into(),
        (None, Some(taskmanager)) => {
            format!("`flinkctl logs {}` shows its log", quoted(taskmanager.as_str()))
        }
        (None, None) => format!("`flinkctl job exceptions {job}` shows more"),
    });
    failure
}

/// Describes the subtask that failed, and its TaskManager.
fn place(failure: &flink_ops::Failure) -> Option<String> {
    let task = failure.task.as_deref()?;
    let place = match (&failure.taskmanager, &failure.endpoint) {
        (Some(taskmanager), _) => format!("{task} on TaskManager {taskmanager}"),
        (None, Some(endpoint)) => format!("{task} at {endpoint}"),
        (None, None) => task.to_owned(),
    };
    Some(sanitize(&place))
}
