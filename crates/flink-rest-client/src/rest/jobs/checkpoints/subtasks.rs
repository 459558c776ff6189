//! Statistics of a checkpoint by subtask of a vertex.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Endpoint, JobId, VertexId,
    endpoint::answer::shape::telling,
    rest::jobs::checkpoints::{details::CheckpointStatus, statistics::StatsSummary},
    value::{
        open_enum::open_enum,
        time::{maybe, millis, minus_one},
    },
};

/// Statistics of a checkpoint for a vertex and each of its subtasks.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/checkpoints/details/{checkpoint}/subtasks/{vertex}" -> TaskCheckpointStatisticsWithSubtasks, handle = "job(id).checkpoints().subtasks(id, vertex)", python = "jobs.get_checkpoint_details")]
#[non_exhaustive]
pub struct GetCheckpointSubtasks {
    /// The job.
    pub job: JobId,
    /// The checkpoint.
    pub checkpoint: u64,
    /// The vertex.
    pub vertex: VertexId,
}

/// Statistics of a checkpoint for a vertex and each of its subtasks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskCheckpointStatisticsWithSubtasks {
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
    /// Statistics over the subtasks that acknowledged it.
    pub summary: TaskSummary,
    /// One entry per subtask, in the order of their indexes.
    pub subtasks: Vec<SubtaskCheckpointStatistics>,
}

telling!(TaskCheckpointStatisticsWithSubtasks: Members(&[List("subtasks"), Number("num_subtasks")]));

/// Statistics of a checkpoint over the subtasks of a vertex.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskSummary {
    /// Bytes written, without those that earlier checkpoints wrote (1.15+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpointed_size: Option<StatsSummary<u64>>,
    /// Size of the state, in bytes.
    pub state_size: StatsSummary<u64>,
    /// Time from the trigger to the acknowledgement.
    pub end_to_end_duration: StatsSummary<Duration>,
    /// Duration of the snapshot itself.
    pub checkpoint_duration: DurationSummary,
    /// Cost of the alignment of barriers.
    pub alignment: AlignmentSummary,
    /// Time from the trigger to the arrival of the first barrier.
    pub start_delay: StatsSummary<Duration>,
}

/// Statistics of the duration of a snapshot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DurationSummary {
    /// The synchronous part: no record is processed.
    #[serde(rename = "sync")]
    pub synchronous: StatsSummary<Duration>,
    /// The asynchronous part: records are processed meanwhile.
    #[serde(rename = "async")]
    pub asynchronous: StatsSummary<Duration>,
}

/// Statistics of the cost of aligning barriers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AlignmentSummary {
    /// Always zero since Flink 1.11.
    pub buffered: StatsSummary<u64>,
    /// Bytes processed during the alignment.
    pub processed: StatsSummary<u64>,
    /// Bytes of in-flight data written; unaligned checkpoints only.
    pub persisted: StatsSummary<u64>,
    /// Time from the first barrier to the last.
    pub duration: StatsSummary<Duration>,
}

/// Statistics of a checkpoint for a subtask. Until it acknowledges, only index and status are known.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskCheckpointStatistics {
    // Duplicates `status`, under one name up to 1.14 and another since.
    #[serde(rename = "className", default, skip_serializing_if = "Option::is_none")]
    class_name: Option<String>,
    #[serde(rename = "@class", default, skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    /// The subtask, from 0.
    pub index: u32,
    /// Tells if it acknowledged.
    pub status: SubtaskCheckpointStatus,
    /// Time of the acknowledgement.
    #[serde(default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub ack_timestamp: Option<Timestamp>,
    /// Time from the trigger to the acknowledgement.
    #[serde(default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub end_to_end_duration: Option<Duration>,
    /// Bytes written, without those that earlier checkpoints wrote (1.15+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpointed_size: Option<u64>,
    /// Size of the state, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_size: Option<u64>,
    /// Duration of the snapshot itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<SubtaskDuration>,
    /// Cost of the alignment of barriers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alignment: Option<SubtaskAlignment>,
    /// Time from the trigger to the arrival of the first barrier.
    #[serde(default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub start_delay: Option<Duration>,
    /// True if barriers overtook records in this subtask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unaligned_checkpoint: Option<bool>,
    /// True if the checkpoint was aborted in this subtask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aborted: Option<bool>,
}

open_enum! {
    /// Tells if a subtask acknowledged a checkpoint.
    pub enum SubtaskCheckpointStatus {
        /// Acknowledged.
        Completed = "completed",
        /// Not acknowledged, or not yet.
        PendingOrFailed = "pending_or_failed",
    }
}

/// Duration of a subtask's snapshot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskDuration {
    /// The synchronous part: no record is processed; none if unknown.
    #[serde(rename = "sync", with = "minus_one")]
    pub synchronous: Option<Duration>,
    /// The asynchronous part: records are processed meanwhile; none if unknown.
    #[serde(rename = "async", with = "minus_one")]
    pub asynchronous: Option<Duration>,
}

/// Cost of the alignment of barriers for a subtask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskAlignment {
    /// Always zero since Flink 1.11.
    pub buffered: u64,
    /// Bytes processed during the alignment; none if unknown.
    #[serde(with = "minus_one")]
    pub processed: Option<u64>,
    /// Bytes of in-flight data written; unaligned checkpoints only; none if unknown.
    #[serde(with = "minus_one")]
    pub persisted: Option<u64>,
    /// Time from the first barrier to the last.
    #[serde(with = "millis")]
    pub duration: Duration,
}
