//! The jobs that a request has started, or may have, though it has no good answer.

use std::{fmt, time::Duration};

use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{
    Answer, Client, Error, JobId, Repeat, Request, Result,
    call::CallOptions,
    client::Mode,
    endpoint::{Endpoint, FromAnswer},
    jobs::{
        GetJobs, GetJobsOverview, JobIdsWithStatus, JobOverview, JobsOverview, exceptions::GetJobExceptions,
        state::JobStatus,
    },
    retry::{Retry, Tries},
    trace,
};

/// Timeout for looking up jobs that a request may have started, from when the server told of the last new one, or of none.
pub(crate) const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

/// Pause between two looks.
const LOOKUP_INTERVAL: Duration = Duration::from_millis(300);

/// A job that a request has started, or may have: see [`Error::jobs`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StartedJob {
    /// The job.
    pub id: JobId,
    /// Its name; empty if the server does not tell it.
    pub name: String,
    /// Its state after the request failed.
    pub state: JobStatus,
    /// Why it failed, if it did and the server tells it.
    pub root_cause: Option<String>,
}

/// `a1b2… Orders (RUNNING)`.
impl fmt::Display for StartedJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, state) = (trace::printable(&self.name), trace::printable(self.state.as_str()));
        let space = if name.is_empty() { "" } else { " " };
        write!(f, "{}{space}{name} ({state})", self.id)
    }
}

impl StartedJob {
    /// From the details of a job. None of them is needed: the job has been found.
    pub(crate) fn from_details(id: JobId, details: &Value) -> Self {
        let text = |key| details.get(key).and_then(Value::as_str).unwrap_or_default();
        Self { id, name: text("name").into(), state: text("state").into(), root_cause: None }
    }
}

impl From<JobOverview> for StartedJob {
    fn from(job: JobOverview) -> Self {
        Self { id: job.jid, name: job.name, state: job.state, root_cause: None }
    }
}

/// `its job a1b2… Orders (FAILED) has ended: no such file`, or which jobs go on.
pub(crate) fn sentence(jobs: &[StartedJob]) -> String {
    let list = jobs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let cause = jobs.iter().find_map(|job| job.root_cause.as_deref());
    let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
    let one = jobs.len() == 1;
    match jobs.iter().all(|job| job.state.is_terminal()) {
        true => format!(
            "{} {list} {} ended{cause}",
            if one { "job" } else { "jobs" },
            if one { "has" } else { "have" }
        ),
        false => {
            format!("{} {list} {} there", if one { "job" } else { "jobs" }, if one { "is" } else { "are" })
        }
    }
}

/// Whether a job, by its details, began not longer ago than this. Both times are the server's.
pub(crate) fn began_within(details: &Answer, elapsed: Duration) -> bool {
    let details = details.json().unwrap_or_default();
    let millis = |key| details.get(key).and_then(Value::as_i64);
    let age =
        millis("now").zip(millis("start-time")).map(|(now, start)| u128::try_from(now - start).unwrap_or(0));
    age.is_some_and(|age| age <= elapsed.as_millis())
}

impl<M: Mode> Client<M> {
    /// The jobs that are there before a request that starts some. None if the server does not tell: the request is sent
    /// all the same.
    pub(crate) async fn jobs_before(
        &self,
        request: &Request,
        options: CallOptions,
    ) -> Result<Option<JobIdsWithStatus>> {
        if !matches!(request.repeat, Repeat::NewJobs) {
            return Ok(None);
        }
        match Box::pin(self.execute(&GetJobs::new(), options)).await {
            Ok(list) => Ok(Some(list)),
            Err(error @ (Error::Transport { .. } | Error::Timeout { .. })) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// The jobs that are there now and were not before.
    async fn new_jobs(
        &self,
        before: &JobIdsWithStatus,
        tries: &Tries,
        options: CallOptions,
    ) -> Result<Vec<StartedJob>> {
        let answer = self.attempt(&GetJobsOverview::new().request()?, tries, options).await?;
        let new = JobsOverview::from_answer(answer)?.new_since(before);
        Ok(new.into_iter().map(StartedJob::from).collect())
    }

    /// The new jobs after a request that was refused.
    pub(crate) async fn new_jobs_now(
        &self,
        before: &JobIdsWithStatus,
        tries: &Tries,
        mut options: CallOptions,
    ) -> Vec<StartedJob> {
        options.attempt_timeout = Some(self.lookup_timeout(options));
        self.new_jobs(before, tries, options).await.unwrap_or_default()
    }

    /// The new jobs after a request whose answer was lost, which may be under way yet. Outages are waited through until
    /// the deadline.
    pub(crate) async fn await_new_jobs(
        &self,
        before: &JobIdsWithStatus,
        tries: &Tries,
        options: CallOptions,
    ) -> Vec<StartedJob> {
        let (mut seen, mut same_since) = (Vec::new(), None);
        loop {
            match self.new_jobs(before, tries, options).await {
                Ok(jobs) => {
                    // The program may be about to submit one more, and what is there may be somebody else's.
                    let since = same_since.filter(|_| jobs.len() == seen.len()).unwrap_or_else(Instant::now);
                    same_since = Some(since);
                    seen = jobs;
                    if since.elapsed() >= LOOKUP_TIMEOUT {
                        return seen;
                    }
                }
                Err(error) if error.is_passing() || error.is_timeout() => {}
                Err(_) => return seen,
            }
            if !tries.repeats() || tries.is_late(LOOKUP_INTERVAL) {
                return seen;
            }
            sleep(LOOKUP_INTERVAL).await;
        }
    }

    /// The jobs with the reasons of those that failed, as far as the server tells them.
    pub(crate) async fn with_causes(
        &self,
        mut jobs: Vec<StartedJob>,
        mut options: CallOptions,
    ) -> Vec<StartedJob> {
        options.attempt_timeout = Some(self.lookup_timeout(options));
        options.retry = Some(Retry::never());
        for job in jobs.iter_mut().filter(|job| job.state == JobStatus::Failed).take(1) {
            let told = Box::pin(self.execute(&GetJobExceptions::new(job.id), options)).await;
            job.root_cause = told.ok().and_then(|told| Some(told.root_cause()?.to_owned()));
        }
        jobs
    }

    /// Timeout of one look after a refusal, which nobody waits for long.
    pub(crate) fn lookup_timeout(&self, options: CallOptions) -> Duration {
        options.attempt_timeout.unwrap_or(self.shared.attempt_timeout).min(LOOKUP_TIMEOUT)
    }
}
