//! Statistics of a job's checkpoints.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Endpoint, JobId,
    endpoint::answer::shape::telling,
    rest::jobs::checkpoints::details::CheckpointStatistics,
    value::time::{Long, maybe_double, millis},
};

/// Checkpoints of a job: counts, statistics, the latest of each kind, and the recent history.
///
/// The server caches the response for some seconds (`web.refresh-interval`). Batch jobs have no checkpoints: 404
/// (1.17+).
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/checkpoints" -> CheckpointingStatistics, handle = "job(id).checkpoints().statistics()", python = "jobs.get_checkpoints")]
#[non_exhaustive]
pub struct GetCheckpointingStatistics {
    /// The job.
    pub job: JobId,
}

/// Statistics of a job's checkpoints, including savepoints.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointingStatistics {
    /// The number of checkpoints by state.
    pub counts: CheckpointCounts,
    /// Statistics of the completed ones.
    pub summary: CheckpointsSummary,
    /// The latest of each kind.
    pub latest: LatestCheckpoints,
    /// The recent history, newest first (`web.checkpoints.history` entries).
    pub history: Vec<CheckpointStatistics>,
}

telling!(CheckpointingStatistics: Members(&[Object("counts"), Object("latest"), List("history")]));

/// The number of checkpoints by state.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointCounts {
    /// Number of restores from a checkpoint or savepoint.
    pub restored: u64,
    /// Number of all that were triggered.
    pub total: u64,
    /// Number in progress.
    pub in_progress: u32,
    /// Number that succeeded.
    pub completed: u64,
    /// Number that failed.
    pub failed: u64,
}

/// Statistics of the completed checkpoints of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointsSummary {
    /// Bytes written, without those that earlier checkpoints wrote (1.15+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpointed_size: Option<StatsSummary<u64>>,
    /// Size of the state, in bytes.
    pub state_size: StatsSummary<u64>,
    /// Time from the trigger to the last acknowledgement.
    pub end_to_end_duration: StatsSummary<Duration>,
    /// Always zero since Flink 1.11.
    pub alignment_buffered: StatsSummary<u64>,
    /// Bytes processed during the alignment of barriers.
    pub processed_data: StatsSummary<u64>,
    /// Bytes of in-flight data written; unaligned checkpoints only.
    pub persisted_data: StatsSummary<u64>,
}

/// Statistics of a number of bytes or a duration. Without values, all fields are zero or NaN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "T: Long")]
#[non_exhaustive]
pub struct StatsSummary<T> {
    /// The minimum.
    #[serde(with = "millis")]
    pub min: T,
    /// The maximum.
    #[serde(with = "millis")]
    pub max: T,
    /// The mean.
    #[serde(with = "millis")]
    pub avg: T,
    /// The median; in milliseconds for durations, NaN if there are no values (1.14+).
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub p50: Option<f64>,
    /// The 90th percentile; in milliseconds for durations, NaN if there are no values (1.14+).
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub p90: Option<f64>,
    /// The 95th percentile; in milliseconds for durations, NaN if there are no values (1.14+).
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub p95: Option<f64>,
    /// The 99th percentile; in milliseconds for durations, NaN if there are no values (1.14+).
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub p99: Option<f64>,
    /// The 99.9th percentile; in milliseconds for durations, NaN if there are no values (1.14+).
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub p999: Option<f64>,
}

/// The latest checkpoint of each kind; none if there was none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LatestCheckpoints {
    /// The latest that succeeded, without savepoints.
    pub completed: Option<CheckpointStatistics>,
    /// The latest savepoint that succeeded.
    pub savepoint: Option<CheckpointStatistics>,
    /// The latest that failed.
    pub failed: Option<CheckpointStatistics>,
    /// The one that the job was last restored from.
    pub restored: Option<RestoredCheckpoint>,
}

/// A checkpoint or savepoint that a job was restored from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RestoredCheckpoint {
    /// Its id.
    pub id: u64,
    /// Time of the restore.
    #[serde(with = "millis")]
    pub restore_timestamp: Timestamp,
    /// True for a savepoint.
    pub is_savepoint: bool,
    /// Path, if known.
    pub external_path: Option<String>,
}
