//! All metrics of a job, its vertices and their subtasks, in one call.

use std::collections::BTreeMap;

use futures_util::{
    StreamExt,
    future::{join, try_join},
    stream,
};
use serde::{Deserialize, Serialize};

use crate::{
    Action, Call, Client, Error, JobId, Result, VertexId,
    client::{MAX_CONCURRENT_REQUESTS, Mode, call::CallOptions},
    rest::{
        freshness::refresh,
        jobs::{
            Job,
            details::GetJob,
            metrics::{GetJobManagerOperatorMetrics, GetJobMetrics, GetJobVertexMetrics},
            vertices::JobVertex,
        },
        metrics::{Metric, Metrics, collect},
    },
};

impl<M: Mode> Job<M> {
    /// Returns all metrics of the job, of each vertex and of each subtask, with their values.
    ///
    /// Sends one request for the names of each vertex, and one for about every hundred values, a few at a time. The
    /// call's timeout applies to each of them. If some metrics cannot be read, [`unread`](JobMetrics::unread) names
    /// them and the others are returned. Fails only if nothing can be read.
    pub fn all_metrics(&self) -> Call<M, AllMetrics> {
        Call::new(self.client.clone(), AllMetrics { job: self.id })
    }
}

/// Reads all metrics of a job; see [`Job::all_metrics`].
#[derive(Clone, Copy, Debug)]
pub struct AllMetrics {
    job: JobId,
}

/// All metrics of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobMetrics {
    /// True if they were collected just now; see [`Freshness`](crate::Freshness).
    #[serde(rename = "fresh")]
    pub is_fresh: bool,
    /// Metrics of the job itself.
    pub job: Vec<Metric>,
    /// Metrics of its vertices, sources first.
    pub vertices: Vec<VertexMetrics>,
    /// Metrics that could not be read; left out in JSON if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<UnreadMetrics>,
}

/// Metrics that could not be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnreadMetrics {
    /// The vertex; none for the job's own metrics.
    pub vertex: Option<VertexId>,
    /// The reason, on one line.
    pub reason: String,
}

/// All metrics of a vertex.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VertexMetrics {
    /// The vertex.
    pub id: VertexId,
    /// Its name.
    pub name: String,
    /// Metrics by subtask; their names do not contain the subtask.
    pub subtasks: BTreeMap<u32, Vec<Metric>>,
    /// Metrics of its operator coordinators on the JobManager (1.20+; empty before).
    pub jobmanager: Vec<Metric>,
}

impl Action for AllMetrics {
    type Output<M: Mode> = JobMetrics;

    async fn run<M: Mode>(self, client: Client<M>, mut options: CallOptions) -> Result<JobMetrics> {
        let is_fresh = refresh(&client, options).await.is_fresh();
        (options.is_refreshed, options.is_part) = (true, true);
        let (details, job) = (GetJob::new(self.job), GetJobMetrics::new(self.job));
        // When Flink has the job's own metrics, it has also collected those of the JobManager.
        let (details, job) = join(client.execute(&details, options), values(&client, job, options)).await;
        let vertices = stream::iter(details?.vertices)
            .map(async |vertex| (vertex.id, vertex_metrics(&client, self.job, vertex, options).await))
            .buffered(MAX_CONCURRENT_REQUESTS)
            .collect::<Vec<_>>()
            .await;
        let mut unread_parts = UnreadParts { client: &client, unread: Vec::new(), last_error: None };
        let job = unread_parts.keep(None, job);
        let vertices: Vec<_> =
            vertices.into_iter().filter_map(|(id, metrics)| unread_parts.keep(Some(id), metrics)).collect();
        match unread_parts {
            UnreadParts { last_error: Some(error), .. } if job.is_none() && vertices.is_empty() => Err(error),
            UnreadParts { unread, .. } => {
                Ok(JobMetrics { is_fresh, job: job.unwrap_or_default(), vertices, unread })
            }
        }
    }
}

/// The metrics that could not be read.
struct UnreadParts<'a, M> {
    client: &'a Client<M>,
    unread: Vec<UnreadMetrics>,
    last_error: Option<Error>,
}

impl<M> UnreadParts<'_, M> {
    fn keep<T>(&mut self, vertex: Option<VertexId>, read: Result<T>) -> Option<T> {
        match read.map_err(|error| error.without(&self.client.shared.secrets)) {
            Ok(value) => Some(value),
            Err(error) => {
                self.unread.push(UnreadMetrics { vertex, reason: error.to_string() });
                self.last_error = Some(error);
                None
            }
        }
    }
}

async fn vertex_metrics<M: Mode>(
    client: &Client<M>,
    job: JobId,
    vertex: JobVertex,
    options: CallOptions,
) -> Result<VertexMetrics> {
    let subtasks = values(client, GetJobVertexMetrics::new(job, vertex.id), options);
    let jobmanager = coordinator_metrics(client, GetJobManagerOperatorMetrics::new(job, vertex.id), options);
    let (metrics, jobmanager) = try_join(subtasks, jobmanager).await?;
    let mut subtasks: BTreeMap<u32, Vec<Metric>> = BTreeMap::new();
    for mut metric in metrics {
        // Flink prefixes each name with the subtask: `3.numRecordsIn`.
        if let Some((subtask, name)) = metric.id.split_once('.')
            && let Ok(subtask) = subtask.parse()
        {
            metric.id = name.to_owned();
            subtasks.entry(subtask).or_default().push(metric);
        }
    }
    Ok(VertexMetrics { id: vertex.id, name: vertex.name, subtasks, jobmanager })
}

/// Returns the metrics of operator coordinators; most vertices have none.
async fn coordinator_metrics<M: Mode>(
    client: &Client<M>,
    endpoint: GetJobManagerOperatorMetrics,
    options: CallOptions,
) -> Result<Vec<Metric>> {
    match client.execute(&endpoint, options).await {
        Err(Error::Unsupported { .. }) => Ok(Vec::new()),
        names => with_values(client, endpoint, names?, options).await,
    }
}

/// Returns all metrics of an endpoint, with values.
async fn values<M: Mode, E: Metrics<Metric = Metric>>(
    client: &Client<M>,
    endpoint: E,
    options: CallOptions,
) -> Result<Vec<Metric>> {
    let names = collect(client, &endpoint, options).await?;
    with_values(client, endpoint, names, options).await
}

async fn with_values<M: Mode, E: Metrics<Metric = Metric>>(
    client: &Client<M>,
    mut endpoint: E,
    names: Vec<Metric>,
    options: CallOptions,
) -> Result<Vec<Metric>> {
    if names.is_empty() {
        return Ok(names);
    }
    *endpoint.names() = names.into_iter().map(|metric| metric.id).collect();
    client.execute(&endpoint, options).await
}
