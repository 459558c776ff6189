//! Another parallelism for a job, from the request until it runs with it.

use flink_rest_client::{FlinkRestClient, JobId, jobs::progress::JobProgress};

use crate::{
    Error, Event, Goal, Result, Wait, Work,
    work::{Options, Run},
};

/// Asks for this parallelism of every vertex, and waits until all tasks run with it (1.18+, adaptive scheduler).
///
/// A vertex with a lower max parallelism is as parallel as it can be. The job goes on with as much parallelism as there are
/// slots for, and restarts from its last checkpoint when it has them.
///
/// # Errors
///
/// [`Error::Late`] if it does not run with it in time: the request stands. [`Error::Ended`] if the job ended first.
/// [`Error::Unsettled`] if the server went away or refused to tell after it had accepted the request. Others are those of
/// [`Job::rescale`](flink_rest_client::jobs::Job::rescale), and nothing was changed.
pub fn rescale(client: &FlinkRestClient, job: JobId, parallelism: u32) -> Work<Rescale> {
    Work::new(client, Rescale { job, parallelism })
}

/// Another parallelism; see [`rescale`].
#[derive(Debug)]
pub struct Rescale {
    job: JobId,
    parallelism: u32,
}

impl Run for Rescale {
    type Output = JobProgress;

    async fn run(self, client: FlinkRestClient, options: Options) -> Result<JobProgress> {
        let Self { job, parallelism } = self;
        options.callback.call(&Event::Triggering(None));
        client.job(job).rescale(parallelism).await?;
        options.callback.call(&Event::Accepted(None));
        let wait = Wait { job, goal: Goal::Rescaled(parallelism) };
        match wait.run(client, options).await {
            // A job that is gone has no parallelism; all else does not take the request back.
            Err(Error::Client(source)) if !matches!(source, flink_rest_client::Error::JobGone { .. }) => {
                Err(Error::Unsettled { trigger: None, source: source.into() })
            }
            outcome => outcome,
        }
    }
}
