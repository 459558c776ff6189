//! Cancelling a job, and waiting for its end.

use flink_rest_client::{Error as ClientError, FlinkRestClient, JobId, JobStatus};

use crate::{
    Error, Event, Result, Work,
    work::{Options, Run},
};

/// Cancels a job, without a savepoint, and waits until it has ended: returns its last state, which may also be `FINISHED` or
/// `FAILED` if it ended meanwhile.
///
/// # Errors
///
/// [`Error::Late`] if it has not ended in time, [`Error::Unsettled`] if Flink accepted the request and the server then went
/// away or refused to tell. Others are the client's, and nothing was cancelled unless
/// [`may_be_done`](ClientError::may_be_done) says so.
pub fn cancel(client: &FlinkRestClient, job: JobId) -> Work<Cancel> {
    Work::new(client, Cancel { job })
}

/// The end of a job; see [`cancel`].
#[derive(Debug)]
pub struct Cancel {
    job: JobId,
}

impl Run for Cancel {
    type Output = JobStatus;

    async fn run(self, client: FlinkRestClient, options: Options) -> Result<JobStatus> {
        let job = client.job(self.job);
        options.callback.call(&Event::Triggering(None));
        job.cancel().await?;
        options.callback.call(&Event::Accepted(None));
        let wait = job.wait_until_finished().timeout(options.timeout);
        match wait.on_outage(options.callback.of_outage()).await {
            Ok(progress) => Ok(progress.state),
            Err(ClientError::JobEnded { state, .. }) => Ok(state),
            Err(source @ ClientError::Timeout { .. }) => {
                Err(Error::Late { job: self.job, explanation: Box::default(), source: source.into() })
            }
            Err(source) => Err(Error::Unsettled { trigger: None, source: source.into() }),
        }
    }
}
