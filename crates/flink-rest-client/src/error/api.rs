//! Errors that Flink reports.

use std::time::Duration;

use http::StatusCode;

use crate::{error::AttemptSummary, value::stack_trace};

/// An error that Flink reports: its HTTP status and the texts in `{"errors": […]}`.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{request}: {status}: {}{attempts}", stack_trace::printable_cause(self.root_cause()))]
#[non_exhaustive]
pub struct ApiError {
    /// Method and path.
    pub request: String,
    /// HTTP status.
    pub status: StatusCode,
    /// The server's texts: one or two messages, often with a whole Java stack trace.
    pub errors: Vec<String>,
    /// The server's `Retry-After`.
    pub retry_after: Option<Duration>,
    /// Number of attempts, and their duration. The error is that of the last one.
    pub attempts: AttemptSummary,
}

impl ApiError {
    /// Returns true if a part of Flink timed out on another one, which may have done its work nevertheless.
    ///
    /// If the main method of a jar timed out on the JobManager, Flink answers 400. Other timeouts of a main method do
    /// not count: they do not concern Flink.
    pub(crate) fn is_timeout(&self) -> bool {
        let exception = match self.status.is_server_error() {
            true => "TimeoutException",
            false => ".AskTimeoutException: Ask timed out",
        };
        self.errors.iter().any(|text| stack_trace::condensed(text).contains(exception))
    }

    /// Returns true if no JobManager was the leader, so that nothing was done.
    ///
    /// During an election, a standby answers 503. Before it, while the standby still takes the dead JobManager for the
    /// leader, its messages do not arrive: it answers 500, or 400 if a jar's main method sent them.
    pub(crate) fn is_without_leader(&self) -> bool {
        (self.status == StatusCode::SERVICE_UNAVAILABLE && self.root_cause().contains("leader election"))
            || self.root_cause().contains("because the recipient is unreachable")
    }

    /// Returns true for Flink's refusal of the old rescale endpoint, which is disabled since 1.9.
    pub(crate) fn is_disabled(&self) -> bool {
        self.root_cause().contains("Rescaling is temporarily disabled")
    }

    /// Returns true if a job or an application with this id was submitted before.
    pub fn is_duplicate(&self) -> bool {
        let cause = self.condensed();
        cause.contains("DuplicateJobSubmissionException")
            || cause.contains("DuplicateApplicationSubmissionException")
    }

    /// Returns true if the server has no such endpoint. Flink then treats the path of a GET as a page of its dashboard.
    pub(crate) fn is_no_endpoint(&self) -> bool {
        let cause = self.root_cause();
        cause.starts_with("Unable to load requested file")
            || cause.ends_with("request not allowed")
            // Up to 1.13, the path is missing.
            || (self.status == StatusCode::NOT_FOUND && (cause.starts_with("Not found: /") || cause == "Not found."))
    }

    /// Returns true if a process has no such log file.
    pub(crate) fn is_no_log(&self) -> bool {
        let cause = self.root_cause();
        cause.starts_with("This file does not exist in ")
            || cause.ends_with("does not exist on the TaskExecutor.")
    }

    /// The last `Caused by:` of the stack trace, or the message if there is no stack trace.
    pub fn root_cause(&self) -> &str {
        self.errors
            .iter()
            .map(|text| stack_trace::root_cause(text))
            .rfind(|cause| !cause.is_empty())
            .unwrap_or("no reason given")
    }

    /// The chain of causes, one line each, the root cause last; see [`causes`](crate::causes).
    pub fn causes(&self) -> Vec<String> {
        stack_trace::causes_of(self.errors.iter().map(String::as_str))
    }

    /// The stack trace without its frames: the exception and its causes, one line each.
    pub fn condensed(&self) -> String {
        self.errors.iter().map(|text| stack_trace::condensed(text)).collect::<Vec<_>>().join("\n")
    }
}
