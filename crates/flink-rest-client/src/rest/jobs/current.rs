//! Details of a job in its current state: the server caches its response about a job for a while.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::{Instant, sleep};

use crate::{
    Action, Answer, Call, Client, Endpoint, Error, JobId, Result,
    client::{Mode, call::CallOptions, wait::Waiting},
    rest::jobs::{GetJobStatus, GetJobs, Job, details::GetJob},
    value::state::JobStatus,
};

/// Time for which the server may cache the details of a job (`web.refresh-interval`, 3 seconds by default), with a
/// margin.
pub(super) const MAX_CACHE_AGE: Duration = Duration::from_secs(4);

/// Interval between two requests while the response may be an old one.
pub(super) const CACHE_POLL_INTERVAL: Duration = Duration::from_millis(400);

/// Reads the details of a job until they show its current state; see
/// [`Job::current_details`](crate::jobs::Job::current_details).
#[derive(Clone, Copy, Debug)]
pub struct CurrentDetails {
    job: JobId,
}

impl<M: Mode> Job<M> {
    /// As [`details`](Self::details), with the job's current state: repeats the request for up to four seconds while
    /// the server's response is an older, cached one. The result is the server's own JSON: decode it as
    /// [`JobDetails`](super::details::JobDetails).
    pub fn current_details(&self) -> Call<M, CurrentDetails> {
        Call::new(self.client.clone(), CurrentDetails { job: self.id })
    }
}

impl CurrentDetails {
    /// Returns the current state, which no cache hides; none if the job is unknown.
    async fn state<M: Mode>(&self, client: &Client<M>) -> Result<Option<JobStatus>> {
        match client.execute(&GetJobStatus::new(self.job), Waiting::question()).await {
            Ok(response) => Ok(Some(response.status)),
            // Up to 1.15.
            Err(Error::Unsupported { .. }) => {
                let all = client.execute(&GetJobs::new(), Waiting::question()).await?;
                Ok(all.jobs.into_iter().find(|job| job.id == self.job).map(|job| job.status))
            }
            Err(error) => Err(error),
        }
    }
}

impl Action for CurrentDetails {
    type Output<M: Mode> = Answer;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Answer> {
        #[derive(Deserialize)]
        struct StateOnly {
            state: JobStatus,
        }
        let details = GetJob::new(self.job).request()?;
        let end = Instant::now() + MAX_CACHE_AGE;
        loop {
            let answer = client.execute(&details, options).await?;
            // If the current state cannot be read, the response is returned as it is.
            let (Ok(response), Ok(Some(state))) = (answer.decode::<StateOnly>(), self.state(&client).await)
            else {
                return Ok(answer);
            };
            if response.state == state || Instant::now() + CACHE_POLL_INTERVAL > end {
                return Ok(answer);
            }
            sleep(CACHE_POLL_INTERVAL).await;
        }
    }
}
