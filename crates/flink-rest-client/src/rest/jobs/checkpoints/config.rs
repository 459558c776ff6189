//! Checkpointing configuration of a job.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    Endpoint, JobId, Nullable,
    endpoint::answer::shape::telling,
    value::{
        open_enum::open_enum,
        time::{max_value, maybe, millis},
    },
};

/// Checkpointing configuration of a job. Batch jobs have none: 404 (1.17+).
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/checkpoints/config" -> CheckpointConfig, handle = "job(id).checkpoints().config()", python = "jobs.get_checkpointing_configuration")]
#[non_exhaustive]
pub struct GetCheckpointConfig {
    /// The job.
    pub job: JobId,
}

/// Checkpointing configuration of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointConfig {
    /// The guarantee after a restore.
    pub mode: ProcessingMode,
    /// Interval between checkpoints; none if they are only triggered manually.
    #[serde(with = "max_value")]
    pub interval: Option<Duration>,
    /// Timeout after which a checkpoint fails.
    #[serde(with = "millis")]
    pub timeout: Duration,
    /// Minimum pause between the end of one checkpoint and the start of the next.
    #[serde(with = "millis")]
    pub min_pause: Duration,
    /// Maximum number of concurrent checkpoints.
    pub max_concurrent: u32,
    /// Retention of checkpoints after the job has ended.
    pub externalization: ExternalizedCheckpoints,
    /// Java class of the state backend, without package.
    pub state_backend: String,
    /// Java class of the checkpoint storage, without package.
    pub checkpoint_storage: String,
    /// True if barriers overtake in-flight records.
    pub unaligned_checkpoints: bool,
    /// Number of checkpoints that may fail in a row before the job fails; 2147483647 for no limit.
    pub tolerable_failed_checkpoints: u32,
    /// Time that an aligned checkpoint waits for its barriers before it becomes unaligned; zero: at once (1.14+).
    #[serde(default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub aligned_checkpoint_timeout: Option<Duration>,
    /// True if checkpoints continue after some tasks have finished (1.14+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoints_after_tasks_finish: Option<bool>,
    /// True if changes of the state are written continuously (1.16+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_changelog_enabled: Option<bool>,
    // In milliseconds, or negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changelog_periodic_materialization_interval: Option<i64>,
    /// Storage of the changelog (1.16+).
    #[serde(default, skip_serializing_if = "Nullable::is_left_out")]
    pub changelog_storage: Nullable<String>,
}

telling!(CheckpointConfig: Members(&[Object("externalization"), Number("max_concurrent"), Number("min_pause")]));

impl CheckpointConfig {
    /// Returns the interval at which the changelog is folded into the state (1.16+); none if it never is.
    pub fn changelog_periodic_materialization_interval(&self) -> Option<Duration> {
        self.changelog_periodic_materialization_interval?.try_into().ok().map(Duration::from_millis)
    }
}

open_enum! {
    /// A guarantee for the state after a restore.
    pub enum ProcessingMode {
        /// Each record counts once in the state.
        ExactlyOnce = "exactly_once",
        /// Some records may count more than once in the state.
        AtLeastOnce = "at_least_once",
    }
}

/// Retention of checkpoints after their job has ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExternalizedCheckpoints {
    /// True if they are kept after the job has failed.
    pub enabled: bool,
    /// True if they are deleted when the job is cancelled.
    pub delete_on_cancellation: bool,
}
