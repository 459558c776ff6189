//! Details of one rescale.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Endpoint, JobId, RescaleId, SlotSharingGroupId, VertexId,
    endpoint::answer::shape::telling,
    rest::taskmanagers::resources::ResourceProfile,
    value::{open_enum::open_enum, time::maybe},
};

/// Details of one rescale of a job.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/rescales/details/{rescale}" -> JobRescaleDetails, since = "2.3", handle = "job(id).rescales().details(id)")]
#[non_exhaustive]
pub struct GetRescaleDetails {
    /// The job.
    pub job: JobId,
    /// The rescale.
    pub rescale: RescaleId,
}

/// A rescale of a job: its cause, changes and outcome.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JobRescaleDetails {
    /// The id.
    #[serde(rename = "rescaleUuid")]
    pub id: RescaleId,
    /// Id of the requirements that caused it; the same for rescales with the same requirements.
    pub resource_requirements_uuid: String,
    /// Number among the rescales with the same requirements, from 1.
    pub rescale_attempt_id: u64,
    /// Changes by vertex; empty in lists.
    pub vertices: BTreeMap<VertexId, VertexRescale>,
    /// Changes of slots by slot sharing group; empty in lists.
    pub slots: BTreeMap<SlotSharingGroupId, SlotSharingGroupRescale>,
    /// States that the scheduler went through; empty in lists.
    pub scheduler_states: Vec<SchedulerStateSpan>,
    /// Start time.
    #[serde(rename = "startTimestampInMillis", with = "maybe")]
    pub start_timestamp: Option<Timestamp>,
    /// End time; none while in progress.
    #[serde(rename = "endTimestampInMillis", with = "maybe")]
    pub end_timestamp: Option<Timestamp>,
    /// The outcome; none while in progress.
    pub terminal_state: Option<TerminalState>,
    /// The cause.
    pub trigger_cause: Option<TriggerCause>,
    /// The reason of its end; none while in progress.
    pub terminated_reason: Option<TerminatedReason>,
}

telling!(JobRescaleDetails: Members(&[Id("rescaleUuid"), Id("resourceRequirementsUuid")]));

open_enum! {
    /// The outcome of a rescale.
    pub enum TerminalState {
        /// Succeeded.
        Completed = "COMPLETED",
        /// Failed.
        Failed = "FAILED",
        /// Ignored.
        Ignored = "IGNORED",
    }
}

open_enum! {
    /// The cause of a rescale.
    pub enum TriggerCause {
        /// The job started.
        InitialSchedule = "INITIAL_SCHEDULE",
        /// Somebody requested another parallelism.
        UpdateRequirement = "UPDATE_REQUIREMENT",
        /// More slots became available.
        NewResourceAvailable = "NEW_RESOURCE_AVAILABLE",
        /// A task failed.
        RecoverableFailover = "RECOVERABLE_FAILOVER",
    }
}

open_enum! {
    /// The reason why a rescale ended.
    pub enum TerminatedReason {
        /// It succeeded.
        Succeeded = "SUCCEEDED",
        /// An exception occurred.
        ExceptionOccurred = "EXCEPTION_OCCURRED",
        /// Somebody requested another parallelism again.
        ResourceRequirementsUpdated = "RESOURCE_REQUIREMENTS_UPDATED",
        /// There was nothing to change.
        NoResourcesOrParallelismsChange = "NO_RESOURCES_OR_PARALLELISMS_CHANGE",
        /// The job finished.
        JobFinished = "JOB_FINISHED",
        /// The job failed.
        JobFailed = "JOB_FAILED",
        /// The job was cancelled.
        JobCanceled = "JOB_CANCELED",
        /// A task failed.
        JobFailoverRestarting = "JOB_FAILOVER_RESTARTING",
    }
}

/// The change of a vertex in a rescale.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct VertexRescale {
    /// The vertex.
    pub job_vertex_id: VertexId,
    /// Its name.
    pub job_vertex_name: String,
    /// The slot sharing group.
    pub slot_sharing_group_id: SlotSharingGroupId,
    /// Name of the slot sharing group.
    pub slot_sharing_group_name: String,
    /// The desired parallelism.
    pub desired_parallelism: Option<u32>,
    /// The minimum parallelism that is sufficient.
    pub sufficient_parallelism: Option<u32>,
    /// Parallelism before; none if the vertex was not running.
    pub pre_rescale_parallelism: Option<u32>,
    /// Parallelism after; none if the rescale did not get that far.
    pub post_rescale_parallelism: Option<u32>,
}

/// The change of a slot sharing group's slots in a rescale.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SlotSharingGroupRescale {
    /// The group.
    pub slot_sharing_group_id: SlotSharingGroupId,
    /// Name of the group.
    pub slot_sharing_group_name: String,
    /// Resources requested for a slot.
    pub request_resource_profile: Option<ResourceProfile>,
    /// Desired number of slots.
    pub desired_slots: Option<u32>,
    /// Minimum number of slots that is sufficient.
    pub minimal_required_slots: Option<u32>,
    /// Number of slots before; none if the job was not running.
    pub pre_rescale_slots: Option<u32>,
    /// Number of slots after; none if the rescale did not get that far.
    pub post_rescale_slots: Option<u32>,
    /// Resources of a slot that was acquired; none if there is none yet.
    pub acquired_resource_profile: Option<ResourceProfile>,
}

/// A state of the scheduler, with its times.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SchedulerStateSpan {
    /// Name of the state: `WaitingForResources`, `Executing`, …
    pub state: String,
    /// Time at which it was entered.
    #[serde(rename = "enterTimestampInMillis", with = "maybe")]
    pub enter_timestamp: Option<Timestamp>,
    /// Time at which it was left; none if it was not.
    #[serde(rename = "leaveTimestampInMillis", with = "maybe")]
    pub leave_timestamp: Option<Timestamp>,
    /// Duration of the state.
    #[serde(rename = "durationInMillis", with = "maybe")]
    pub duration: Option<Duration>,
    /// An exception in this state, as a Java stack trace.
    #[serde(rename = "stringifiedException")]
    pub exception: Option<String>,
}
