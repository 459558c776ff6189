//! Waiting for a job.

use std::{convert::Infallible, time::Duration};

use flink_rest_client::{
    Error as ClientError, FlinkRestClient, JobId, JobStatus, Retry,
    jobs::{exceptions::GetJobExceptions, progress::JobProgress},
};

use crate::{
    Error, Event, Failure, Obstacle, Result, Work,
    failures::Exceptions,
    obstacle::runs,
    work::{Options, Run},
};

/// Timeout for finding out why a job ended, and why it is late.
const EXPLAIN_TIMEOUT: Duration = Duration::from_secs(5);
const EXPLAIN_LATE_TIMEOUT: Duration = Duration::from_secs(1);

/// Waits until a job is where it is to be.
///
/// ```no_run
/// # async fn f(client: flink_rest_client::FlinkRestClient, job: flink_rest_client::JobId) {
/// use flink_ops::{Event, Goal, wait};
///
/// let wait = wait(&client, job, Goal::Running).on_event(|event| {
///     if let Event::State(state) = event {
///         println!("the job is {state}");
///     }
/// });
/// if let Err(error) = wait.await {
///     eprintln!("{error}");
/// }
/// # }
/// ```
///
/// # Errors
///
/// [`Error::Ended`] if the job failed or was cancelled, [`Error::Late`] after the timeout: both say why, as far as the
/// cluster tells. Others are the client's.
pub fn wait(client: &FlinkRestClient, job: JobId, goal: Goal) -> Work<Wait> {
    Work::new(client, Wait { job, goal })
}

/// The state of a job that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Goal {
    /// All its tasks run, or it has finished.
    Running,
    /// It has finished.
    Finished,
    /// All its tasks run with this parallelism, or the max parallelism of their vertex if that is less.
    Rescaled(u32),
}

/// A wait for a job; see [`wait`].
#[derive(Debug)]
pub struct Wait {
    pub(crate) job: JobId,
    pub(crate) goal: Goal,
}

impl Run for Wait {
    type Output = JobProgress;

    async fn run(self, client: FlinkRestClient, options: Options) -> Result<JobProgress> {
        let job = client.job(self.job);
        let wait = match self.goal {
            Goal::Running => job.wait_until_running(),
            Goal::Finished => job.wait_until_finished(),
            Goal::Rescaled(parallelism) => job.wait_until_rescaled(parallelism),
        };
        let callback = options.callback.clone();
        let wait = wait
            .timeout(options.timeout)
            .on_outage(callback.of_outage())
            .on_state(move |state| callback.call(&Event::State(state)));
        let outcome = tokio::select! {
            outcome = wait => outcome,
            never = report_progress(&client, self.job, &options) => match never {},
        };
        let error = match outcome {
            Ok(progress) => return Ok(progress),
            Err(error) => error,
        };
        let explanation = match options.is_explained {
            true => explain(&client, self.job, &error).await,
            false => Explanation::default(),
        };
        Err(match error {
            ClientError::JobEnded { job, ref state, .. } => {
                let state = state.clone();
                Error::Ended { job, state, explanation: explanation.into(), source: Some(error.into()) }
            }
            ClientError::Timeout { .. } => {
                Error::Late { job: self.job, explanation: explanation.into(), source: error.into() }
            }
            error => error.into(),
        })
    }
}

/// Reports the progress of a job, if that is wanted.
pub(crate) async fn report_progress(client: &FlinkRestClient, job: JobId, options: &Options) -> Infallible {
    let Some(interval) = options.progress_every else { return std::future::pending().await };
    let mut was_held = false;
    loop {
        // The wait itself tells of outages, and ends with errors that do not pass.
        if let Ok(progress) = client.job(job).progress().retry(Retry::never()).await {
            let is_held = !runs(&progress);
            let obstacle = match is_held && was_held {
                true => Obstacle::of(client, job, &progress).await,
                false => None,
            };
            was_held = is_held;
            options.callback.call(&Event::Progress { progress: &progress, obstacle: obstacle.as_ref() });
        }
        tokio::time::sleep(interval).await;
    }
}

/// The reason why a job ended or is late, as far as the cluster tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The last failure of the job.
    pub failure: Option<Failure>,
    /// The slots that it waits for.
    pub obstacle: Option<Obstacle>,
}

impl Explanation {
    /// Tells if the job wants more slots than the cluster has.
    pub fn is_lack_of_slots(&self) -> bool {
        self.obstacle.is_some() || self.failure.as_ref().is_some_and(Failure::is_lack_of_slots)
    }
}

/// Finds out why a wait for a job failed: of a job that FAILED its last failure, of one that is late the slots that it
/// waits for, and its last failure unless it runs. It takes 5 seconds at most; 1 second if the job is late.
pub async fn explain(client: &FlinkRestClient, job: JobId, error: &ClientError) -> Explanation {
    let last_failure = || async {
        let exceptions = Exceptions::of(client, GetJobExceptions::new(job)).await;
        exceptions.ok().and_then(|exceptions| exceptions.latest())
    };
    let (within, is_late) = match error {
        ClientError::JobEnded { state: JobStatus::Failed, .. } => (EXPLAIN_TIMEOUT, false),
        ClientError::Timeout { .. } => (EXPLAIN_LATE_TIMEOUT, true),
        _ => return Explanation::default(),
    };
    let told = async {
        if !is_late {
            return Explanation { failure: last_failure().await, obstacle: None };
        }
        let Ok(progress) = client.job(job).progress().await else { return Explanation::default() };
        let obstacle = Obstacle::slots(client, &progress).await;
        // While it runs, what failed once is over; else it may be what keeps the job from it.
        let failure = if progress.state == JobStatus::Running { None } else { last_failure().await };
        Explanation { failure, obstacle }
    };
    tokio::time::timeout(within, told).await.unwrap_or_default()
}
