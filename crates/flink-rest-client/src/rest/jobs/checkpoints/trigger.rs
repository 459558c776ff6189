//! Triggers of checkpoints.

use serde::{Deserialize, Serialize};

use crate::{
    Endpoint, JobId, TriggerId,
    rest::operation::{AsynchronousOperation, FailureCause, Poll, Report, Trigger, Triggered},
    value::open_enum::open_enum,
};

/// Triggers a checkpoint, also in a job that takes none by itself.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jobs/{job}/checkpoints" -> Triggered, since = "1.17", handle = "job(id).checkpoints().trigger()", repeat = Same)]
#[non_exhaustive]
pub struct TriggerCheckpoint {
    /// The job.
    pub job: JobId,
    /// Full or incremental [default: as the job is configured].
    #[body("checkpointType")]
    pub checkpoint_type: Option<CheckpointType>,
    /// Id of the operation [default: random]. A repeated request with the same id does not trigger a second
    /// checkpoint.
    #[body("triggerId", token = Chosen)]
    pub trigger_id: Option<TriggerId>,
}

impl Trigger for TriggerCheckpoint {
    type Poll = GetTriggeredCheckpoint;

    fn poll(&self, trigger: TriggerId) -> GetTriggeredCheckpoint {
        GetTriggeredCheckpoint::new(self.job, trigger)
    }
}

open_enum! {
    /// The extent of a triggered checkpoint.
    pub enum CheckpointType {
        /// As the job is configured.
        Configured = "CONFIGURED",
        /// The whole state.
        Full = "FULL",
        /// The changes since the last one. Only 1.17 and 1.18 accept it; newer releases respond with 500 (FLINK-33723).
        Incremental = "INCREMENTAL",
    }
}

/// Status of a triggered checkpoint.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/checkpoints/{trigger}" -> AsynchronousOperation<CheckpointInfo>, since = "1.17", handle = "job(id).checkpoints().trigger_status(trigger)")]
#[non_exhaustive]
pub struct GetTriggeredCheckpoint {
    /// The job.
    pub job: JobId,
    /// The id of the operation.
    pub trigger: TriggerId,
}

impl Poll for GetTriggeredCheckpoint {
    type Report = CheckpointInfo;
}

/// The report of a triggered checkpoint: its id, or the reason of a failure.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointInfo {
    /// Id of the checkpoint; none if it failed.
    #[serde(rename = "checkpointId", default, skip_serializing_if = "Option::is_none")]
    pub checkpoint_id: Option<u64>,
    /// The reason of the failure; none if it succeeded.
    #[serde(rename = "failureCause", default, skip_serializing_if = "Option::is_none")]
    pub failure_cause: Option<FailureCause>,
}

impl Report for CheckpointInfo {
    type Value = u64;

    fn into_result(self) -> Result<u64, String> {
        match (self.checkpoint_id, self.failure_cause) {
            (Some(id), None) => Ok(id),
            (_, Some(cause)) => Err(cause.stack_trace),
            (None, None) => Err("Flink gives neither a checkpoint nor a reason".into()),
        }
    }
}
