//! Back-pressure: tasks that wait for others to take what they write.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Call, Endpoint, JobId, VertexId,
    client::Mode,
    jobs::vertices::Vertex,
    open_enum::open_enum,
    time::{double, maybe},
};

impl<M: Mode> Vertex<M> {
    /// Whether its subtasks are held up by those that they write to, and how busy they are.
    ///
    /// Flink measures when it is asked: the first answer has the status
    /// [`Deprecated`](BackPressureStatus::Deprecated) and no subtasks.
    pub fn backpressure(&self) -> Call<M, GetJobVertexBackPressure> {
        self.client.request(GetJobVertexBackPressure::new(self.job, self.id))
    }
}

/// Whether the subtasks of a vertex are held up by those that they write to, and how busy they are.
///
/// It is the same for what has just started, has ended, or does not exist: `Deprecated`, and no subtasks.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/backpressure" -> JobVertexBackPressure, handle = "job(id).vertex(id).backpressure()", python = "job_vertex.backpressure")]
#[non_exhaustive]
pub struct GetJobVertexBackPressure {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
}

/// The back-pressure of a vertex.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobVertexBackPressure {
    /// Whether there is a measurement.
    pub status: BackPressureStatus,
    /// The level.
    #[serde(rename = "backpressure-level", default, skip_serializing_if = "Option::is_none")]
    dashed_level: Option<BackPressureLevel>,
    /// The level once more (1.15+).
    #[serde(rename = "backpressureLevel", default, skip_serializing_if = "Option::is_none")]
    camel_level: Option<BackPressureLevel>,
    /// When it was measured; none without a measurement.
    #[serde(rename = "end-timestamp", default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub end_timestamp: Option<Timestamp>,
    /// One entry a subtask, in their order; none without a measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtasks: Option<Vec<SubtaskBackPressure>>,
}

impl JobVertexBackPressure {
    /// The level of the worst subtask; none without a measurement.
    pub fn level(&self) -> Option<&BackPressureLevel> {
        self.camel_level.as_ref().or(self.dashed_level.as_ref())
    }
}

/// The back-pressure of a subtask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskBackPressure {
    /// The subtask, from 0.
    pub subtask: u32,
    /// The attempt, from 0; none if there is but one (1.16+).
    #[serde(rename = "attempt-number", default, skip_serializing_if = "Option::is_none")]
    pub attempt_number: Option<u32>,
    /// The level.
    #[serde(rename = "backpressure-level", default, skip_serializing_if = "Option::is_none")]
    dashed_level: Option<BackPressureLevel>,
    /// The level once more (1.15+).
    #[serde(rename = "backpressureLevel", default, skip_serializing_if = "Option::is_none")]
    camel_level: Option<BackPressureLevel>,
    /// The share of its time, from 0 to 1, that it waited for others to take what it wrote.
    #[serde(with = "double")]
    pub ratio: f64,
    /// The share of its time, from 0 to 1, that it waited for something to read.
    #[serde(rename = "idleRatio", with = "double")]
    pub idle_ratio: f64,
    /// The share of its time, from 0 to 1, that it worked.
    #[serde(rename = "busyRatio", with = "double")]
    pub busy_ratio: f64,
    /// Attempts of the same subtask that run at the same time, on other machines, because one is slow (1.16+).
    #[serde(rename = "other-concurrent-attempts", default, skip_serializing_if = "Vec::is_empty")]
    pub other_concurrent_attempts: Vec<SubtaskBackPressure>,
}

impl SubtaskBackPressure {
    /// The level.
    pub fn level(&self) -> Option<&BackPressureLevel> {
        self.camel_level.as_ref().or(self.dashed_level.as_ref())
    }
}

open_enum! {
    /// Whether there is a measurement of back-pressure.
    pub enum BackPressureStatus {
        /// There is none, or an old one; a new one has been started if the job runs: ask again in a second.
        Deprecated = "deprecated",
        /// There is one.
        Ok = "ok",
    }
}

open_enum! {
    /// How much a task is held up by those that it writes to.
    pub enum BackPressureLevel {
        /// At most a tenth of its time.
        Ok = "ok",
        /// At most half of its time.
        Low = "low",
        /// More than half of its time.
        High = "high",
    }
}
