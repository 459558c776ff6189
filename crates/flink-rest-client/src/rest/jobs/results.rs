//! What a job counted, and how it ended.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ApplicationId, Call, Endpoint, JobId, Mode,
    endpoint::answer::shape::telling,
    rest::{
        jobs::Job,
        operation::{FailureCause, QueueStatus},
    },
    value::time::{maybe, millis},
};

impl<M: Mode> Job<M> {
    /// What the user's code counted, over all tasks.
    pub fn accumulators(&self) -> Call<M, GetJobAccumulators> {
        self.client.request(GetJobAccumulators::new(self.id))
    }

    /// How it ended, with its serialized accumulators.
    pub fn execution_result(&self) -> Call<M, GetJobExecutionResult> {
        self.client.request(GetJobExecutionResult::new(self.id))
    }
}

/// What the user's code counted, over all tasks.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/accumulators" -> JobAccumulators, handle = "job(id).accumulators()", python = "jobs.get_accumulators")]
#[non_exhaustive]
pub struct GetJobAccumulators {
    /// The job.
    pub job: JobId,
    /// Whether the values come in Java's serialization, too.
    #[query("includeSerializedValue")]
    pub include_serialized_value: Option<bool>,
}

/// What a job counted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobAccumulators {
    /// Always empty: Flink has no accumulators of this kind.
    #[serde(rename = "job-accumulators")]
    pub job_accumulators: Vec<serde_json::Value>,
    /// The user's accumulators, merged over all subtasks.
    #[serde(rename = "user-task-accumulators")]
    pub user_task_accumulators: Vec<UserAccumulator>,
    /// The same in Java's serialization, base64, by name.
    #[serde(rename = "serialized-user-task-accumulators")]
    pub serialized_user_task_accumulators: BTreeMap<String, String>,
}

telling!(JobAccumulators: Members(&[List("user-task-accumulators"), List("job-accumulators")]));

/// An accumulator.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserAccumulator {
    /// Its name.
    pub name: String,
    /// Its Java class, without package.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its value as Java prints it.
    pub value: String,
}

/// How a job ended.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/execution-result" -> JobExecutionResultResponse, handle = "job(id).execution_result()", python = "jobs.get_execution_results")]
#[non_exhaustive]
pub struct GetJobExecutionResult {
    /// The job.
    pub job: JobId,
}

/// How a job ended, or that it has not.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobExecutionResultResponse {
    /// Whether there is a result yet.
    pub status: QueueStatus,
    /// The result; none while the job goes on.
    #[serde(rename = "job-execution-result", default, skip_serializing_if = "Option::is_none")]
    pub job_execution_result: Option<JobExecutionResult>,
}

telling!(JobExecutionResultResponse: Members(&[Object("status")]));

/// How a job ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobExecutionResult {
    /// The job.
    pub id: JobId,
    /// Its name (2.3+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The application it belongs to (2.3+).
    #[serde(rename = "application-id", default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// When it was submitted (2.3+).
    #[serde(rename = "start-time", default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Timestamp>,
    /// When it ended (2.3+).
    #[serde(rename = "end-time", default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Timestamp>,
    /// Flink's word for the end: `SUCCEEDED`, `FAILED`, `CANCELED` or `UNKNOWN`.
    #[serde(rename = "application-status")]
    pub application_status: String,
    /// Its accumulators in Java's serialization, base64, by name.
    #[serde(rename = "accumulator-results")]
    pub accumulator_results: BTreeMap<String, String>,
    /// How long it ran.
    #[serde(rename = "net-runtime", with = "millis")]
    pub net_runtime: Duration,
    /// Why it failed; none if it did not.
    #[serde(rename = "failure-cause", default, skip_serializing_if = "Option::is_none")]
    pub failure_cause: Option<FailureCause>,
}
