//! Vertices of a job: one or more chained operators, run by parallel subtasks.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Action, Call, CallOptions, Client, Endpoint, JobId, Result, SlotSharingGroupId, TaskManagerId, VertexId,
    client::Mode,
    endpoint::answer::shape::telling,
    rest::{
        jobs::{
            Job,
            details::GetJob,
            io_metrics::{AggregatedTaskDetails, IoMetrics},
            location,
            results::UserAccumulator,
            subtasks::SubtaskExecutionAttemptDetails,
        },
        metrics::Metric,
    },
    value::{
        state::ExecutionState,
        time::{millis, minus_one},
    },
};

impl<M: Mode> Job<M> {
    /// Returns the handle of one vertex. Sends nothing: an unknown id fails with the first call.
    pub fn vertex(&self, id: VertexId) -> Vertex<M> {
        Vertex { client: self.client.clone(), job: self.id, id }
    }

    /// Returns the ids of the job's vertices, sources first, read from its [details](Self::details).
    pub fn vertex_ids(&self) -> Call<M, ReadVertexIds> {
        Call::new(self.client.clone(), ReadVertexIds { job: self.id })
    }
}

/// One vertex of a job.
#[derive(Clone, Debug)]
pub struct Vertex<M> {
    pub(crate) client: Client<M>,
    pub(crate) job: JobId,
    pub(crate) id: VertexId,
}

impl<M: Mode> Vertex<M> {
    /// Returns the vertex's id.
    pub fn id(&self) -> VertexId {
        self.id
    }

    /// Returns its subtasks, with their states and the data read and written.
    pub fn details(&self) -> Call<M, GetJobVertex> {
        self.client.request(GetJobVertex::new(self.job, self.id))
    }

    /// Returns the accumulators of user code, over all subtasks.
    pub fn accumulators(&self) -> Call<M, GetJobVertexAccumulators> {
        self.client.request(GetJobVertexAccumulators::new(self.job, self.id))
    }

    /// Returns the TaskManagers that run it, with the totals of their subtasks.
    pub fn taskmanagers(&self) -> Call<M, GetJobVertexTaskManagers> {
        self.client.request(GetJobVertexTaskManagers::new(self.job, self.id))
    }

    /// Returns the current watermark of each subtask.
    pub fn watermarks(&self) -> Call<M, GetJobVertexWatermarks> {
        self.client.request(GetJobVertexWatermarks::new(self.job, self.id))
    }

    /// Returns the indexes of its subtasks, from 0, read from its [details](Self::details).
    pub fn subtask_ids(&self) -> Call<M, ReadSubtaskIds> {
        Call::new(self.client.clone(), ReadSubtaskIds { job: self.job, vertex: self.id })
    }
}

/// Reads the ids of a job's vertices; see [`Job::vertex_ids`].
#[derive(Clone, Debug)]
pub struct ReadVertexIds {
    job: JobId,
}

impl Action for ReadVertexIds {
    type Output<M: Mode> = Vec<VertexId>;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Vec<VertexId>> {
        let details = client.execute(&GetJob::new(self.job), options).await?;
        Ok(details.vertices.into_iter().map(|vertex| vertex.id).collect())
    }
}

/// Reads the indexes of a vertex's subtasks; see [`Vertex::subtask_ids`].
#[derive(Clone, Debug)]
pub struct ReadSubtaskIds {
    job: JobId,
    vertex: VertexId,
}

impl Action for ReadSubtaskIds {
    type Output<M: Mode> = Vec<u32>;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Vec<u32>> {
        let details = client.execute(&GetJobVertex::new(self.job, self.vertex), options).await?;
        Ok(details.subtasks.into_iter().map(|subtask| subtask.subtask).collect())
    }
}

/// A vertex in the details of its job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobVertex {
    /// The vertex.
    pub id: VertexId,
    /// The slot sharing group (1.20+).
    #[serde(rename = "slotSharingGroupId", default, skip_serializing_if = "Option::is_none")]
    pub slot_sharing_group_id: Option<SlotSharingGroupId>,
    /// Names of its operators, joined by `->`.
    pub name: String,
    /// Maximum parallelism for rescaling; none while an adaptive batch job has not decided it.
    #[serde(rename = "maxParallelism", with = "minus_one")]
    pub max_parallelism: Option<u32>,
    /// Number of subtasks; none while an adaptive batch job has not decided it.
    #[serde(with = "minus_one")]
    pub parallelism: Option<u32>,
    /// Combined state of its subtasks: the first of failed, cancelled, initializing and running that one of them is in.
    /// `CREATED` also while they wait for slots.
    pub status: ExecutionState,
    /// Time at which the first subtask was sent to a TaskManager; none before.
    #[serde(rename = "start-time", with = "minus_one")]
    pub start_time: Option<Timestamp>,
    /// Time at which the last subtask ended; none before.
    #[serde(rename = "end-time", with = "minus_one")]
    pub end_time: Option<Timestamp>,
    /// Run time, up to now or to its end; none before it is sent to a TaskManager.
    #[serde(with = "minus_one")]
    pub duration: Option<Duration>,
    /// Number of subtasks by state.
    pub tasks: BTreeMap<ExecutionState, u32>,
    /// Data that its subtasks read and wrote.
    pub metrics: IoMetrics,
}

