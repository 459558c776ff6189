//! One rescale in full.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Endpoint, JobId, RescaleId, SlotSharingGroupId, VertexId,
    endpoint::answer::shape::telling,
    rest::taskmanagers::resources::ResourceProfile,
    value::{open_enum::open_enum, time::maybe},
};

/// One rescale of a job in full.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/rescales/details/{rescale}" -> JobRescaleDetails, since = "2.3", handle = "job(id).rescales().details(id)")]
#[non_exhaustive]
pub struct GetRescaleDetails {
    /// The job.
    pub job: JobId,
    /// The rescale.
    pub rescale: RescaleId,
}

/// A rescale of a job: what it was for, and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JobRescaleDetails {
    /// Its id.
    #[serde(rename = "rescaleUuid")]
    pub id: RescaleId,
    /// The requirements that it was to meet; alike for rescales with the same ones.
    pub resource_requirements_uuid: String,
    /// Its number among the rescales with the same requirements, from one.
    pub rescale_attempt_id: u64,
    /// What it meant for each vertex; empty in lists.
    pub vertices: BTreeMap<VertexId, VertexRescale>,
    /// What it meant for the slots; empty in lists.
    pub slots: BTreeMap<SlotSharingGroupId, SlotSharingGroupRescale>,
    /// The states that the scheduler went through for it; empty in lists.
    pub scheduler_states: Vec<SchedulerStateSpan>,
    /// When it began.
    #[serde(rename = "startTimestampInMillis", with = "maybe")]
    pub start_timestamp: Option<Timestamp>,
    /// When it ended; none while it goes on.
    #[serde(rename = "endTimestampInMillis", with = "maybe")]
    pub end_timestamp: Option<Timestamp>,
    /// How it ended; none while it goes on.
    pub terminal_state: Option<TerminalState>,
    /// What it was for.
    pub trigger_cause: Option<TriggerCause>,
    /// Why it ended; none while it goes on.
    pub terminated_reason: Option<TerminatedReason>,
}

telling!(JobRescaleDetails: Members(&[Id("rescaleUuid"), Id("resourceRequirementsUuid")]));

open_enum! {
    /// How a rescale ended.
    pub enum TerminalState {
        /// It succeeded.
        Completed = "COMPLETED",
        /// It did not.
        Failed = "FAILED",
        /// It was not gone through with.
        Ignored = "IGNORED",
    }
}

open_enum! {
    /// What a rescale is for.
    pub enum TriggerCause {
        /// The job began.
        InitialSchedule = "INITIAL_SCHEDULE",
        /// Somebody asked for another parallelism.
        UpdateRequirement = "UPDATE_REQUIREMENT",
        /// There are more slots.
        NewResourceAvailable = "NEW_RESOURCE_AVAILABLE",
        /// A task failed.
        RecoverableFailover = "RECOVERABLE_FAILOVER",
    }
}

open_enum! {
    /// Why a rescale ended.
    pub enum TerminatedReason {
        /// It succeeded.
        Succeeded = "SUCCEEDED",
        /// Something went wrong.
        ExceptionOccurred = "EXCEPTION_OCCURRED",
        /// Somebody asked for yet another parallelism.
        ResourceRequirementsUpdated = "RESOURCE_REQUIREMENTS_UPDATED",
        /// There was nothing to change.
        NoResourcesOrParallelismsChange = "NO_RESOURCES_OR_PARALLELISMS_CHANGE",
        /// The job came to its end.
        JobFinished = "JOB_FINISHED",
        /// The job failed.
        JobFailed = "JOB_FAILED",
        /// The job was cancelled.
        JobCanceled = "JOB_CANCELED",
        /// A task failed.
        JobFailoverRestarting = "JOB_FAILOVER_RESTARTING",
    }
}

/// What a rescale meant for a vertex.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct VertexRescale {
    /// The vertex.
    pub job_vertex_id: VertexId,
    /// Its name.
    pub job_vertex_name: String,
    /// The group with whose vertices it shares slots.
    pub slot_sharing_group_id: SlotSharingGroupId,
    /// The name of that group.
    pub slot_sharing_group_name: String,
    /// The parallelism that was wanted.
    pub desired_parallelism: Option<u32>,
    /// The parallelism that would do.
    pub sufficient_parallelism: Option<u32>,
    /// The parallelism before; none if it did not run.
    pub pre_rescale_parallelism: Option<u32>,
    /// The parallelism after; none if it did not come to that.
    pub post_rescale_parallelism: Option<u32>,
}

/// What a rescale meant for the slots of a slot sharing group.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SlotSharingGroupRescale {
    /// The group.
    pub slot_sharing_group_id: SlotSharingGroupId,
    /// Its name.
    pub slot_sharing_group_name: String,
    /// What a slot should have.
    pub request_resource_profile: Option<ResourceProfile>,
    /// Slots that were wanted.
    pub desired_slots: Option<u32>,
    /// Slots that would do.
    pub minimal_required_slots: Option<u32>,
    /// Slots before; none if it did not run.
    pub pre_rescale_slots: Option<u32>,
    /// Slots after; none if it did not come to that.
    pub post_rescale_slots: Option<u32>,
    /// What a slot has; none if there is none yet.
    pub acquired_resource_profile: Option<ResourceProfile>,
}

/// A state of the scheduler, and how long it lasted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SchedulerStateSpan {
    /// The state's name: `WaitingForResources`, `Executing`, …
    pub state: String,
    /// When it was entered.
    #[serde(rename = "enterTimestampInMillis", with = "maybe")]
    pub enter_timestamp: Option<Timestamp>,
    /// When it was left; none if it was not.
    #[serde(rename = "leaveTimestampInMillis", with = "maybe")]
    pub leave_timestamp: Option<Timestamp>,
    /// How long it lasted.
    #[serde(rename = "durationInMillis", with = "maybe")]
    pub duration: Option<Duration>,
    /// What went wrong in it, as a Java stack trace.
    #[serde(rename = "stringifiedException")]
    pub exception: Option<String>,
}
