//! Predicates and accessors of errors.

use std::time::Duration;

use http::StatusCode;

use super::{Error, StartedJob, TransportErrorKind};
use crate::value::state::JobStatus;

impl Error {
    /// The error of the last request. For [`OutcomeUnknown`](Self::OutcomeUnknown), [`Outage`](Self::Outage),
    /// [`OperationForgotten`](Self::OperationForgotten) and [`StartedAnyway`](Self::StartedAnyway) it is their source,
    /// which may be about a retry; other errors are returned as they are.
    pub fn last(&self) -> &Self {
        match self {
            Self::OutcomeUnknown { source, .. }
            | Self::StartedAnyway { source, .. }
            | Self::OperationForgotten { source, .. }
            | Self::Outage { source, .. } => source.last(),
            other => other,
        }
    }

    pub(crate) fn into_last(self) -> Self {
        match self {
            Self::OutcomeUnknown { source, .. } | Self::Outage { source, .. } => source.into_last(),
            other => other,
        }
    }

    /// The HTTP status, if the server answered.
    pub fn status(&self) -> Option<StatusCode> {
        match self.last() {
            Self::Api(error) => Some(error.status),
            Self::NotFlink { status, .. } => Some(*status),
            Self::Absent { refusal, .. } => refusal.status(),
            _ => None,
        }
    }

    /// Returns true if Flink answered that the job, jar, trigger or file does not exist.
    ///
    /// Flink answers 404 in most cases. It answers 500 for the status of a job, TaskManagers, their files,
    /// applications, and for running a jar, and 400 for deleting a jar.
    pub fn is_not_found(&self) -> bool {
        match self.last() {
            Self::Api(error) => {
                let cause = error.root_cause();
                (error.status == StatusCode::NOT_FOUND && !error.is_no_endpoint())
                    || cause.contains("No TaskExecutor registered under")
                    || cause.ends_with("does not exist on the TaskExecutor.")
                    || cause.starts_with("Could not find Flink application")
                    || cause.starts_with("Could not find Flink job")
                    || (cause.starts_with("Jar file ") && cause.ends_with("does not exist"))
                    || (cause.starts_with("File ") && cause.contains(" does not exist in "))
            }
            // Flink accepts the trigger of a savepoint for any job id, and looks up the job later.
            Self::OperationFailed { trace, .. } => trace.contains("FlinkJobNotFoundException"),
            Self::JobGone { .. } => true,
            _ => false,
        }
    }

    /// Returns true if the request was refused before anything was sent.
    pub fn is_invalid_input(&self) -> bool {
        matches!(
            self,
            Self::InvalidAddress { .. }
                | Self::InvalidParameter { .. }
                | Self::InvalidId(_)
                | Self::UnknownEndpoint { .. }
                | Self::File { sent: false, .. }
                | Self::Unsupported { .. }
        )
    }

    /// Returns true if a timeout expired.
    pub fn is_timeout(&self) -> bool {
        matches!(
            self.last(),
            Self::Timeout { .. } | Self::Transport { kind: TransportErrorKind::Timeout, .. }
        )
    }

    /// Returns true if no connection could be made, or a wait ended with an [`Outage`](Self::Outage).
    pub fn is_unreachable(&self) -> bool {
        use TransportErrorKind::{Connect, Proxy, Resolve};
        matches!(self, Self::Outage { .. })
            || matches!(self.last(), Self::Transport { kind: Connect | Proxy | Resolve, .. })
    }

    /// Returns true if the request may have been carried out, or not: check before you repeat it.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::OutcomeUnknown { .. } | Self::OperationForgotten { .. })
    }

    /// Returns true if the request may have taken effect in spite of the error: its outcome is unknown, or it started
    /// jobs of which at least one has not failed.
    pub fn may_be_done(&self) -> bool {
        match self {
            Self::StartedAnyway { jobs, .. } => jobs.iter().any(|job| job.state != JobStatus::Failed),
            _ => self.is_outcome_unknown(),
        }
    }

    /// The jobs that the request has started, or may have started: those of [`OutcomeUnknown`](Self::OutcomeUnknown)
    /// and [`StartedAnyway`](Self::StartedAnyway). Empty for other errors.
    pub fn jobs(&self) -> &[StartedJob] {
        match self {
            Self::OutcomeUnknown { jobs, .. } | Self::StartedAnyway { jobs, .. } => jobs,
            _ => &[],
        }
    }

    /// Returns true if the same request may succeed later: the connection failed, or the server is temporarily
    /// unavailable.
    pub fn is_transient(&self) -> bool {
        use TransportErrorKind::{Connect, Incomplete, Interrupted, Proxy, Timeout, TooManyFiles};
        match self.last() {
            Self::Transport { kind, .. } => {
                matches!(kind, Connect | Incomplete | Interrupted | Proxy | Timeout | TooManyFiles)
            }
            Self::Api(error) if error.is_timeout() || error.is_without_leader() => true,
            Self::Api(error) if error.is_disabled() => false,
            _ => self.status().is_some_and(|status| matches!(status.as_u16(), 408 | 429 | 502..=504)),
        }
    }

    /// Returns true if the server works and refuses this request for every client.
    pub(crate) fn is_answered_otherwise(&self) -> bool {
        if matches!(self, Self::Absent { .. }) {
            return false;
        }
        let status = self.status().filter(|_| !self.is_transient());
        status.is_some_and(|status| (403..=599).contains(&status.as_u16()) && status.as_u16() != 407)
    }

    /// Returns true if no connection was made, so that nothing was sent.
    pub(crate) fn is_no_connection(&self) -> bool {
        use TransportErrorKind::{Connect, Proxy, Resolve, Tls};
        matches!(self.last(), Self::Transport { kind: Connect | Proxy | Resolve | Tls, .. })
    }

    /// The server's `Retry-After`, if it sent one.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.last() {
            Self::Api(error) => error.retry_after,
            Self::NotFlink { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