/// A vertex with its subtasks, their states and the data read and written.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}" -> JobVertexDetails, handle = "job(id).vertex(id).details()", python = "job_vertex.details", measured = true)]
#[non_exhaustive]
pub struct GetJobVertex {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
}

/// A vertex with its subtasks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobVertexDetails {
    /// The vertex.
    pub id: VertexId,
    /// Names of its operators, joined by `->`.
    pub name: String,
    /// Number of subtasks; none while an adaptive batch job has not decided it.
    #[serde(with = "minus_one")]
    pub parallelism: Option<u32>,
    /// Maximum parallelism for rescaling; none while an adaptive batch job has not decided it.
    #[serde(rename = "maxParallelism", with = "minus_one")]
    pub max_parallelism: Option<u32>,
    /// The server's time of the response.
    #[serde(with = "millis")]
    pub now: Timestamp,
    /// The current attempt of each subtask, in their order.
    pub subtasks: Vec<SubtaskExecutionAttemptDetails>,
    /// Statistics over all subtasks (1.16+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregated: Option<AggregatedTaskDetails>,
}

telling!(JobVertexDetails: Members(&[List("subtasks"), Number("parallelism"), Number("maxParallelism")]));

/// Accumulators of user code in a vertex, over all subtasks.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/accumulators" -> JobVertexAccumulators, handle = "job(id).vertex(id).accumulators()", python = "job_vertex.subtasks.accumulators")]
#[non_exhaustive]
pub struct GetJobVertexAccumulators {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
}

/// Accumulators of a vertex.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobVertexAccumulators {
    /// The vertex.
    pub id: VertexId,
    /// The user's accumulators, merged over all subtasks.
    #[serde(rename = "user-accumulators")]
    pub user_accumulators: Vec<UserAccumulator>,
}

telling!(JobVertexAccumulators: Members(&[List("user-accumulators")]));

/// TaskManagers that run a vertex, with the totals of their subtasks.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/taskmanagers" -> JobVertexTaskManagers, handle = "job(id).vertex(id).taskmanagers()", python = "job_vertex.taskmanagers", measured = true)]
#[non_exhaustive]
pub struct GetJobVertexTaskManagers {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
}

/// The TaskManagers that run a vertex.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobVertexTaskManagers {
    /// The vertex.
    pub id: VertexId,
    /// Names of its operators, joined by `->`.
    pub name: String,
    /// The server's time of the response.
    #[serde(with = "millis")]
    pub now: Timestamp,
    /// One entry per TaskManager, and one for the subtasks that wait for a slot.
    pub taskmanagers: Vec<JobVertexTaskManager>,
}

telling!(JobVertexTaskManagers: Members(&[List("taskmanagers")]));

/// The subtasks of a vertex on one TaskManager.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobVertexTaskManager {
    /// `address:port` (up to 1.20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// `address:port` (1.19+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    /// Combined state of its subtasks: the first of failed, cancelled, initializing and running that one of them is in.
    /// `CREATED` also while they wait for slots.
    pub status: ExecutionState,
    /// Time at which the first subtask was sent to it; none before.
    #[serde(rename = "start-time", with = "minus_one")]
    pub start_time: Option<Timestamp>,
    /// Time at which the last subtask ended; none before.
    #[serde(rename = "end-time", with = "minus_one")]
    pub end_time: Option<Timestamp>,
    /// Run time of its subtasks, up to now or to their end; none before they are sent to it.
    #[serde(with = "minus_one")]
    pub duration: Option<Duration>,
    /// Data that its subtasks read and wrote.
    pub metrics: IoMetrics,
    /// Number of subtasks by state.
    #[serde(rename = "status-counts")]
    pub status_counts: BTreeMap<ExecutionState, u32>,
    /// The TaskManager; none for subtasks that wait for a slot.
    #[serde(rename = "taskmanager-id", with = "location::unassigned")]
    pub taskmanager_id: Option<TaskManagerId>,
    /// Statistics over its subtasks (1.16+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregated: Option<AggregatedTaskDetails>,
}

impl JobVertexTaskManager {
    /// Returns the host; none for subtasks that wait for a slot.
    pub fn host(&self) -> Option<&str> {
        location::host(None, self.endpoint())
    }

    /// Returns host and port for the data exchange; none for subtasks that wait for a slot.
    pub fn endpoint(&self) -> Option<&str> {
        location::assigned(self.endpoint.as_deref().or(self.host.as_deref()))
    }
}

/// Current watermark of each subtask of a vertex.
///
/// The metrics are named by subtask, `0.currentInputWatermark` and so on. Values are milliseconds since 1970, and
/// `-9223372036854775808` before the first watermark. Sources, and jobs that have just started, have none.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/watermarks" -> Vec<Metric>, handle = "job(id).vertex(id).watermarks()", python = "job_vertex.watermarks", measured = true)]
#[non_exhaustive]
pub struct GetJobVertexWatermarks {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
}
