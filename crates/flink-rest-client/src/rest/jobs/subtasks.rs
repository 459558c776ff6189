//! Subtasks of a vertex, and their attempts.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Call, Endpoint, JobId, TaskManagerId, VertexId,
    client::Mode,
    endpoint::answer::shape::telling,
    rest::jobs::{
        details::Entered,
        io_metrics::IoMetrics,
        location,
        metrics::{GetAggregatedSubtaskMetrics, GetSubtaskMetrics},
        results::UserAccumulator,
        vertices::Vertex,
    },
    value::{
        state::ExecutionState,
        time::{millis, minus_one},
    },
};

impl<M: Mode> Vertex<M> {
    /// Returns the handle of all its subtasks.
    pub fn subtasks(&self) -> Subtasks<M> {
        Subtasks { vertex: self.clone() }
    }

    /// Returns the handle of one subtask, counted from 0. Sends nothing: an unknown index fails with the first call.
    pub fn subtask(&self, index: u32) -> Subtask<M> {
        Subtask { vertex: self.clone(), index }
    }

    /// Returns the time at which each subtask entered each state.
    pub fn subtask_times(&self) -> Call<M, GetSubtasksTimes> {
        self.client.request(GetSubtasksTimes::new(self.job, self.id))
    }
}

/// All subtasks of a vertex.
#[derive(Clone, Debug)]
pub struct Subtasks<M> {
    vertex: Vertex<M>,
}

impl<M: Mode> Subtasks<M> {
    /// Returns the accumulators of user code, by subtask.
    pub fn accumulators(&self) -> Call<M, GetSubtasksAllAccumulators> {
        let Vertex { client, job, id } = &self.vertex;
        client.request(GetSubtasksAllAccumulators::new(*job, *id))
    }

    /// Returns the names of the subtasks' metrics; with [`get`](Call::get), these metrics aggregated over the subtasks.
    pub fn metrics(&self) -> Call<M, GetAggregatedSubtaskMetrics> {
        let Vertex { client, job, id } = &self.vertex;
        client.request(GetAggregatedSubtaskMetrics::new(*job, *id))
    }
}

/// One subtask of a vertex.
#[derive(Clone, Debug)]
pub struct Subtask<M> {
    vertex: Vertex<M>,
    index: u32,
}

impl<M: Mode> Subtask<M> {
    /// Returns its index, from 0.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Returns its current attempt: location, times, and data read and written.
    pub fn details(&self) -> Call<M, GetSubtask> {
        let Vertex { client, job, id } = &self.vertex;
        client.request(GetSubtask::new(*job, *id, self.index))
    }

    /// Returns the names of its metrics; with [`get`](Call::get), their values.
    pub fn metrics(&self) -> Call<M, GetSubtaskMetrics> {
        let Vertex { client, job, id } = &self.vertex;
        client.request(GetSubtaskMetrics::new(*job, *id, self.index))
    }

    /// Returns the handle of one execution attempt, counted from 0.
    pub fn attempt(&self, number: u32) -> Attempt<M> {
        Attempt { subtask: self.clone(), number }
    }
}

/// One execution attempt of a subtask.
#[derive(Clone, Debug)]
pub struct Attempt<M> {
    subtask: Subtask<M>,
    number: u32,
}

impl<M: Mode> Attempt<M> {
    /// Returns its number, from 0.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Returns its location, times, and data read and written.
    pub fn details(&self) -> Call<M, GetSubtaskExecutionAttempt> {
        let Subtask { vertex: Vertex { client, job, id }, index } = &self.subtask;
        client.request(GetSubtaskExecutionAttempt::new(*job, *id, *index, self.number))
    }

    /// Returns the accumulators of user code in this attempt.
    pub fn accumulators(&self) -> Call<M, GetSubtaskExecutionAttemptAccumulators> {
        let Subtask { vertex: Vertex { client, job, id }, index } = &self.subtask;
        client.request(GetSubtaskExecutionAttemptAccumulators::new(*job, *id, *index, self.number))
    }
}

/// The current attempt of a subtask.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/subtasks/{subtask}" -> SubtaskExecutionAttemptDetails, handle = "job(id).vertex(id).subtask(index).details()", python = "job_vertex.subtasks.get", measured = true)]
#[non_exhaustive]
pub struct GetSubtask {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
    /// The subtask, from 0.
    pub subtask: u32,
}

/// An execution attempt of a subtask. Flink remembers the last 16 by default.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/subtasks/{subtask}/attempts/{attempt}" -> SubtaskExecutionAttemptDetails, handle = "job(id).vertex(id).subtask(index).attempt(n).details()", python = "job_vertex.subtasks.get_attempt", measured = true)]
#[non_exhaustive]
pub struct GetSubtaskExecutionAttempt {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
    /// The subtask, from 0.
    pub subtask: u32,
    /// The attempt, from 0.
    pub attempt: u32,
}

