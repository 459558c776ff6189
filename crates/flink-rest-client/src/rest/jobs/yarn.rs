//! Two aliases for YARN's proxy, which lets nothing through but GET. **A GET of them may cancel the job.**

use crate::{Empty, Endpoint, JobId};

/// Cancels a job, as [`CancelJob`](super::CancelJob) does. Deprecated by Flink.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/yarn-cancel" -> Empty, repeat = Another)]
#[non_exhaustive]
pub struct YarnCancelJob {
    /// The job.
    pub job: JobId,
}

/// Meant to stop a job; all releases answer 308 and leave it alone, as stopping without a savepoint is gone since
/// Flink 1.9. Deprecated by Flink.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/yarn-stop" -> Empty, repeat = Another)]
#[non_exhaustive]
pub struct YarnStopJob {
    /// The job.
    pub job: JobId,
}
