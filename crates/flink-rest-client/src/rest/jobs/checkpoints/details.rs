//! Details of one checkpoint.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Endpoint, JobId, Nullable, VertexId,
    endpoint::answer::shape::telling,
    rest::jobs::savepoints::SavepointFormatType,
    value::{
        open_enum::open_enum,
        time::{maybe, millis, minus_one},
    },
};

/// Details of one checkpoint, as long as it is in the recent history.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/checkpoints/details/{checkpoint}" -> CheckpointStatistics, handle = "job(id).checkpoints().details(id)", python = "jobs.get_checkpoint_details")]
#[non_exhaustive]
pub struct GetCheckpointDetails {
    /// The job.
    pub job: JobId,
    /// The checkpoint.
    pub checkpoint: u64,
}

/// A checkpoint or savepoint: in progress, completed or failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointStatistics {
    // Duplicates `status`, under one name up to 1.14 and another since.
    #[serde(rename = "className", default, skip_serializing_if = "Option::is_none")]
    class_name: Option<String>,
    #[serde(rename = "@class", default, skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    /// The id; it counts up within the job.
    pub id: u64,
    /// The state of the checkpoint.
    pub status: CheckpointStatus,
    /// True for a savepoint.
    pub is_savepoint: bool,
    /// Format of a savepoint (1.17+); none for checkpoints.
    #[serde(rename = "savepointFormat", default, skip_serializing_if = "Nullable::is_left_out")]
    pub savepoint_format: Nullable<SavepointFormatType>,
    /// Trigger time.
    #[serde(with = "millis")]
    pub trigger_timestamp: Timestamp,
    /// Time of the last acknowledgement by a subtask; none if there is none.
    #[serde(with = "minus_one")]
    pub latest_ack_timestamp: Option<Timestamp>,
    /// Bytes written, without those that earlier checkpoints wrote (1.15+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpointed_size: Option<u64>,
    /// Size of the state, in bytes.
    pub state_size: u64,
    /// Time from the trigger to the last acknowledgement; none if there is none.
    #[serde(with = "minus_one")]
    pub end_to_end_duration: Option<Duration>,
    /// Always zero since Flink 1.11.
    pub alignment_buffered: u64,
    /// Bytes processed during the alignment of barriers.
    pub processed_data: u64,
    /// Bytes of in-flight data written; unaligned checkpoints only.
    pub persisted_data: u64,
    /// Number of subtasks that take part.
    pub num_subtasks: u32,
    /// Number of subtasks that acknowledged it.
    pub num_acknowledged_subtasks: u32,
    /// The kind of checkpoint or savepoint.
    pub checkpoint_type: SnapshotType,
    /// Statistics by vertex; empty in the lists of
    /// [`CheckpointingStatistics`](super::statistics::CheckpointingStatistics).
    pub tasks: BTreeMap<VertexId, TaskCheckpointStatistics>,
    /// Path, once it is completed.
    #[serde(default, skip_serializing_if = "Nullable::is_left_out")]
    pub external_path: Nullable<String>,
    /// True if it was deleted because newer ones replaced it; set once it is completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discarded: Option<bool>,
    /// Time of the failure, if it failed.
    #[serde(default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub failure_timestamp: Option<Timestamp>,
    /// Reason of the failure, if it failed.
    #[serde(default, skip_serializing_if = "Nullable::is_left_out")]
    pub failure_message: Nullable<String>,
}

telling!(CheckpointStatistics: Members(&[Number("num_subtasks"), Number("trigger_timestamp"), Flag("is_savepoint")]));

/// Statistics of a checkpoint for one vertex.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskCheckpointStatistics {
    /// The checkpoint.
    pub id: u64,
    /// The state of the checkpoint.
    pub status: CheckpointStatus,
    /// Time of the last acknowledgement by a subtask; none if there is none.
    #[serde(with = "minus_one")]
    pub latest_ack_timestamp: Option<Timestamp>,
    /// Bytes written, without those that earlier checkpoints wrote (1.15+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpointed_size: Option<u64>,
    /// Size of the state, in bytes.
    pub state_size: u64,
    /// Time from the trigger to the last acknowledgement; none if there is none.
    #[serde(with = "minus_one")]
    pub end_to_end_duration: Option<Duration>,
    /// Always zero since Flink 1.11.
    pub alignment_buffered: u64,
    /// Bytes processed during the alignment of barriers.
    pub processed_data: u64,
    /// Bytes of in-flight data written; unaligned checkpoints only.
    pub persisted_data: u64,
    /// Number of subtasks of the vertex.
    pub num_subtasks: u32,
    /// Number of subtasks of the vertex that acknowledged it.
    pub num_acknowledged_subtasks: u32,
}

open_enum! {
    /// The state of a checkpoint.
    pub enum CheckpointStatus {
        /// In progress.
        InProgress = "IN_PROGRESS",
        /// Succeeded.
        Completed = "COMPLETED",
        /// Failed or aborted.
        Failed = "FAILED",
    }
}

open_enum! {
    /// A kind of checkpoint or savepoint.
    pub enum SnapshotType {
        /// A checkpoint, for recovery.
        Checkpoint = "CHECKPOINT",
        /// An unaligned checkpoint, for recovery: barriers overtake in-flight records (1.16+).
        UnalignedCheckpoint = "UNALIGNED_CHECKPOINT",
        /// A savepoint; the job keeps running.
        Savepoint = "SAVEPOINT",
        /// A savepoint with which the job stops.
        SyncSavepoint = "SYNC_SAVEPOINT",
    }
}
