//! A job in full, as it is now: the server keeps its answer about a job for a while.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::{Instant, sleep};

use crate::{
    Action, Answer, Call, Client, Endpoint, Error, JobId, Result,
    client::{Mode, call::CallOptions, wait::Waiting},
    rest::jobs::{GetJobStatus, GetJobs, Job, details::GetJob},
    value::state::JobStatus,
};

/// How long the server may keep an answer about a job (`web.refresh-interval`, 3 seconds unless set), and a little more.
pub(super) const STALE: Duration = Duration::from_secs(4);

/// How long to wait before an answer that may be an old one is asked for again.
pub(super) const AGAIN: Duration = Duration::from_millis(400);

/// Asks for a job in full until the answer has the state of now; see [`Job::current_details`](crate::jobs::Job::current_details).
#[derive(Clone, Copy, Debug)]
pub struct CurrentDetails {
    job: JobId,
}

impl<M: Mode> Job<M> {
    /// The same, with the state that the job is in now: asked again, for up to four seconds, while the server's answer is
    /// one from before. The answer is as the server gave it: decode it as [`JobDetails`](super::details::JobDetails).
    pub fn current_details(&self) -> Call<M, CurrentDetails> {
        Call::new(self.client.clone(), CurrentDetails { job: self.id })
    }
}

impl CurrentDetails {
    /// The state of now, which no answer that is kept tells.
    async fn state<M: Mode>(&self, client: &Client<M>) -> Result<Option<JobStatus>> {
        match client.execute(&GetJobStatus::new(self.job), Waiting::question()).await {
            Ok(told) => Ok(Some(told.status)),
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
        struct Told {
            state: JobStatus,
        }
        let details = GetJob::new(self.job).request()?;
        let end = Instant::now() + STALE;
        loop {
            let answer = client.execute(&details, options).await?;
            // What cannot be told apart is shown as it came.
            let (Ok(told), Ok(Some(state))) = (answer.decode::<Told>(), self.state(&client).await) else {
                return Ok(answer);
            };
            if told.state == state || Instant::now() + AGAIN > end {
                return Ok(answer);
            }
            sleep(AGAIN).await;
        }
    }
}
