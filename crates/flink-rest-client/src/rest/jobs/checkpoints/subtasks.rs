//! What a checkpoint cost the subtasks of a vertex.

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

/// What a checkpoint cost a vertex and each of its subtasks.
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

/// What a checkpoint cost a vertex and each of its subtasks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskCheckpointStatisticsWithSubtasks {
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
    /// The spread over those subtasks.
    pub summary: TaskSummary,
    /// Each subtask, in the order of their indices.
    pub subtasks: Vec<SubtaskCheckpointStatistics>,
}

telling!(TaskCheckpointStatisticsWithSubtasks: Members(&[List("subtasks"), Number("num_subtasks")]));

/// The spread of what a checkpoint cost over the subtasks of a vertex.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskSummary {
    /// Bytes that were written, without what earlier checkpoints had written already (1.15+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpointed_size: Option<StatsSummary<u64>>,
    /// Bytes of state.
    pub state_size: StatsSummary<u64>,
    /// From the trigger to the acknowledgement.
    pub end_to_end_duration: StatsSummary<Duration>,
    /// How long the snapshot itself took.
    pub checkpoint_duration: DurationSummary,
    /// What the alignment of barriers cost.
    pub alignment: AlignmentSummary,
    /// From the trigger to the arrival of the first barrier.
    pub start_delay: StatsSummary<Duration>,
}

/// The spread of how long a snapshot took.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DurationSummary {
    /// The part in which no record was processed.
    #[serde(rename = "sync")]
    pub synchronous: StatsSummary<Duration>,
    /// The part beside the processing of records.
    #[serde(rename = "async")]
    pub asynchronous: StatsSummary<Duration>,
}

/// The spread of what the alignment of barriers cost.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AlignmentSummary {
    /// Always zero since Flink 1.11.
    pub buffered: StatsSummary<u64>,
    /// Bytes that were processed meanwhile.
    pub processed: StatsSummary<u64>,
    /// Bytes on their way between tasks that were written, too: unaligned checkpoints only.
    pub persisted: StatsSummary<u64>,
    /// From the first barrier to the last.
    pub duration: StatsSummary<Duration>,
}

/// What a checkpoint cost a subtask: only its index and status are known until it acknowledged.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskCheckpointStatistics {
    // Says once more what `status` says, under one name up to 1.14 and another since.
    #[serde(rename = "className", default, skip_serializing_if = "Option::is_none")]
    class_name: Option<String>,
    #[serde(rename = "@class", default, skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    /// The subtask's index, from zero.
    pub index: u32,
    /// Whether it acknowledged.
    pub status: SubtaskCheckpointStatus,
    /// When it acknowledged.
    #[serde(default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub ack_timestamp: Option<Timestamp>,
    /// From the trigger to the acknowledgement.
    #[serde(default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub end_to_end_duration: Option<Duration>,
    /// Bytes that were written, without what earlier checkpoints had written already (1.15+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpointed_size: Option<u64>,
    /// Bytes of state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_size: Option<u64>,
    /// How long the snapshot itself took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<SubtaskDuration>,
    /// What the alignment of barriers cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alignment: Option<SubtaskAlignment>,
    /// From the trigger to the arrival of the first barrier.
    #[serde(default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub start_delay: Option<Duration>,
    /// Whether barriers overtook records here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unaligned_checkpoint: Option<bool>,
    /// Whether it was given up here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aborted: Option<bool>,
}

open_enum! {
    /// Whether a subtask acknowledged a checkpoint.
    pub enum SubtaskCheckpointStatus {
        /// It did.
        Completed = "completed",
        /// It did not, or not yet.
        PendingOrFailed = "pending_or_failed",
    }
}

/// How long the snapshot of a subtask took.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskDuration {
    /// The part in which no record was processed; none if it is not known.
    #[serde(rename = "sync", with = "minus_one")]
    pub synchronous: Option<Duration>,
    /// The part beside the processing of records; none if it is not known.
    #[serde(rename = "async", with = "minus_one")]
    pub asynchronous: Option<Duration>,
}

/// What the alignment of barriers cost a subtask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskAlignment {
    /// Always zero since Flink 1.11.
    pub buffered: u64,
    /// Bytes that were processed meanwhile; none if that is not known.
    #[serde(with = "minus_one")]
    pub processed: Option<u64>,
    /// Bytes on their way between tasks that were written, too: unaligned checkpoints only; none if that is not known.
    #[serde(with = "minus_one")]
    pub persisted: Option<u64>,
    /// From the first barrier to the last.
    #[serde(with = "millis")]
    pub duration: Duration,
}
