//! Metrics of jobs, vertices and subtasks.

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
    /// Returns the names of the jobs' metrics; with [`get`](Call::get), these metrics aggregated over all jobs.
    pub fn metrics(&self) -> Call<M, GetAggregatedJobMetrics> {
        self.client.request(GetAggregatedJobMetrics::new())
    }
}

impl<M: Mode> Job<M> {
    /// Returns the names of the job's metrics; with [`get`](Call::get), their values.
    pub fn metrics(&self) -> Call<M, GetJobMetrics> {
        self.client.request(GetJobMetrics::new(self.id))
    }
}

impl<M: Mode> Vertex<M> {
    /// Returns the names of its subtasks' metrics, prefixed with the subtask: `0.numRecordsIn`; with
    /// [`get`](Call::get), their values.
    pub fn metrics(&self) -> Call<M, GetJobVertexMetrics> {
        self.client.request(GetJobVertexMetrics::new(self.job, self.id))
    }

    /// Returns the names of the metrics of its operator coordinators on the JobManager (1.20+); with
    /// [`get`](Call::get), their values.
    pub fn jm_operator_metrics(&self) -> Call<M, GetJobManagerOperatorMetrics> {
        self.client.request(GetJobManagerOperatorMetrics::new(self.job, self.id))
    }
}

/// Metrics aggregated over jobs.
///
/// The response is empty if one of the names is unknown, or if no job has run yet.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/metrics" -> Vec<AggregatedMetric>, handle = "jobs().metrics()", python = "jobs.metrics", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetAggregatedJobMetrics {
    /// Names of the metrics to read; without names, lists the available ones.
    #[query]
    pub get: Vec<String>,
    /// Aggregations to compute [default: all].
    #[query]
    pub agg: Vec<Aggregation>,
    /// Jobs to include [default: all].
    #[query]
    pub jobs: Vec<JobId>,
}

/// Metrics of a job.
///
/// The response is empty for a job that has just started or does not exist.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/metrics" -> Vec<Metric>, handle = "job(id).metrics()", python = "jobs.get_metrics", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetJobMetrics {
    /// The job.
    pub job: JobId,
    /// Names of the metrics to read; without names, lists the available ones.
    #[query]
    pub get: Vec<String>,
}

/// Metrics of a vertex's subtasks; names are prefixed with the subtask: `0.numRecordsIn`.
///
/// The response is empty for a job that has just started or does not exist.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/metrics" -> Vec<Metric>, handle = "job(id).vertex(id).metrics()", python = "job_vertex.metrics", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetJobVertexMetrics {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
    /// Names of the metrics to read; without names, lists the available ones.
    #[query]
    pub get: Vec<String>,
}

/// Metrics of a vertex's operator coordinators on the JobManager: a source has one, which assigns its splits.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/jm-operator-metrics" -> Vec<Metric>, since = "1.20", handle = "job(id).vertex(id).jm_operator_metrics()", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetJobManagerOperatorMetrics {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
    /// Names of the metrics to read; without names, lists the available ones.
    #[query]
    pub get: Vec<String>,
}

/// Metrics of a subtask.
///
/// The response is empty for a job that has just started, and for an unknown job, vertex or subtask.
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
    /// Names of the metrics to read; without names, lists the available ones.
    #[query]
    pub get: Vec<String>,
}

/// Metrics aggregated over the subtasks of a vertex.
///
/// The response is empty if one of the names is unknown, and for a job that has just started.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/subtasks/metrics" -> Vec<AggregatedMetric>, handle = "job(id).vertex(id).subtasks().metrics()", python = "job_vertex.subtasks.metrics", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetAggregatedSubtaskMetrics {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
    /// Names of the metrics to read; without names, lists the available ones.
    #[query]
    pub get: Vec<String>,
    /// Aggregations to compute [default: all].
    #[query]
    pub agg: Vec<Aggregation>,
    /// Subtasks to include, as indexes or ranges [default: all].
    #[query(check = valid_subtasks)]
    pub subtasks: Vec<SubtaskRange>,
}

/// The highest index of a subtask: Flink's maximum parallelism is 32768.
const MAX_SUBTASK: u32 = (1 << 15) - 1;

/// Refuses indexes that cannot exist. The server lists all indexes of a range in memory: 30 million take it a minute
/// (2.3.0).
fn valid_subtasks(SubtaskRange(text): &SubtaskRange) -> Result<(), String> {
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

/// A range of subtasks, both ends included: `2`, `0..=3`, or Flink's own spelling `"0-3"`.
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
