//! Two aliases for YARN's proxy, which only lets GET requests through. **A GET of them may cancel the job.**

use crate::{Empty, Endpoint, JobId};

/// Cancels a job, as [`CancelJob`](super::CancelJob) does. Deprecated by Flink.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/yarn-cancel" -> Empty, repeat = Another)]
#[non_exhaustive]
pub struct YarnCancelJob {
    /// The job.
    pub job: JobId,
}

/// Meant to stop a job. All releases respond with 308 and do nothing: stop without a savepoint was removed in Flink
/// 1.9. Deprecated by Flink.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/yarn-stop" -> Empty, repeat = Another)]
#[non_exhaustive]
pub struct YarnStopJob {
    /// The job.
    pub job: JobId,
}
