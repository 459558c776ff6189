//! The time at which the last collection began, which Flink tells with the backpressure of a vertex.

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    Client, Endpoint, ExecutionState, JobId, JobStatus, VertexId,
    client::{Mode, call::CallOptions},
    rest::jobs::{GetJobsOverview, backpressure::GetJobVertexBackPressure, details::GetJob},
};

#[derive(Deserialize)]
struct Jobs {
    jobs: Vec<Job>,
}

#[derive(Deserialize)]
struct Job {
    jid: JobId,
    state: JobStatus,
}

/// What is needed of a job. Times are in milliseconds.
#[derive(Deserialize)]
struct Details {
    now: u64,
    vertices: Vec<Vertex>,
}

#[derive(Deserialize)]
struct Vertex {
    id: VertexId,
    status: ExecutionState,
}

#[derive(Deserialize)]
struct Backpressure {
    #[serde(rename = "end-timestamp")]
    last_collection: u64,
}

/// Time since the last collection began, by the JobManager's clock; none without a job that runs.
pub(super) async fn age<M: Mode>(client: &Client<M>, options: CallOptions) -> Option<Duration> {
    let Jobs { jobs } = read(client, &GetJobsOverview::new(), options).await?;
    let job = jobs.into_iter().find(|job| job.state == JobStatus::Running)?.jid;
    let Details { now, vertices } = read(client, &GetJob::new(job), options).await?;
    let vertex = vertices.into_iter().find(|vertex| vertex.status == ExecutionState::Running)?.id;
    let Backpressure { last_collection } =
        read(client, &GetJobVertexBackPressure::new(job, vertex), options).await?;
    Some(Duration::from_millis(now.saturating_sub(last_collection)))
}

/// What an endpoint answers, of which the rest does not matter.
async fn read<M: Mode, T: DeserializeOwned>(
    client: &Client<M>,
    endpoint: &impl Endpoint,
    options: CallOptions,
) -> Option<T> {
    client.execute(&endpoint.request().ok()?, options).await.ok()?.decode().ok()
}
