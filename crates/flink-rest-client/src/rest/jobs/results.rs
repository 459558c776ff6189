//! Accumulators and result of a job.

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
    /// Returns the accumulators of user code, over all tasks.
    pub fn accumulators(&self) -> Call<M, GetJobAccumulators> {
        self.client.request(GetJobAccumulators::new(self.id))
    }

    /// Returns the result of the job, with its serialized accumulators.
    pub fn execution_result(&self) -> Call<M, GetJobExecutionResult> {
        self.client.request(GetJobExecutionResult::new(self.id))
    }
}

/// Accumulators of user code, over all tasks of a job.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/accumulators" -> JobAccumulators, handle = "job(id).accumulators()", python = "jobs.get_accumulators")]
#[non_exhaustive]
pub struct GetJobAccumulators {
    /// The job.
    pub job: JobId,
    /// Include the values in Java's serialization.
    #[query("includeSerializedValue")]
    pub include_serialized_value: Option<bool>,
}

/// Accumulators of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobAccumulators {
    /// Always empty: Flink has no accumulators of this kind.
    #[serde(rename = "job-accumulators")]
    pub job_accumulators: Vec<serde_json::Value>,
    /// The user's accumulators, merged over all subtasks.
    #[serde(rename = "user-task-accumulators")]
    pub user_task_accumulators: Vec<UserAccumulator>,
    /// The same by name, in Java's serialization, as base64.
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
    /// The Java class, without package.
    #[serde(rename = "type")]
    pub kind: String,
    /// The value as Java prints it.
    pub value: String,
}

/// Result of a job, once it has ended.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/execution-result" -> JobExecutionResultResponse, handle = "job(id).execution_result()", python = "jobs.get_execution_results")]
#[non_exhaustive]
pub struct GetJobExecutionResult {
    /// The job.
    pub job: JobId,
}

/// Result of a job; empty until it has ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobExecutionResultResponse {
    /// Completed if there is a result.
    pub status: QueueStatus,
    /// The result; none until the job has ended.
    #[serde(rename = "job-execution-result", default, skip_serializing_if = "Option::is_none")]
    pub job_execution_result: Option<JobExecutionResult>,
}

telling!(JobExecutionResultResponse: Members(&[Object("status")]));

/// The result of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobExecutionResult {
    /// The job.
    pub id: JobId,
    /// Its name (2.3+).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The application that the job belongs to (2.3+).
    #[serde(rename = "application-id", default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// Submission time (2.3+).
    #[serde(rename = "start-time", default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Timestamp>,
    /// End time (2.3+).
    #[serde(rename = "end-time", default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Timestamp>,
    /// The outcome: `SUCCEEDED`, `FAILED`, `CANCELED` or `UNKNOWN`.
    #[serde(rename = "application-status")]
    pub application_status: String,
    /// Accumulators by name, in Java's serialization, as base64.
    #[serde(rename = "accumulator-results")]
    pub accumulator_results: BTreeMap<String, String>,
    /// Run time.
    #[serde(rename = "net-runtime", with = "millis")]
    pub net_runtime: Duration,
    /// The reason of the failure; none if it did not fail.
    #[serde(rename = "failure-cause", default, skip_serializing_if = "Option::is_none")]
    pub failure_cause: Option<FailureCause>,
}
