//! Back-pressure: tasks that wait for others to take what they write.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    Action, ApiError, Call, Client, Endpoint, JobId, Result, VertexId,
    client::{
        Mode,
        call::{CENTURY, CallOptions},
    },
    endpoint::answer::shape::telling,
    rest::jobs::vertices::Vertex,
    value::{
        open_enum::open_enum,
        time::{double, maybe},
    },
};

/// Time to wait for a measurement, and the pause between two requests.
const MEASUREMENT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(250);

impl<M: Mode> Vertex<M> {
    /// Whether its subtasks are backpressured by those that they write to, and how busy they are.
    ///
    /// It first makes Flink [collect](crate::Client::refresh_metrics), and waits about a second at most. Where Flink has
    /// measured nothing yet, or never will as the vertex does not run, the status is
    /// [`Deprecated`](BackPressureStatus::Deprecated), without a level and subtasks;
    /// [`measured`](Call::measured) waits for a measurement.
    pub fn backpressure(&self) -> Call<M, GetJobVertexBackPressure> {
        self.client.request(GetJobVertexBackPressure::new(self.job, self.id))
    }
}

/// Whether the subtasks of a vertex are held up by those that they write to, and how busy they are.
///
/// It is the same for what has just started, has ended, or does not exist: `Deprecated`, and no subtasks.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/backpressure" -> JobVertexBackPressure, handle = "job(id).vertex(id).backpressure()", python = "job_vertex.backpressure", measured = true, meant = not_collected)]
#[non_exhaustive]
pub struct GetJobVertexBackPressure {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
}

/// Flink's answer where it has collected no metrics of a vertex.
const NOT_COLLECTED: &str = r#"{"status":"deprecated"}"#;

/// The answer that is meant by a refusal after metrics of some subtasks only were collected.
///
/// For some 0.2 s after a start Flink answers 500 «No value present» (seen on 2.3.0) where it means [`NOT_COLLECTED`].
fn not_collected(error: &ApiError) -> Option<&'static str> {
    let is_meant = error.status.is_server_error() && error.condensed().contains("NoSuchElementException");
    is_meant.then_some(NOT_COLLECTED)
}

impl<M: Mode> Call<M, GetJobVertexBackPressure> {
    /// Asks until there is a measurement, for ten seconds at most unless [`timeout`](Call::timeout) sets another time;
    /// then the answer is as it is.
    pub fn measured(self) -> Call<M, MeasuredBackPressure> {
        self.map(MeasuredBackPressure)
    }
}

/// Waits for a measurement; see [`Call::measured`].
#[derive(Clone, Debug)]
pub struct MeasuredBackPressure(GetJobVertexBackPressure);

impl Action for MeasuredBackPressure {
    type Output<M: Mode> = JobVertexBackPressure;

    async fn run<M: Mode>(
        self,
        client: Client<M>,
        mut options: CallOptions,
    ) -> Result<JobVertexBackPressure> {
        let end = Instant::now() + options.timeout.unwrap_or(MEASUREMENT).min(CENTURY);
        let mut answer = client.perform(&self.0, options).await?;
        // An answer is there: the end of the time is no failure.
        options.timeout = None;
        while answer.status != BackPressureStatus::Ok && Instant::now() + PAUSE < end {
            sleep(PAUSE).await;
            match timeout_at(end, client.perform(&self.0, options)).await {
                Ok(next) => answer = next?,
                Err(_) => break,
            }
        }
        Ok(answer)
    }
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

telling!(JobVertexBackPressure: Members(&[State("status", BackPressureStatus::WORDS)]));

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
