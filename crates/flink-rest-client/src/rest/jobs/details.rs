//! A job in full.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ApplicationId, Call, Endpoint, JobId, Mode, Nullable,
    endpoint::answer::{exact, shape::telling},
    rest::jobs::{Job, plan::Plan, vertices::JobVertex},
    value::{
        state::{ExecutionState, JobStatus, JobType, SchedulerType},
        time::{millis, minus_one, zero},
    },
};

impl<M: Mode> Job<M> {
    /// State, times, vertices and plan, as of up to three seconds ago: the server keeps its answer for so long
    /// (`web.refresh-interval`).
    pub fn details(&self) -> Call<M, GetJob> {
        self.client.request(GetJob::new(self.id))
    }
}

/// State, times, vertices and plan of a job.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}" -> JobDetails, handle = "job(id).details()", python = "jobs.get", measured = true)]
#[non_exhaustive]
pub struct GetJob {
    /// The job.
    pub job: JobId,
}

/// A job in full.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobDetails {
    /// The job.
    pub jid: JobId,
    /// Its name.
    pub name: String,
    /// Always false since Flink 1.5: stop with a savepoint works for all jobs.
    #[serde(rename = "isStoppable")]
    pub is_stoppable: bool,
    /// Its state. A job can be running while none of its tasks is.
    pub state: JobStatus,
    /// When it was submitted.
    #[serde(rename = "start-time", with = "millis")]
    pub start_time: Timestamp,
    /// When it ended; none while it has not.
    #[serde(rename = "end-time", with = "minus_one")]
    pub end_time: Option<Timestamp>,
    /// How long it has run, or did.
    #[serde(with = "millis")]
    pub duration: Duration,
    /// The highest parallelism it can be rescaled to; none if every vertex has its own.
    #[serde(rename = "maxParallelism", with = "minus_one")]
    pub max_parallelism: Option<u32>,
    /// The server's time when it answered.
    #[serde(with = "millis")]
    pub now: Timestamp,
    /// When it last entered each state; none for states it never was in.
    pub timestamps: BTreeMap<JobStatus, Entered>,
    /// Its vertices, sources first.
    #[serde(deserialize_with = "exact")]
    pub vertices: Vec<JobVertex>,
    /// Tasks by state.
    #[serde(rename = "status-counts")]
    pub status_counts: BTreeMap<ExecutionState, u32>,
    /// Its dataflow.
    pub plan: Plan,
    /// Whether it is a batch or a streaming job (1.20+).
    #[serde(rename = "job-type", default, skip_serializing_if = "Nullable::is_left_out")]
    pub job_type: Nullable<JobType>,
    /// The operators before they were chained to vertices (2.0+, adaptive batch jobs).
    #[serde(rename = "stream-graph", default, skip_serializing_if = "Option::is_none")]
    pub stream_graph: Option<serde_json::Value>,
    /// Operators that are not scheduled yet (2.0+, adaptive batch jobs).
    #[serde(rename = "pending-operators", default, skip_serializing_if = "Option::is_none")]
    pub pending_operators: Option<u32>,
    /// The application it belongs to (2.3+); none while the adaptive scheduler waits for its slots.
    #[serde(rename = "application-id", default, skip_serializing_if = "Nullable::is_left_out")]
    pub application_id: Nullable<ApplicationId>,
    /// What schedules it (2.3+).
    #[serde(rename = "schedulerType", default, skip_serializing_if = "Nullable::is_left_out")]
    pub scheduler_type: Nullable<SchedulerType>,
}

telling!(JobDetails: Members(&[Id("jid"), Text("state"), List("vertices"), Object("plan")]));

impl JobDetails {
    /// Whether none of its tasks is still to run, or has failed; the job itself may be starting all the same.
    pub fn all_tasks_run(&self) -> bool {
        self.status_counts.iter().all(|(state, tasks)| {
            *tasks == 0 || matches!(state, ExecutionState::Running | ExecutionState::Finished)
        })
    }
}

/// When a state was entered; none if it never was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct Entered {
    /// The time.
    #[serde(with = "zero")]
    pub at: Option<Timestamp>,
}
