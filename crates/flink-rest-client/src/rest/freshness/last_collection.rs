//! The start time of the last collection, read from the backpressure of a vertex.

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

/// The required fields of a job; times are in milliseconds.
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

/// Returns the time since the last collection started, by the JobManager's clock; none without a running job.
pub(super) async fn age<M: Mode>(client: &Client<M>, options: CallOptions) -> Option<Duration> {
    let Jobs { jobs } = read(client, &GetJobsOverview::new(), options).await?;
    let job = jobs.into_iter().find(|job| job.state == JobStatus::Running)?.jid;
    let Details { now, vertices } = read(client, &GetJob::new(job), options).await?;
    let vertex = vertices.into_iter().find(|vertex| vertex.status == ExecutionState::Running)?.id;
    let Backpressure { last_collection } =
        read(client, &GetJobVertexBackPressure::new(job, vertex), options).await?;
    Some(Duration::from_millis(now.saturating_sub(last_collection)))
}

/// Reads the required fields of a response.
async fn read<M: Mode, T: DeserializeOwned>(
    client: &Client<M>,
    endpoint: &impl Endpoint,
    options: CallOptions,
) -> Option<T> {
    client.execute(&endpoint.request().ok()?, options).await.ok()?.decode().ok()
}
