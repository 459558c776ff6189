//! Details of a job.

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
    /// Returns state, times, vertices and plan. They may be up to three seconds old: the server caches its response
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

/// A job in full: state, times, vertices and plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobDetails {
    /// The job.
    pub jid: JobId,
    /// Its name.
    pub name: String,
    /// Always false since Flink 1.5: every job can be stopped with a savepoint.
    #[serde(rename = "isStoppable")]
    pub is_stoppable: bool,
    /// The state. A job can be `RUNNING` before any of its tasks is.
    pub state: JobStatus,
    /// Submission time.
    #[serde(rename = "start-time", with = "millis")]
    pub start_time: Timestamp,
    /// End time; none until it has ended.
    #[serde(rename = "end-time", with = "minus_one")]
    pub end_time: Option<Timestamp>,
    /// Run time, up to now or to its end.
    #[serde(with = "millis")]
    pub duration: Duration,
    /// Maximum parallelism for rescaling; none if every vertex has its own.
    #[serde(rename = "maxParallelism", with = "minus_one")]
    pub max_parallelism: Option<u32>,
    /// The server's time of the response.
    #[serde(with = "millis")]
    pub now: Timestamp,
    /// Time at which it last entered each state; none for states it was never in.
    pub timestamps: BTreeMap<JobStatus, Entered>,
    /// The vertices, sources first.
    #[serde(deserialize_with = "exact")]
    pub vertices: Vec<JobVertex>,
    /// Number of tasks by state.
    #[serde(rename = "status-counts")]
    pub status_counts: BTreeMap<ExecutionState, u32>,
    /// The dataflow.
    pub plan: Plan,
    /// Batch or streaming (1.20+).
    #[serde(rename = "job-type", default, skip_serializing_if = "Nullable::is_left_out")]
    pub job_type: Nullable<JobType>,
    /// The operators before chaining (2.0+, adaptive batch jobs).
    #[serde(rename = "stream-graph", default, skip_serializing_if = "Option::is_none")]
    pub stream_graph: Option<serde_json::Value>,
    /// Number of operators not scheduled yet (2.0+, adaptive batch jobs).
    #[serde(rename = "pending-operators", default, skip_serializing_if = "Option::is_none")]
    pub pending_operators: Option<u32>,
    /// The application that the job belongs to (2.3+); none while the adaptive scheduler waits for slots.
    #[serde(rename = "application-id", default, skip_serializing_if = "Nullable::is_left_out")]
    pub application_id: Nullable<ApplicationId>,
    /// The scheduler of the job (2.3+).
    #[serde(rename = "schedulerType", default, skip_serializing_if = "Nullable::is_left_out")]
    pub scheduler_type: Nullable<SchedulerType>,
}

telling!(JobDetails: Members(&[Id("jid"), Text("state"), List("vertices"), Object("plan")]));

impl JobDetails {
    /// Returns true if every task is running or finished. The job itself may still be starting.
    pub fn all_tasks_run(&self) -> bool {
        self.status_counts.iter().all(|(state, tasks)| {
            *tasks == 0 || matches!(state, ExecutionState::Running | ExecutionState::Finished)
        })
    }
}

/// Time at which a state was entered; none if it never was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct Entered {
    /// The time.
    #[serde(with = "zero")]
    pub at: Option<Timestamp>,
}
