//! One checkpoint in full.

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

/// One checkpoint in full, as long as it is among the last few.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/checkpoints/details/{checkpoint}" -> CheckpointStatistics, handle = "job(id).checkpoints().details(id)", python = "jobs.get_checkpoint_details")]
#[non_exhaustive]
pub struct GetCheckpointDetails {
    /// The job.
    pub job: JobId,
    /// The checkpoint.
    pub checkpoint: u64,
}

/// A checkpoint or savepoint: under way, completed or failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointStatistics {
    // Says once more what `status` says, under one name up to 1.14 and another since.
    #[serde(rename = "className", default, skip_serializing_if = "Option::is_none")]
    class_name: Option<String>,
    #[serde(rename = "@class", default, skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    /// Its id; it counts up within the job.
    pub id: u64,
    /// How far it is.
    pub status: CheckpointStatus,
    /// Whether it is a savepoint.
    pub is_savepoint: bool,
    /// How a savepoint is written (1.17+); none for checkpoints.
    #[serde(rename = "savepointFormat", default, skip_serializing_if = "Nullable::is_left_out")]
    pub savepoint_format: Nullable<SavepointFormatType>,
    /// When it began.
    #[serde(with = "millis")]
    pub trigger_timestamp: Timestamp,
    /// When a subtask last acknowledged it; none if none has.
    #[serde(with = "minus_one")]
    pub latest_ack_timestamp: Option<Timestamp>,
    /// Bytes that it wrote, without what earlier checkpoints had written already (1.15+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpointed_size: Option<u64>,
    /// Bytes of state.
    pub state_size: u64,
    /// From the trigger to the last acknowledgement; none if there is none.
    #[serde(with = "minus_one")]
    pub end_to_end_duration: Option<Duration>,
    /// Always zero since Flink 1.11.
    pub alignment_buffered: u64,
    /// Bytes that were processed while barriers were aligned.
    pub processed_data: u64,
    /// Bytes on their way between tasks that were written, too: unaligned checkpoints only.
    pub persisted_data: u64,
    /// Subtasks that take part.
    pub num_subtasks: u32,
    /// Subtasks that acknowledged it.
    pub num_acknowledged_subtasks: u32,
    /// What it is taken for, and how.
    pub checkpoint_type: SnapshotType,
    /// What it cost each vertex; empty in the lists of [`CheckpointingStatistics`](super::statistics::CheckpointingStatistics).
    pub tasks: BTreeMap<VertexId, TaskCheckpointStatistics>,
    /// Where it is, once it is completed.
    #[serde(default, skip_serializing_if = "Nullable::is_left_out")]
    pub external_path: Nullable<String>,
    /// Whether it is gone because newer ones took its place, once it is completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discarded: Option<bool>,
    /// When it failed, if it did.
    #[serde(default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub failure_timestamp: Option<Timestamp>,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Nullable::is_left_out")]
    pub failure_message: Nullable<String>,
}

telling!(CheckpointStatistics: Members(&[Number("num_subtasks"), Number("trigger_timestamp"), Flag("is_savepoint")]));

/// What a checkpoint cost one vertex.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskCheckpointStatistics {
    /// The checkpoint.
    pub id: u64,
    /// How far the checkpoint is.
    pub status: CheckpointStatus,
    /// When a subtask last acknowledged it; none if none has.
    #[serde(with = "minus_one")]
    pub latest_ack_timestamp: Option<Timestamp>,
    /// Bytes that were written, without what earlier checkpoints had written already (1.15+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpointed_size: Option<u64>,
    /// Bytes of state.
    pub state_size: u64,
    /// From the trigger to the last acknowledgement; none if there is none.
    #[serde(with = "minus_one")]
    pub end_to_end_duration: Option<Duration>,
    /// Always zero since Flink 1.11.
    pub alignment_buffered: u64,
    /// Bytes that were processed while barriers were aligned.
    pub processed_data: u64,
    /// Bytes on their way between tasks that were written, too: unaligned checkpoints only.
    pub persisted_data: u64,
    /// Subtasks of the vertex.
    pub num_subtasks: u32,
    /// Subtasks of the vertex that acknowledged it.
    pub num_acknowledged_subtasks: u32,
}

open_enum! {
    /// How far a checkpoint is.
    pub enum CheckpointStatus {
        /// It is under way.
        InProgress = "IN_PROGRESS",
        /// It succeeded.
        Completed = "COMPLETED",
        /// It failed, or was given up.
        Failed = "FAILED",
    }
}

open_enum! {
    /// What a checkpoint or savepoint is taken for, and how.
    pub enum SnapshotType {
        /// For recovery.
        Checkpoint = "CHECKPOINT",
        /// For recovery, overtaking the records that are on their way between tasks (1.16+).
        UnalignedCheckpoint = "UNALIGNED_CHECKPOINT",
        /// For the user; the job goes on.
        Savepoint = "SAVEPOINT",
        /// For the user; the job stops with it.
        SyncSavepoint = "SYNC_SAVEPOINT",
    }
}
