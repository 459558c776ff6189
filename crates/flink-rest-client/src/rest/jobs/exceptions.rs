//! Failures of a job.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Call, Endpoint, JobId, Nullable, TaskManagerId,
    client::Mode,
    endpoint::answer::shape::telling,
    rest::jobs::Job,
    value::{stack_trace, time::millis},
};

impl<M: Mode> Job<M> {
    /// Returns the job's failures so far, including those it recovered from.
    pub fn exceptions(&self) -> Call<M, GetJobExceptions> {
        self.client.request(GetJobExceptions::new(self.id))
    }
}

/// Failures of a job so far, including those it recovered from.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/exceptions" -> JobExceptions, handle = "job(id).exceptions()", python = "jobs.get_exceptions")]
#[non_exhaustive]
pub struct GetJobExceptions {
    /// The job.
    pub job: JobId,
    /// Maximum number of failures, newest first [default: 20]. The server keeps 16 (`web.exception-history-size`).
    #[query("maxExceptions")]
    pub max_exceptions: Option<u32>,
    /// Labels that a failure must have, each as `key:value`.
    #[query("failureLabelFilter", since = "1.18")]
    pub failure_label_filter: Vec<String>,
}

/// Failures of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobExceptions {
    /// The failures.
    #[serde(rename = "exceptionHistory")]
    pub exception_history: ExceptionHistory,
    // Older duplicates of `exception_history` (up to 1.20).
    #[serde(rename = "root-exception", default, skip_serializing_if = "Nullable::is_left_out")]
    root_exception: Nullable<String>,
    #[serde(default, skip_serializing_if = "Nullable::is_left_out")]
    timestamp: Nullable<i64>,
    #[serde(rename = "all-exceptions", default, skip_serializing_if = "Option::is_none")]
    all_exceptions: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    truncated: Option<bool>,
}

telling!(JobExceptions: Members(&[Object("exceptionHistory")]));

impl JobExceptions {
    /// Returns the last failure; none if nothing failed.
    pub fn latest(&self) -> Option<&ExceptionInfo> {
        self.exception_history.entries.first()
    }

    /// Returns the root cause of the last failure, on one line; none if nothing failed.
    pub fn root_cause(&self) -> Option<&str> {
        self.latest().map(ExceptionInfo::root_cause)
    }
}

/// The failures of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExceptionHistory {
    /// The failures, newest first.
    pub entries: Vec<ExceptionInfo>,
    /// True if there were more than requested.
    pub truncated: bool,
}

/// A failure of a task or of the whole job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExceptionInfo {
    /// The Java exception's class name.
    #[serde(rename = "exceptionName")]
    pub exception_name: String,
    /// Its stack trace.
    pub stacktrace: String,
    /// Time of the failure.
    #[serde(with = "millis")]
    pub timestamp: Timestamp,
    /// Labels from the cluster's failure enrichers (1.18+).
    #[serde(rename = "failureLabels", default, skip_serializing_if = "Option::is_none")]
    pub failure_labels: Option<BTreeMap<String, String>>,
    /// Name of the task, with subtask and attempt; none for a failure of the whole job.
    #[serde(rename = "taskName", default, skip_serializing_if = "Option::is_none")]
    pub task_name: Option<String>,
    // The same value under two names: the first up to 1.20, the second since 1.19.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    /// The task's TaskManager; none for a failure of the whole job (1.17+).
    #[serde(rename = "taskManagerId", default, skip_serializing_if = "Option::is_none")]
    pub taskmanager: Option<TaskManagerId>,
    /// Other failures at the same time; none within such a failure.
    #[serde(rename = "concurrentExceptions", default, skip_serializing_if = "Option::is_none")]
    pub concurrent_exceptions: Option<Vec<ExceptionInfo>>,
}

impl ExceptionInfo {
    /// Returns host and port of the TaskManager; none for a failure of the whole job.
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref().or(self.location.as_deref())
    }

    /// Returns the root cause, on one line.
    pub fn root_cause(&self) -> &str {
        stack_trace::root_cause(&self.stacktrace)
    }
}