/// An execution attempt of a subtask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskExecutionAttemptDetails {
    /// The subtask, from 0.
    pub subtask: u32,
    /// Its state.
    pub status: ExecutionState,
    /// The attempt, from 0.
    pub attempt: u32,
    /// The host (up to 1.20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// `address:port` (1.19+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    /// Time at which it was sent to its TaskManager; none before.
    #[serde(rename = "start-time", with = "minus_one")]
    pub start_time: Option<Timestamp>,
    /// End time; none until it has ended.
    #[serde(rename = "end-time", with = "minus_one")]
    pub end_time: Option<Timestamp>,
    /// Run time, up to now or to its end; none before it is sent to its TaskManager.
    #[serde(with = "minus_one")]
    pub duration: Option<Duration>,
    /// Data read and written.
    pub metrics: IoMetrics,
    /// The TaskManager; none while the subtask waits for a slot.
    #[serde(rename = "taskmanager-id", with = "location::unassigned")]
    pub taskmanager_id: Option<TaskManagerId>,
    /// Time spent in each state (1.16+).
    #[serde(rename = "status-duration", default, skip_serializing_if = "Option::is_none")]
    pub status_duration: Option<BTreeMap<ExecutionState, TimeSpent>>,
    /// Other attempts of the same subtask that run at the same time, because one is slow (1.16+).
    #[serde(rename = "other-concurrent-attempts", default, skip_serializing_if = "Vec::is_empty")]
    pub other_concurrent_attempts: Vec<SubtaskExecutionAttemptDetails>,
    /// Flink sends the start time twice.
    #[serde(rename = "start_time", with = "minus_one")]
    duplicate_start_time: Option<Timestamp>,
}

telling!(SubtaskExecutionAttemptDetails: Members(&[Number("subtask"), Number("attempt"), Object("metrics")]));

/// Time spent in a state; none if it was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct TimeSpent {
    /// The time.
    #[serde(with = "minus_one")]
    pub time: Option<Duration>,
}

/// Accumulators of user code in an execution attempt of a subtask.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/subtasks/{subtask}/attempts/{attempt}/accumulators" -> SubtaskExecutionAttemptAccumulators, handle = "job(id).vertex(id).subtask(index).attempt(n).accumulators()")]
#[non_exhaustive]
pub struct GetSubtaskExecutionAttemptAccumulators {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
    /// The subtask, from 0.
    pub subtask: u32,
    /// The attempt, from 0.
    pub attempt: u32,
}

/// Accumulators of an attempt.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskExecutionAttemptAccumulators {
    /// The subtask, from 0.
    pub subtask: u32,
    /// The attempt, from 0.
    pub attempt: u32,
    /// Flink's own id of the attempt.
    pub id: String,
    /// The user's accumulators.
    #[serde(rename = "user-accumulators")]
    pub user_accumulators: Vec<UserAccumulator>,
}

telling!(SubtaskExecutionAttemptAccumulators: Members(&[List("user-accumulators"), Number("subtask")]));

/// Accumulators of user code in a vertex, by subtask.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/subtasks/accumulators" -> SubtasksAllAccumulators, handle = "job(id).vertex(id).subtasks().accumulators()", python = "job_vertex.subtasks.get_attempt_accumulators")]
#[non_exhaustive]
pub struct GetSubtasksAllAccumulators {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
}

/// Accumulators of a vertex by subtask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtasksAllAccumulators {
    /// The vertex.
    pub id: VertexId,
    /// Number of subtasks; none while an adaptive batch job has not decided it.
    #[serde(with = "minus_one")]
    pub parallelism: Option<u32>,
    /// One entry per subtask, in their order.
    pub subtasks: Vec<SubtaskAccumulators>,
}

telling!(SubtasksAllAccumulators: Members(&[List("subtasks")]));

/// Accumulators of a subtask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskAccumulators {
    /// The subtask, from 0.
    pub subtask: u32,
    /// Its current attempt, from 0.
    pub attempt: u32,
    /// The host (up to 1.20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// `address:port` (1.19+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    /// The user's accumulators.
    #[serde(rename = "user-accumulators")]
    pub user_accumulators: Vec<UserAccumulator>,
}

/// Time at which each subtask of a vertex entered each state.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/subtasktimes" -> SubtasksTimes, handle = "job(id).vertex(id).subtask_times()", python = "job_vertex.subtasktimes")]
#[non_exhaustive]
pub struct GetSubtasksTimes {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
}

/// Time at which each subtask of a vertex entered each state.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtasksTimes {
    /// The vertex.
    pub id: VertexId,
    /// Names of its operators, joined by `->`.
    pub name: String,
    /// The server's time of the response.
    #[serde(with = "millis")]
    pub now: Timestamp,
    /// The current attempt of each subtask, in their order.
    pub subtasks: Vec<SubtaskTimes>,
}

telling!(SubtasksTimes: Members(&[List("subtasks")]));

/// Time at which a subtask entered each state.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskTimes {
    /// The subtask, from 0.
    pub subtask: u32,
    /// The host (up to 1.20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// `address:port` (1.19+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    /// Time since it was scheduled, up to now or to its end; none before.
    #[serde(with = "minus_one")]
    pub duration: Option<Duration>,
    /// Time at which it last entered each state; none for states it was never in.
    pub timestamps: BTreeMap<ExecutionState, Entered>,
}

macro_rules! host_accessors {
    ($($name:ident),*) => {$(
        impl $name {
            /// Returns the host; none while the subtask waits for a slot.
            pub fn host(&self) -> Option<&str> {
                location::host(self.host.as_deref(), self.endpoint.as_deref())
            }

            /// Returns host and port for the data exchange (1.19+); none while the subtask waits for a slot.
            pub fn endpoint(&self) -> Option<&str> {
                location::assigned(self.endpoint.as_deref())
            }
        }
    )*};
}

host_accessors!(SubtaskExecutionAttemptDetails, SubtaskAccumulators, SubtaskTimes);
