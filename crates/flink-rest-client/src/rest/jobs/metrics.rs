//! Metrics of jobs, of vertices, and of subtasks.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::{
    Call, Endpoint, JobId, VertexId,
    client::Mode,
    rest::{
        jobs::{Job, Jobs, vertices::Vertex},
        metrics::{AggregatedMetric, Aggregation, Metric, collect, metrics},
    },
    value::{
        kind::{Kind, kinds},
        stack_trace::printable,
    },
};

impl<M: Mode> Jobs<M> {
    /// The names of the metrics that jobs have; with [`get`](Call::get), these metrics aggregated over all jobs.
    pub fn metrics(&self) -> Call<M, GetAggregatedJobMetrics> {
        self.client.request(GetAggregatedJobMetrics::new())
    }
}

impl<M: Mode> Job<M> {
    /// The names of its metrics; with [`get`](Call::get), their values.
    pub fn metrics(&self) -> Call<M, GetJobMetrics> {
        self.client.request(GetJobMetrics::new(self.id))
    }
}

impl<M: Mode> Vertex<M> {
    /// The names of its subtasks' metrics, which begin with the subtask: `0.numRecordsIn`; with [`get`](Call::get),
    /// their values.
    pub fn metrics(&self) -> Call<M, GetJobVertexMetrics> {
        self.client.request(GetJobVertexMetrics::new(self.job, self.id))
    }

    /// The names of metrics of what the JobManager does for it (1.20+); with [`get`](Call::get), their values.
    pub fn jm_operator_metrics(&self) -> Call<M, GetJobManagerOperatorMetrics> {
        self.client.request(GetJobManagerOperatorMetrics::new(self.job, self.id))
    }
}

/// Metrics aggregated over jobs.
///
/// The answer is empty if one of the names is unknown, or no job has run yet.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/metrics" -> Vec<AggregatedMetric>, handle = "jobs().metrics()", python = "jobs.metrics", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetAggregatedJobMetrics {
    /// Names to read; without them, the names on offer.
    #[query]
    pub get: Vec<String>,
    /// How to aggregate; all ways unless set.
    #[query]
    pub agg: Vec<Aggregation>,
    /// The jobs; all unless set.
    #[query]
    pub jobs: Vec<JobId>,
}

/// Metrics of a job.
///
/// The answer is empty for a job that has just been started, or does not exist.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/metrics" -> Vec<Metric>, handle = "job(id).metrics()", python = "jobs.get_metrics", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetJobMetrics {
    /// The job.
    pub job: JobId,
    /// Names to read; without them, the names on offer.
    #[query]
    pub get: Vec<String>,
}

/// Metrics of the subtasks of a vertex, named `0.numRecordsIn` and so on by subtask.
///
/// The answer is empty for a job that has just been started, or does not exist.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/metrics" -> Vec<Metric>, handle = "job(id).vertex(id).metrics()", python = "job_vertex.metrics", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetJobVertexMetrics {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
    /// Names to read; without them, the names on offer.
    #[query]
    pub get: Vec<String>,
}

/// Metrics of what the JobManager does for a vertex: a source has a coordinator there, which hands out its splits.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/jm-operator-metrics" -> Vec<Metric>, since = "1.20", handle = "job(id).vertex(id).jm_operator_metrics()", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetJobManagerOperatorMetrics {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
    /// Names to read; without them, the names on offer.
    #[query]
    pub get: Vec<String>,
}

/// Metrics of one subtask.
///
/// The answer is empty for a job that has just been started, and for what does not exist.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/subtasks/{subtask}/metrics" -> Vec<Metric>, handle = "job(id).vertex(id).subtask(index).metrics()", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetSubtaskMetrics {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
    /// The subtask, from 0.
    pub subtask: u32,
    /// Names to read; without them, the names on offer.
    #[query]
    pub get: Vec<String>,
}

/// Metrics aggregated over the subtasks of a vertex.
///
/// The answer is empty if one of the names is unknown, and for a job that has just been started.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/subtasks/metrics" -> Vec<AggregatedMetric>, handle = "job(id).vertex(id).subtasks().metrics()", python = "job_vertex.subtasks.metrics", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetAggregatedSubtaskMetrics {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
    /// Names to read; without them, the names on offer.
    #[query]
    pub get: Vec<String>,
    /// How to aggregate; all ways unless set.
    #[query]
    pub agg: Vec<Aggregation>,
    /// The subtasks, one by one or in ranges; all unless set.
    #[query(check = there_can_be)]
    pub subtasks: Vec<SubtaskRange>,
}

/// The highest index of a subtask: no parallelism is above 32768.
const MAX_SUBTASK: u32 = (1 << 15) - 1;

/// The server makes a list of all indices in a range: 30 million of them take it a minute (2.3.0).
fn there_can_be(SubtaskRange(text): &SubtaskRange) -> Result<(), String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let index = |text: &str| text.trim().parse::<u32>().ok().filter(|index| *index <= MAX_SUBTASK);
    match index(first).zip(index(last)) {
        Some((first, last)) if first <= last => Ok(()),
        _ => Err(format!(
            "`{}` is neither the index of a subtask nor a range as 0-3, of at most {MAX_SUBTASK}",
            printable(text)
        )),
    }
}

/// Subtasks from one index to another, both included: `2`, `0..=3`, or Flink's own spelling `"0-3"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubtaskRange(String);

kinds! { SubtaskRange: Kind::Text; }

impl From<u32> for SubtaskRange {
    fn from(index: u32) -> Self {
        Self(index.to_string())
    }
}

impl From<RangeInclusive<u32>> for SubtaskRange {
    fn from(range: RangeInclusive<u32>) -> Self {
        Self(format!("{}-{}", range.start(), range.end()))
    }
}

impl From<&str> for SubtaskRange {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

metrics!(Metric, false: GetJobMetrics, GetJobVertexMetrics, GetSubtaskMetrics, GetJobManagerOperatorMetrics);
metrics!(AggregatedMetric, true: GetAggregatedJobMetrics, GetAggregatedSubtaskMetrics);
