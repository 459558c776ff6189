//! Questions to an error.

use std::time::Duration;

use http::StatusCode;

use super::{Error, StartedJob, TransportErrorKind};
use crate::value::state::JobStatus;

impl Error {
    /// What went wrong; for an unknown outcome, what was heard last, which need not be about the first attempt; for what was
    /// started anyway, the refusal.
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

    /// HTTP status, if the server answered.
    pub fn status(&self) -> Option<StatusCode> {
        match self.last() {
            Self::Api(error) => Some(error.status),
            Self::NotFlink { status, .. } => Some(*status),
            Self::Absent { refusal, .. } => refusal.status(),
            _ => None,
        }
    }

    /// Whether Flink said that the job, jar, trigger or file does not exist.
    ///
    /// Flink answers 404 for most things, and 500 for the state alone of a job, for TaskManagers, their files,
    /// applications, and for running a jar that is not there, and 400 for deleting one.
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
            // Flink accepts a savepoint of any job, and looks for the job later.
            Self::OperationFailed { trace, .. } => trace.contains("FlinkJobNotFoundException"),
            Self::JobGone { .. } => true,
            _ => false,
        }
    }

    /// Whether it was refused before anything was sent.
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

    /// Whether a deadline passed.
    pub fn is_timeout(&self) -> bool {
        matches!(
            self.last(),
            Self::Timeout { .. } | Self::Transport { kind: TransportErrorKind::Timeout, .. }
        )
    }

    /// Whether there was no answer at all, or none for longer than a wait endures.
    pub fn is_unreachable(&self) -> bool {
        use TransportErrorKind::{Connect, Proxy, Resolve};
        matches!(self, Self::Outage { .. })
            || matches!(self.last(), Self::Transport { kind: Connect | Proxy | Resolve, .. })
    }

    /// Whether something may have been started, or not: look before you do it again.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::OutcomeUnknown { .. } | Self::OperationForgotten { .. })
    }

    /// Whether something may go on, or have been done, though this is an error: all but a program whose jobs have failed.
    pub fn may_be_done(&self) -> bool {
        match self {
            Self::StartedAnyway { jobs, .. } => jobs.iter().any(|job| job.state != JobStatus::Failed),
            _ => self.is_outcome_unknown(),
        }
    }

    /// The jobs that a request has started or may have, for [`OutcomeUnknown`](Self::OutcomeUnknown) and
    /// [`StartedAnyway`](Self::StartedAnyway); else none.
    pub fn jobs(&self) -> &[StartedJob] {
        match self {
            Self::OutcomeUnknown { jobs, .. } | Self::StartedAnyway { jobs, .. } => jobs,
            _ => &[],
        }
    }

    /// Whether the same request may succeed in a while: no connection, or a server that says so.
    pub fn is_passing(&self) -> bool {
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

    /// Whether a server is there and refuses this one request, whoever asks.
    pub(crate) fn is_answered_otherwise(&self) -> bool {
        if matches!(self, Self::Absent { .. }) {
            return false;
        }
        let status = self.status().filter(|_| !self.is_passing());
        status.is_some_and(|status| (403..=599).contains(&status.as_u16()) && status.as_u16() != 407)
    }

    /// Whether there was no connection over which the request could have been sent.
    pub(crate) fn is_no_connection(&self) -> bool {
        use TransportErrorKind::{Connect, Proxy, Resolve, Tls};
        matches!(self.last(), Self::Transport { kind: Connect | Proxy | Resolve | Tls, .. })
    }

    /// When the server wants to be asked again, if it says so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.last() {
            Self::Api(error) => error.retry_after,
            Self::NotFlink { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
