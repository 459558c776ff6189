//! Flink's own errors.

use std::time::Duration;

use http::StatusCode;

use crate::{error::Tried, value::stack_trace};

/// Flink's own error: its status and what it wrote into `{"errors": […]}`.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{request}: {status}: {}{tried}", stack_trace::printable_cause(self.root_cause()))]
#[non_exhaustive]
pub struct ApiError {
    /// Method and path.
    pub request: String,
    /// HTTP status.
    pub status: StatusCode,
    /// The server's texts: a message, often with a whole Java stack trace, or two.
    pub errors: Vec<String>,
    /// When the server wants to be asked again.
    pub retry_after: Option<Duration>,
    /// How often it was tried; this is the last time.
    pub tried: Tried,
}

impl ApiError {
    /// Whether a part of Flink waited in vain for another one, which may have done its work all the same.
    ///
    /// If it was the main method of a jar that did, for the JobManager, Flink calls that a bad request. What else a main
    /// method waits for in vain has nothing to do with Flink.
    pub(crate) fn is_timeout(&self) -> bool {
        let exception = match self.status.is_server_error() {
            true => "TimeoutException",
            false => ".AskTimeoutException: Ask timed out",
        };
        self.errors.iter().any(|text| stack_trace::condensed(text).contains(exception))
    }

    /// Whether there was no JobManager in charge: nothing was done then.
    ///
    /// One that stands by says so with 503 during an election. Before, while it takes the dead one for the leader, its
    /// words do not reach it: 500, and 400 if that is found out by a jar's main method.
    pub(crate) fn is_without_leader(&self) -> bool {
        (self.status == StatusCode::SERVICE_UNAVAILABLE && self.root_cause().contains("leader election"))
            || self.root_cause().contains("because the recipient is unreachable")
    }

    /// Whether this is what Flink says since 1.9 of the old way to rescale a job.
    pub(crate) fn is_disabled(&self) -> bool {
        self.root_cause().contains("Rescaling is temporarily disabled")
    }

    /// Whether a job or an application with this id was submitted before.
    pub fn is_duplicate(&self) -> bool {
        let cause = self.condensed();
        cause.contains("DuplicateJobSubmissionException")
            || cause.contains("DuplicateApplicationSubmissionException")
    }

    /// Whether it has no such endpoint. Flink takes the path of a GET for a page of its dashboard then.
    pub(crate) fn is_no_endpoint(&self) -> bool {
        let cause = self.root_cause();
        cause.starts_with("Unable to load requested file")
            || cause.ends_with("request not allowed")
            // Up to 1.13 without the path.
            || (self.status == StatusCode::NOT_FOUND && (cause.starts_with("Not found: /") || cause == "Not found."))
    }

    /// Whether a process has no such log file.
    pub(crate) fn is_no_log(&self) -> bool {
        let cause = self.root_cause();
        cause.starts_with("This file does not exist in ")
            || cause.ends_with("does not exist on the TaskExecutor.")
    }

    /// The last `Caused by:` of the trace, or the message if there is no trace.
    pub fn root_cause(&self) -> &str {
        self.errors
            .iter()
            .map(|text| stack_trace::root_cause(text))
            .rfind(|cause| !cause.is_empty())
            .unwrap_or("no reason given")
    }

    /// What was tried and why it failed, a line each; see [`causes`](crate::causes).
    pub fn causes(&self) -> Vec<String> {
        stack_trace::causes_of(self.errors.iter().map(String::as_str))
    }

    /// The trace without its frames: what happened, and what caused it, a line each.
    pub fn condensed(&self) -> String {
        self.errors.iter().map(|text| stack_trace::condensed(text)).collect::<Vec<_>>().join("\n")
    }
}
