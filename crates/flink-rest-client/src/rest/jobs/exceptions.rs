//! What went wrong in a job.

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
    /// What went wrong in it so far, also what it got over.
    pub fn exceptions(&self) -> Call<M, GetJobExceptions> {
        self.client.request(GetJobExceptions::new(self.id))
    }
}

/// What went wrong in a job so far, also what it got over.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/exceptions" -> JobExceptions, handle = "job(id).exceptions()", python = "jobs.get_exceptions")]
#[non_exhaustive]
pub struct GetJobExceptions {
    /// The job.
    pub job: JobId,
    /// At most so many failures, the newest ones; 20 unless set. The server itself keeps 16
    /// (`web.exception-history-size`).
    #[query("maxExceptions")]
    pub max_exceptions: Option<u32>,
    /// Only failures with all of these labels, each as `key:value`.
    #[query("failureLabelFilter", since = "1.18")]
    pub failure_label_filter: Vec<String>,
}

/// What went wrong in a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobExceptions {
    /// The failures.
    #[serde(rename = "exceptionHistory")]
    pub exception_history: ExceptionHistory,
    // What `exception_history` says better, in older words (up to 1.20).
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
    /// The last failure; none if nothing failed.
    pub fn latest(&self) -> Option<&ExceptionInfo> {
        self.exception_history.entries.first()
    }

    /// The reason of the last failure, in one line; none if nothing failed.
    pub fn root_cause(&self) -> Option<&str> {
        self.latest().map(ExceptionInfo::root_cause)
    }
}

/// The failures of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExceptionHistory {
    /// Each failure, newest first.
    pub entries: Vec<ExceptionInfo>,
    /// Whether there were more than were asked for.
    pub truncated: bool,
}

/// A failure of a task, or of the job as a whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExceptionInfo {
    /// The Java exception.
    #[serde(rename = "exceptionName")]
    pub exception_name: String,
    /// Its stack trace.
    pub stacktrace: String,
    /// When it happened.
    #[serde(with = "millis")]
    pub timestamp: Timestamp,
    /// What the cluster's failure enrichers say about it (1.18+).
    #[serde(rename = "failureLabels", default, skip_serializing_if = "Option::is_none")]
    pub failure_labels: Option<BTreeMap<String, String>>,
    /// The task, its subtask and attempt; none if it was the job as a whole.
    #[serde(rename = "taskName", default, skip_serializing_if = "Option::is_none")]
    pub task_name: Option<String>,
    // One thing under two names: the first up to 1.20, the second since 1.19.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    /// The TaskManager it happened on; none if it was the job as a whole (1.17+).
    #[serde(rename = "taskManagerId", default, skip_serializing_if = "Option::is_none")]
    pub taskmanager: Option<TaskManagerId>,
    /// What else failed with it; none in what failed so.
    #[serde(rename = "concurrentExceptions", default, skip_serializing_if = "Option::is_none")]
    pub concurrent_exceptions: Option<Vec<ExceptionInfo>>,
}

impl ExceptionInfo {
    /// Host and port of the TaskManager; none if it was the job as a whole.
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref().or(self.location.as_deref())
    }

    /// The reason, in one line.
    pub fn root_cause(&self) -> &str {
        stack_trace::root_cause(&self.stacktrace)
    }
}
