//! How a job came by its parallelism (2.3+, adaptive scheduler).

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
    /// How it came by its parallelism (2.3+).
    ///
    /// Only for the adaptive scheduler with `web.adaptive-scheduler.rescale-history.size` above zero; else all but
    /// [`config`](Rescales::config) is 404, and without that scheduler `config` is, too.
    pub fn rescales(&self) -> Rescales<M> {
        Rescales { client: self.client.clone(), job: self.id }
    }
}

/// How a job came by its parallelism: each time that it got slots, or tried to.
#[derive(Clone, Debug)]
pub struct Rescales<M> {
    client: Client<M>,
    job: JobId,
}

impl<M: Mode> Rescales<M> {
    /// When its parallelism is changed.
    pub fn config(&self) -> Call<M, GetRescaleConfig> {
        self.client.request(GetRescaleConfig::new(self.job))
    }

    /// How many there were, and the latest of each kind.
    pub fn overview(&self) -> Call<M, GetRescalesOverview> {
        self.client.request(GetRescalesOverview::new(self.job))
    }

    /// How long they took.
    pub fn summary(&self) -> Call<M, GetRescalesSummary> {
        self.client.request(GetRescalesSummary::new(self.job))
    }

    /// The last few, newest first, without vertices and slots.
    pub fn history(&self) -> Call<M, GetRescalesHistory> {
        self.client.request(GetRescalesHistory::new(self.job))
    }

    /// One of them.
    pub fn details(&self, id: RescaleId) -> Call<M, GetRescaleDetails> {
        self.client.request(GetRescaleDetails::new(self.job, id))
    }
}

/// When the parallelism of a job is changed.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/rescales/config" -> JobRescaleConfig, since = "2.3", handle = "job(id).rescales().config()")]
#[non_exhaustive]
pub struct GetRescaleConfig {
    /// The job.
    pub job: JobId,
}

/// When the parallelism of a job is changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobRescaleConfig {
    /// How many rescales the history keeps.
    #[serde(rename = "rescaleHistoryMax")]
    pub history_max: Option<u32>,
    /// Whether it takes all slots there are; none: as many as it was submitted for.
    #[serde(rename = "schedulerExecutionMode")]
    pub scheduler_execution_mode: Option<SchedulerExecutionMode>,
    /// How long it waits for its first slots at most.
    #[serde(rename = "submissionResourceWaitTimeoutInMillis", with = "maybe")]
    pub submission_resource_wait_timeout: Option<Duration>,
    /// How long it waits for more slots than it needs before it begins.
    #[serde(rename = "submissionResourceStabilizationTimeoutInMillis", with = "maybe")]
    pub submission_resource_stabilization_timeout: Option<Duration>,
    /// How long it keeps slots that it does not use.
    #[serde(rename = "slotIdleTimeoutInMillis", with = "maybe")]
    pub slot_idle_timeout: Option<Duration>,
    /// The least time between two changes.
    #[serde(rename = "executingCooldownTimeoutInMillis", with = "maybe")]
    pub executing_cooldown_timeout: Option<Duration>,
    /// How long it waits for more slots than it needs before it changes.
    #[serde(rename = "executingResourceStabilizationTimeoutInMillis", with = "maybe")]
    pub executing_resource_stabilization_timeout: Option<Duration>,
    /// How long a change waits for a checkpoint at most.
    #[serde(rename = "maximumDelayForTriggeringRescaleInMillis", with = "maybe")]
    pub maximum_delay_for_triggering_rescale: Option<Duration>,
    /// After how many failed checkpoints a change no longer waits.
    #[serde(rename = "rescaleOnFailedCheckpointCount")]
    pub rescale_on_failed_checkpoint_count: Option<u32>,
}

telling!(JobRescaleConfig: Members(&[Number("rescaleHistoryMax"), Number("slotIdleTimeoutInMillis")]));

open_enum! {
    /// How many slots a job takes.
    pub enum SchedulerExecutionMode {
        /// All there are.
        Reactive = "REACTIVE",
    }
}

/// How many rescales there were, and the latest of each kind.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/rescales/overview" -> JobRescalesOverview, since = "2.3", handle = "job(id).rescales().overview()")]
#[non_exhaustive]
pub struct GetRescalesOverview {
    /// The job.
    pub job: JobId,
}

/// How many rescales there were, and the latest of each kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobRescalesOverview {
    /// How many there were.
    #[serde(rename = "rescalesCounts")]
    pub counts: RescalesCounts,
    /// The latest of each kind.
    pub latest: LatestRescales,
}

telling!(JobRescalesOverview: Members(&[Object("rescalesCounts")]));

/// How many rescales there were.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RescalesCounts {
    /// Those that were not gone through with.
    pub ignored: u64,
    /// Those under way.
    pub in_progress: u64,
    /// Those that succeeded.
    pub completed: u64,
    /// Those that did not.
    pub failed: u64,
}

/// The latest rescale of each kind, without vertices and slots; none where there was none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LatestRescales {
    /// The latest that succeeded.
    pub completed: Option<JobRescaleDetails>,
    /// The latest that did not.
    pub failed: Option<JobRescaleDetails>,
    /// The latest that was not gone through with.
    pub ignored: Option<JobRescaleDetails>,
}

/// How long the rescales of a job took.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/rescales/summary" -> JobRescalesSummary, since = "2.3", handle = "job(id).rescales().summary()")]
#[non_exhaustive]
pub struct GetRescalesSummary {
    /// The job.
    pub job: JobId,
}

/// How long the rescales of a job took.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobRescalesSummary {
    /// How many there were.
    #[serde(rename = "rescalesCounts")]
    pub counts: RescalesCounts,
    /// All that ended.
    #[serde(rename = "rescalesDurationStatsInMillis")]
    pub all: StatsSummary<Duration>,
    /// Those that succeeded.
    #[serde(rename = "completedRescalesDurationStatsInMillis")]
    pub completed: StatsSummary<Duration>,
    /// Those that were not gone through with.
    #[serde(rename = "ignoredRescalesDurationStatsInMillis")]
    pub ignored: StatsSummary<Duration>,
    /// Those that failed.
    #[serde(rename = "failedRescalesDurationStatsInMillis")]
    pub failed: StatsSummary<Duration>,
}

telling!(JobRescalesSummary: Members(&[Object("rescalesCounts")]));

/// The last few rescales of a job, newest first, without vertices and slots.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/rescales/history" -> Vec<JobRescaleDetails>, since = "2.3", handle = "job(id).rescales().history()")]
#[non_exhaustive]
pub struct GetRescalesHistory {
    /// The job.
    pub job: JobId,
}
