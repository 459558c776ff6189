//! How a job takes checkpoints.

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

/// How a job takes checkpoints. Batch jobs take none: 404 (1.17+).
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/checkpoints/config" -> CheckpointConfig, handle = "job(id).checkpoints().config()", python = "jobs.get_checkpointing_configuration")]
#[non_exhaustive]
pub struct GetCheckpointConfig {
    /// The job.
    pub job: JobId,
}

/// How a job takes checkpoints.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckpointConfig {
    /// What a restored job may see twice.
    pub mode: ProcessingMode,
    /// How often a checkpoint begins; none: only when one is triggered.
    #[serde(with = "max_value")]
    pub interval: Option<Duration>,
    /// How long one may take before it counts as failed.
    #[serde(with = "millis")]
    pub timeout: Duration,
    /// The least time between the end of one and the beginning of the next.
    #[serde(with = "millis")]
    pub min_pause: Duration,
    /// How many may be under way at once.
    pub max_concurrent: u32,
    /// What becomes of them when the job ends.
    pub externalization: ExternalizedCheckpoints,
    /// The Java class, without package, that holds the state.
    pub state_backend: String,
    /// The Java class, without package, that writes the checkpoints.
    pub checkpoint_storage: String,
    /// Whether they overtake the records that are on their way between tasks.
    pub unaligned_checkpoints: bool,
    /// How many may fail in a row before the job does; 2147483647: any number.
    pub tolerable_failed_checkpoints: u32,
    /// How long one waits for its barriers before it overtakes records; zero: it begins with that (1.14+).
    #[serde(default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub aligned_checkpoint_timeout: Option<Duration>,
    /// Whether they go on when some tasks have finished (1.14+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoints_after_tasks_finish: Option<bool>,
    /// Whether changes of the state are written continuously (1.16+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_changelog_enabled: Option<bool>,
    // In milliseconds, or negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changelog_periodic_materialization_interval: Option<i64>,
    /// Where changes of the state are written (1.16+).
    #[serde(default, skip_serializing_if = "Nullable::is_left_out")]
    pub changelog_storage: Nullable<String>,
}

telling!(CheckpointConfig: Members(&[Object("externalization"), Number("max_concurrent"), Number("min_pause")]));

impl CheckpointConfig {
    /// How often changes of the state are folded into it (1.16+); none: never.
    pub fn changelog_periodic_materialization_interval(&self) -> Option<Duration> {
        self.changelog_periodic_materialization_interval?.try_into().ok().map(Duration::from_millis)
    }
}

open_enum! {
    /// What a restored job may see twice.
    pub enum ProcessingMode {
        /// Nothing: each record counts once in the state.
        ExactlyOnce = "exactly_once",
        /// Some records may count more than once in the state.
        AtLeastOnce = "at_least_once",
    }
}

/// What becomes of checkpoints when their job ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExternalizedCheckpoints {
    /// Whether they outlive a job that failed.
    pub enabled: bool,
    /// Whether they go when the job is cancelled.
    pub delete_on_cancellation: bool,
}
