//! Requests that start jobs: finds the jobs that a failed request has started.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    Client, Error, JobId, JobStatus, Mode, Repeat, Request, Result, Retry, StartedJob,
    client::{
        call::{CallOptions, Deadline},
        server::LOOKUP_TIMEOUT,
    },
    endpoint::FromAnswer,
    error::Arrival,
    rest::jobs::{GetJobs, GetJobsOverview, JobIdsWithStatus, JobOverview, exceptions::GetJobExceptions},
};

/// Interval between two lookups of new jobs.
const LOOKUP_INTERVAL: Duration = Duration::from_millis(300);

impl StartedJob {
    /// Reads a job from the response of its details. All fields are optional: the job is known to exist.
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

/// Sends a checked request that may start jobs. If it fails, the error lists the jobs that it has started.
pub(crate) async fn execute_request<M: Mode, T: FromAnswer>(
    client: &Client<M>,
    request: Request,
    options: CallOptions,
) -> Result<T> {
    let before = match request.repeat {
        Repeat::NewJobs => jobs_before(client, options).await?,
        _ => None,
    };
    // One deadline for the request and the lookups after it: the call's own timeout covers both.
    let deadline = client.deadline(options, client.shared.timeout);
    let lookup = JobLookup { client, options, deadline };
    match (client.execute_request(request.clone(), options).await, before) {
        (Err(Error::StartedAnyway { endpoint, jobs, source }), _) => {
            Err(Error::StartedAnyway { endpoint, jobs: lookup.with_causes(jobs).await, source })
        }
        (Err(error @ Error::OutcomeUnknown { .. }), Some(before)) => {
            let jobs = lookup.await_new_jobs(&before).await;
            Err(error.with_jobs(jobs))
        }
        (Err(error), Some(before)) if error.arrival() == Arrival::Yes && request.may_have_begun(&error) => {
            let jobs = lookup.new_jobs_now(&before).await;
            match jobs.is_empty() {
                true => Err(error),
                false => Err(Error::started_anyway(request.spec.name, lookup.with_causes(jobs).await, error)),
            }
        }
        (done, _) => done,
    }
}

/// Returns the jobs before the request; none if the server refuses to list them, and the request is sent all the same.
async fn jobs_before<M: Mode>(client: &Client<M>, options: CallOptions) -> Result<Option<JobIdsWithStatus>> {
    match client.execute(&GetJobs::new(), options).await {
        Ok(list) => Ok(Some(list)),
        Err(error @ (Error::Transport { .. } | Error::Timeout { .. })) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Lookups of the jobs after a request that failed.
struct JobLookup<'a, M> {
    client: &'a Client<M>,
    options: CallOptions,
    deadline: Deadline,
}

impl<M: Mode> JobLookup<'_, M> {
    /// Returns the jobs that are there now and were not before.
    async fn new_jobs(&self, before: &JobIdsWithStatus, mut options: CallOptions) -> Result<Vec<StartedJob>> {
        options.retry = Some(Retry::never());
        let Deadline { at, after } = self.deadline;
        let listed = timeout_at(at, self.client.execute(&GetJobsOverview::new(), options)).await;
        let listed = listed.unwrap_or_else(|_| Err(Error::timeout("looking for new jobs".into(), after)))?;
        Ok(listed.new_since(before).into_iter().map(StartedJob::from).collect())
    }

    /// Returns the new jobs after a request that was refused.
    async fn new_jobs_now(&self, before: &JobIdsWithStatus) -> Vec<StartedJob> {
        let mut options = self.options;
        options.attempt_timeout = Some(self.client.lookup_timeout(options));
        self.new_jobs(before, options).await.unwrap_or_default()
    }

    /// Returns the new jobs after a request whose response was lost: it may still be running. Waits out outages until
    /// the deadline.
    async fn await_new_jobs(&self, before: &JobIdsWithStatus) -> Vec<StartedJob> {
        let repeats = self.options.retry.unwrap_or(self.client.shared.retry).max_retries > 0;
        let (mut seen, mut same_since) = (Vec::new(), None);
        loop {
            match self.new_jobs(before, self.options).await {
                Ok(jobs) => {
                    // The program may be about to submit one more job, and a job already seen may be somebody else's.
                    let since = same_since.filter(|_| jobs.len() == seen.len()).unwrap_or_else(Instant::now);
                    same_since = Some(since);
                    seen = jobs;
                    if since.elapsed() >= LOOKUP_TIMEOUT {
                        return seen;
                    }
                }
                Err(error) if error.is_transient() || error.is_timeout() => {}
                Err(_) => return seen,
            }
            if !repeats || Instant::now() + LOOKUP_INTERVAL >= self.deadline.at {
                return seen;
            }
            sleep(LOOKUP_INTERVAL).await;
        }
    }

    /// Adds the root cause to the first job that failed, if the server reports it.
    async fn with_causes(&self, mut jobs: Vec<StartedJob>) -> Vec<StartedJob> {
        let mut options = self.options;
        options.attempt_timeout = Some(self.client.lookup_timeout(options));
        options.retry = Some(Retry::never());
        if let Some(job) = jobs.iter_mut().find(|job| job.state == JobStatus::Failed) {
            let exceptions = self.client.execute(&GetJobExceptions::new(job.id), options).await;
            job.root_cause = exceptions.ok().and_then(|exceptions| Some(exceptions.root_cause()?.to_owned()));
        }
        jobs
    }
}
