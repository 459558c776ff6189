//! History of a job's rescales (2.3+, adaptive scheduler).

mod details;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::details::{
    GetRescaleDetails, JobRescaleDetails, SchedulerStateSpan, SlotSharingGroupRescale, TerminalState,
    TerminatedReason, TriggerCause, VertexRescale,
};
use crate::{
    Call, Client, Endpoint, JobId, RescaleId,
    client::Mode,
    endpoint::answer::shape::telling,
    rest::jobs::{Job, checkpoints::statistics::StatsSummary},
    value::{open_enum::open_enum, time::maybe},
};

impl<M: Mode> Job<M> {
    /// Returns the handle of the job's rescales (2.3+).
    ///
    /// Requires the adaptive scheduler with `web.adaptive-scheduler.rescale-history.size` above zero. Without the
    /// history, all but [`config`](Rescales::config) fail with 404; with another scheduler, `config` does too.
    pub fn rescales(&self) -> Rescales<M> {
        Rescales { client: self.client.clone(), job: self.id }
    }
}

/// The rescales of a job: each change of its slots, successful or not.
#[derive(Clone, Debug)]
pub struct Rescales<M> {
    client: Client<M>,
    job: JobId,
}

impl<M: Mode> Rescales<M> {
    /// Returns the rules for changes of the parallelism.
    pub fn config(&self) -> Call<M, GetRescaleConfig> {
        self.client.request(GetRescaleConfig::new(self.job))
    }

    /// Returns the number of rescales, and the latest of each kind.
    pub fn overview(&self) -> Call<M, GetRescalesOverview> {
        self.client.request(GetRescalesOverview::new(self.job))
    }

    /// Returns statistics of the rescales' durations.
    pub fn summary(&self) -> Call<M, GetRescalesSummary> {
        self.client.request(GetRescalesSummary::new(self.job))
    }

    /// Returns the recent rescales, newest first, without vertices and slots.
    pub fn history(&self) -> Call<M, GetRescalesHistory> {
        self.client.request(GetRescalesHistory::new(self.job))
    }

    /// Returns one rescale.
    pub fn details(&self, id: RescaleId) -> Call<M, GetRescaleDetails> {
        self.client.request(GetRescaleDetails::new(self.job, id))
    }
}

/// Rules for changes of a job's parallelism.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/rescales/config" -> JobRescaleConfig, since = "2.3", handle = "job(id).rescales().config()")]
#[non_exhaustive]
pub struct GetRescaleConfig {
    /// The job.
    pub job: JobId,
}

/// Rules for changes of a job's parallelism.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobRescaleConfig {
    /// Number of rescales in the history.
    #[serde(rename = "rescaleHistoryMax")]
    pub history_max: Option<u32>,
    /// Reactive if the job takes all available slots; none if it takes as many as it was submitted for.
    #[serde(rename = "schedulerExecutionMode")]
    pub scheduler_execution_mode: Option<SchedulerExecutionMode>,
    /// Timeout for the first slots.
    #[serde(rename = "submissionResourceWaitTimeoutInMillis", with = "maybe")]
    pub submission_resource_wait_timeout: Option<Duration>,
    /// Wait for further slots before the job starts with enough of them.
    #[serde(rename = "submissionResourceStabilizationTimeoutInMillis", with = "maybe")]
    pub submission_resource_stabilization_timeout: Option<Duration>,
    /// Time for which unused slots are kept.
    #[serde(rename = "slotIdleTimeoutInMillis", with = "maybe")]
    pub slot_idle_timeout: Option<Duration>,
    /// Minimum time between two changes.
    #[serde(rename = "executingCooldownTimeoutInMillis", with = "maybe")]
    pub executing_cooldown_timeout: Option<Duration>,
    /// Wait for further slots before the job changes with enough of them.
    #[serde(rename = "executingResourceStabilizationTimeoutInMillis", with = "maybe")]
    pub executing_resource_stabilization_timeout: Option<Duration>,
    /// Maximum wait of a change for a checkpoint.
    #[serde(rename = "maximumDelayForTriggeringRescaleInMillis", with = "maybe")]
    pub maximum_delay_for_triggering_rescale: Option<Duration>,
    /// Number of failed checkpoints after which a change no longer waits for one.
    #[serde(rename = "rescaleOnFailedCheckpointCount")]
    pub rescale_on_failed_checkpoint_count: Option<u32>,
}

telling!(JobRescaleConfig: Members(&[Number("rescaleHistoryMax"), Number("slotIdleTimeoutInMillis")]));

open_enum! {
    /// Number of slots that a job takes.
    pub enum SchedulerExecutionMode {
        /// All available slots.
        Reactive = "REACTIVE",
    }
}

/// Number of rescales of a job, and the latest of each kind.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/rescales/overview" -> JobRescalesOverview, since = "2.3", handle = "job(id).rescales().overview()")]
#[non_exhaustive]
pub struct GetRescalesOverview {
    /// The job.
    pub job: JobId,
}

/// Number of rescales, and the latest of each kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobRescalesOverview {
    /// The number of rescales by outcome.
    #[serde(rename = "rescalesCounts")]
    pub counts: RescalesCounts,
    /// The latest of each kind.
    pub latest: LatestRescales,
}

telling!(JobRescalesOverview: Members(&[Object("rescalesCounts")]));

/// The number of rescales by outcome.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RescalesCounts {
    /// Rescales that were ignored.
    pub ignored: u64,
    /// Rescales in progress.
    pub in_progress: u64,
    /// Rescales that succeeded.
    pub completed: u64,
    /// Rescales that failed.
    pub failed: u64,
}

/// The latest rescale of each kind, without vertices and slots; none if there was none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LatestRescales {
    /// The latest that succeeded.
    pub completed: Option<JobRescaleDetails>,
    /// The latest that failed.
    pub failed: Option<JobRescaleDetails>,
    /// The latest that was ignored.
    pub ignored: Option<JobRescaleDetails>,
}

/// Statistics of the durations of a job's rescales.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/rescales/summary" -> JobRescalesSummary, since = "2.3", handle = "job(id).rescales().summary()")]
#[non_exhaustive]
pub struct GetRescalesSummary {
    /// The job.
    pub job: JobId,
}

/// Statistics of the durations of a job's rescales.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobRescalesSummary {
    /// The number of rescales by outcome.
    #[serde(rename = "rescalesCounts")]
    pub counts: RescalesCounts,
    /// All that ended.
    #[serde(rename = "rescalesDurationStatsInMillis")]
    pub all: StatsSummary<Duration>,
    /// Those that succeeded.
    #[serde(rename = "completedRescalesDurationStatsInMillis")]
    pub completed: StatsSummary<Duration>,
    /// Those that were ignored.
    #[serde(rename = "ignoredRescalesDurationStatsInMillis")]
    pub ignored: StatsSummary<Duration>,
    /// Those that failed.
    #[serde(rename = "failedRescalesDurationStatsInMillis")]
    pub failed: StatsSummary<Duration>,
}

telling!(JobRescalesSummary: Members(&[Object("rescalesCounts")]));

/// Recent rescales of a job, newest first, without vertices and slots.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/rescales/history" -> Vec<JobRescaleDetails>, since = "2.3", handle = "job(id).rescales().history()")]
#[non_exhaustive]
pub struct GetRescalesHistory {
    /// The job.
    pub job: JobId,
}
