//! Backpressure: tasks that wait because downstream tasks do not accept their output.

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

/// Timeout for a measurement.
const MEASUREMENT_TIMEOUT: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_millis(250);

impl<M: Mode> Vertex<M> {
    /// Returns the backpressure of the vertex's subtasks, and how busy they are.
    ///
    /// First makes Flink [collect](crate::Client::refresh_metrics) metrics, which takes about a second at most. If
    /// Flink has no measurement yet, or never will because the vertex is not running, the status is
    /// [`Deprecated`](BackPressureStatus::Deprecated), without a level and subtasks; [`measured`](Call::measured) waits
    /// for a measurement.
    pub fn backpressure(&self) -> Call<M, GetJobVertexBackPressure> {
        self.client.request(GetJobVertexBackPressure::new(self.job, self.id))
    }
}

/// Backpressure of a vertex's subtasks, and how busy they are.
///
/// The response is the same for a vertex that has just started, has ended, or does not exist: `Deprecated`, and no
/// subtasks.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/vertices/{vertex}/backpressure" -> JobVertexBackPressure, handle = "job(id).vertex(id).backpressure()", python = "job_vertex.backpressure", measured = true, meant = not_collected)]
#[non_exhaustive]
pub struct GetJobVertexBackPressure {
    /// The job.
    pub job: JobId,
    /// The vertex.
    pub vertex: VertexId,
}

/// Flink's response if it has not collected metrics of a vertex.
const NOT_COLLECTED: &str = r#"{"status":"deprecated"}"#;

/// Translates an error that Flink sends in place of [`NOT_COLLECTED`].
///
/// For about 0.2 s after a start, when only some subtasks have metrics, Flink responds with 500 «No value present»
/// (seen on 2.3.0).
fn not_collected(error: &ApiError) -> Option<&'static str> {
    let is_meant = error.status.is_server_error() && error.condensed().contains("NoSuchElementException");
    is_meant.then_some(NOT_COLLECTED)
}

impl<M: Mode> Call<M, GetJobVertexBackPressure> {
    /// Polls until there is a measurement, for at most ten seconds or the call's [`timeout`](Call::timeout). After
    /// that, returns the response as it is.
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
        let end = Instant::now() + options.timeout.unwrap_or(MEASUREMENT_TIMEOUT).min(CENTURY);
        let mut answer = client.perform(&self.0, options).await?;
        // A response is there already: the timeout must not turn it into an error.
        options.timeout = None;
        while answer.status != BackPressureStatus::Ok && Instant::now() + POLL_INTERVAL < end {
            sleep(POLL_INTERVAL).await;
            match timeout_at(end, client.perform(&self.0, options)).await {
                Ok(next) => answer = next?,
                Err(_) => break,
            }
        }
        Ok(answer)
    }
}

/// Backpressure of a vertex.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobVertexBackPressure {
    /// Tells if there is a measurement.
    pub status: BackPressureStatus,
    /// The level.
    #[serde(rename = "backpressure-level", default, skip_serializing_if = "Option::is_none")]
    dashed_level: Option<BackPressureLevel>,
    /// The level, under its newer name (1.15+).
    #[serde(rename = "backpressureLevel", default, skip_serializing_if = "Option::is_none")]
    camel_level: Option<BackPressureLevel>,
    /// Time of the measurement; none without one.
    #[serde(rename = "end-timestamp", default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub end_timestamp: Option<Timestamp>,
    /// One entry per subtask, in their order; none without a measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtasks: Option<Vec<SubtaskBackPressure>>,
}

telling!(JobVertexBackPressure: Members(&[State("status", BackPressureStatus::WORDS)]));

impl JobVertexBackPressure {
    /// Returns the level of the worst subtask; none without a measurement.
    pub fn level(&self) -> Option<&BackPressureLevel> {
        self.camel_level.as_ref().or(self.dashed_level.as_ref())
    }
}

/// Backpressure of a subtask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskBackPressure {
    /// The subtask, from 0.
    pub subtask: u32,
    /// The attempt, from 0; none if there is only one (1.16+).
    #[serde(rename = "attempt-number", default, skip_serializing_if = "Option::is_none")]
    pub attempt_number: Option<u32>,
    /// The level.
    #[serde(rename = "backpressure-level", default, skip_serializing_if = "Option::is_none")]
    dashed_level: Option<BackPressureLevel>,
    /// The level, under its newer name (1.15+).
    #[serde(rename = "backpressureLevel", default, skip_serializing_if = "Option::is_none")]
    camel_level: Option<BackPressureLevel>,
    /// Fraction of its time, from 0 to 1, that it was backpressured.
    #[serde(with = "double")]
    pub ratio: f64,
    /// Fraction of its time, from 0 to 1, that it was idle.
    #[serde(rename = "idleRatio", with = "double")]
    pub idle_ratio: f64,
    /// Fraction of its time, from 0 to 1, that it was busy.
    #[serde(rename = "busyRatio", with = "double")]
    pub busy_ratio: f64,
    /// Other attempts of the same subtask that run at the same time, because one is slow (1.16+).
    #[serde(rename = "other-concurrent-attempts", default, skip_serializing_if = "Vec::is_empty")]
    pub other_concurrent_attempts: Vec<SubtaskBackPressure>,
}

impl SubtaskBackPressure {
    /// Returns the level.
    pub fn level(&self) -> Option<&BackPressureLevel> {
        self.camel_level.as_ref().or(self.dashed_level.as_ref())
    }
}

open_enum! {
    /// Tells if there is a measurement of backpressure.
    pub enum BackPressureStatus {
        /// There is none, or an old one. If the job is running, a new one has been started: read again in a second.
        Deprecated = "deprecated",
        /// There is a measurement.
        Ok = "ok",
    }
}

open_enum! {
    /// A level of backpressure.
    pub enum BackPressureLevel {
        /// Backpressured for at most 10 % of the time.
        Ok = "ok",
        /// Backpressured for at most 50 % of the time.
        Low = "low",
        /// Backpressured for more than 50 % of the time.
        High = "high",
    }
}
