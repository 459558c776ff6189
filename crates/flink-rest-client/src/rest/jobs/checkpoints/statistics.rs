//! How the checkpoints of a job went.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Endpoint, JobId,
    endpoint::answer::shape::telling,
    rest::jobs::checkpoints::details::CheckpointStatistics,
    value::time::{Long, maybe_double, millis},
};

/// How the checkpoints of a job went: in numbers, the latest of each kind, and the last few.
///
/// The server caches the answer for some seconds (`web.refresh-interval`). Batch jobs take no checkpoints: 404 (1.17+).
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/checkpoints" -> CheckpointingStatistics, handle = "job(id).checkpoints().statistics()", python = "jobs.get_checkpoints")]
#[non_exhaustive]
pub struct GetCheckpointingStatistics {
    /// The job.
    pub job: JobId,
}

/// How the checkpoints of a job went; savepoints are counted among them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointingStatistics {
    /// How many there were.
    pub counts: CheckpointCounts,
    /// What the completed ones cost.
    pub summary: CheckpointsSummary,
    /// The latest of each kind.
    pub latest: LatestCheckpoints,
    /// The last few, newest first (`web.checkpoints.history` of them).
    pub history: Vec<CheckpointStatistics>,
}

telling!(CheckpointingStatistics: Members(&[Object("counts"), Object("latest"), List("history")]));

/// How many checkpoints there were.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointCounts {
    /// How often the job went on from one.
    pub restored: u64,
    /// All that began.
    pub total: u64,
    /// Those under way.
    pub in_progress: u32,
    /// Those that succeeded.
    pub completed: u64,
    /// Those that did not.
    pub failed: u64,
}

/// What the completed checkpoints of a job cost.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointsSummary {
    /// Bytes that were written, without what earlier checkpoints had written already (1.15+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpointed_size: Option<StatsSummary<u64>>,
    /// Bytes of state.
    pub state_size: StatsSummary<u64>,
    /// From the trigger to the last acknowledgement.
    pub end_to_end_duration: StatsSummary<Duration>,
    /// Always zero since Flink 1.11.
    pub alignment_buffered: StatsSummary<u64>,
    /// Bytes that were processed while barriers were aligned.
    pub processed_data: StatsSummary<u64>,
    /// Bytes on their way between tasks that were written, too: unaligned checkpoints only.
    pub persisted_data: StatsSummary<u64>,
}

/// The spread of a number: bytes, or durations. All is zero, or not a number, where there are no values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "T: Long")]
#[non_exhaustive]
pub struct StatsSummary<T> {
    /// The smallest.
    #[serde(with = "millis")]
    pub min: T,
    /// The largest.
    #[serde(with = "millis")]
    pub max: T,
    /// The mean.
    #[serde(with = "millis")]
    pub avg: T,
    /// The median, of durations in milliseconds; NaN if the server has none (1.14+).
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub p50: Option<f64>,
    /// What 90 % do not exceed, of durations in milliseconds; NaN if the server has none (1.14+).
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub p90: Option<f64>,
    /// What 95 % do not exceed, of durations in milliseconds; NaN if the server has none (1.14+).
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub p95: Option<f64>,
    /// What 99 % do not exceed, of durations in milliseconds; NaN if the server has none (1.14+).
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub p99: Option<f64>,
    /// What 99.9 % do not exceed, of durations in milliseconds; NaN if the server has none (1.14+).
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub p999: Option<f64>,
}

/// The latest checkpoint of each kind; none where there was none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LatestCheckpoints {
    /// The latest that succeeded, savepoints apart.
    pub completed: Option<CheckpointStatistics>,
    /// The latest savepoint that succeeded.
    pub savepoint: Option<CheckpointStatistics>,
    /// The latest that failed.
    pub failed: Option<CheckpointStatistics>,
    /// The one that the job last went on from.
    pub restored: Option<RestoredCheckpoint>,
}

/// A checkpoint that a job went on from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RestoredCheckpoint {
    /// Its id.
    pub id: u64,
    /// When the job went on.
    #[serde(with = "millis")]
    pub restore_timestamp: Timestamp,
    /// Whether it is a savepoint.
    pub is_savepoint: bool,
    /// Where it is, if that can be told.
    pub external_path: Option<String>,
}
