//! A checkpoint at once.

use serde::{Deserialize, Serialize};

use crate::{
    Endpoint, JobId, TriggerId,
    rest::operation::{AsynchronousOperation, FailureCause, Poll, Report, Trigger, Triggered},
    value::open_enum::open_enum,
};

/// Takes a checkpoint now, also in a job that takes none by itself.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jobs/{job}/checkpoints" -> Triggered, since = "1.17", handle = "job(id).checkpoints().trigger()", repeat = Same)]
#[non_exhaustive]
pub struct TriggerCheckpoint {
    /// The job.
    pub job: JobId,
    /// Whether all state is written, or only what changed; as the job is configured unless set.
    #[body("checkpointType")]
    pub checkpoint_type: Option<CheckpointType>,
    /// The operation's id: a second trigger with the same one is not a second checkpoint. Random unless set.
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
    /// How much of the state a triggered checkpoint writes.
    pub enum CheckpointType {
        /// As the job is configured.
        Configured = "CONFIGURED",
        /// All of it.
        Full = "FULL",
        /// What changed since the last one. Only 1.17 and 1.18 take it; newer releases answer 500 (FLINK-33723).
        Incremental = "INCREMENTAL",
    }
}

/// How a triggered checkpoint is doing.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/checkpoints/{trigger}" -> AsynchronousOperation<CheckpointInfo>, since = "1.17", handle = "job(id).checkpoints().trigger_status(trigger)")]
#[non_exhaustive]
pub struct GetTriggeredCheckpoint {
    /// The job.
    pub job: JobId,
    /// The operation.
    pub trigger: TriggerId,
}

impl Poll for GetTriggeredCheckpoint {
    type Report = CheckpointInfo;
}

/// How a triggered checkpoint ended: with its id, or a reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointInfo {
    /// Its id; none if it failed.
    #[serde(rename = "checkpointId", default, skip_serializing_if = "Option::is_none")]
    pub checkpoint_id: Option<u64>,
    /// Why it failed; none if it did not.
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
