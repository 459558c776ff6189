//! What can go wrong, in words that say what to do next.

mod absence;
mod api;
mod causes;
mod hint;
mod refusal;
mod texts;
mod transport;

use std::{mem, path::PathBuf, time::Duration};

use http::StatusCode;

pub(crate) use self::absence::Config;
pub use self::{absence::Absence, api::ApiError, transport::TransportErrorKind};
use crate::{
    FlinkVersion, JobId, TriggerId,
    id::InvalidId,
    jobs::state::JobStatus,
    operation::Evidence,
    retry::{Arrival, Tried},
    secrets::Secrets,
    started::{self, StartedJob},
    trace,
};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any error of this crate. `Display` is one line and leaves out the [`source`](std::error::Error::source);
/// `Debug`, which `main` and `unwrap` print, adds it and the [`hint`](Error::hint).
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of the cluster cannot be used; nothing was sent.
    #[error("`{}` is no address of a Flink cluster: {reason}", trace::printable(address))]
    #[non_exhaustive]
    InvalidAddress {
        /// What was given, without credentials.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A parameter, or a setting of the client, cannot be right; nothing was sent.
    #[error("{endpoint}: `{parameter}`: {reason}")]
    #[non_exhaustive]
    InvalidParameter {
        /// The endpoint's name, or «client».
        endpoint: String,
        /// The parameter's name.
        parameter: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Something that cannot be an id was given as one; nothing was sent.
    #[error(transparent)]
    InvalidId(#[from] InvalidId),
    /// No endpoint has this name; nothing was sent.
    #[error("no endpoint is named `{}`{}", trace::printable(name), suggestion.map(|s| format!("; did you mean `{s}`?")).unwrap_or_default())]
    #[non_exhaustive]
    UnknownEndpoint {
        /// What was asked for.
        name: String,
        /// The nearest name there is.
        suggestion: Option<&'static str>,
    },
    /// No metric has this name.
    #[error("no metric is named `{}`{}", trace::printable(name), suggestion.as_ref().map(|s| format!("; did you mean `{}`?", trace::printable(s))).unwrap_or_default())]
    #[non_exhaustive]
    UnknownMetric {
        /// What was asked for.
        name: String,
        /// The nearest name there is.
        suggestion: Option<String>,
    },
    /// A file, or what else was to be sent in its place, cannot be read, sent or written; a file of certificates or a
    /// token cannot be used.
    #[error("{}: {reason}", trace::printable(&path.to_string_lossy()))]
    #[non_exhaustive]
    File {
        /// The file; the name of what is read from elsewhere.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// Whether something was sent before that showed.
        sent: bool,
    },
    /// The server's Flink does not know what was asked; nothing was sent.
    #[error("{what} needs Flink {needs}, and the server is Flink {server}")]
    #[non_exhaustive]
    Unsupported {
        /// The endpoint, or a parameter of it.
        what: String,
        /// The releases that have it.
        needs: String,
        /// The server's release.
        server: FlinkVersion,
    },
    /// The server has no such endpoint, and `/config` tells why: it is switched off, or of another kind or release.
    #[error("{endpoint}: {absence}")]
    #[non_exhaustive]
    Absent {
        /// The endpoint's name.
        endpoint: &'static str,
        /// Why it is not there.
        absence: Absence,
        /// The server's refusal.
        refusal: Box<Error>,
    },
    /// No answer: the server could not be reached, or the connection broke.
    #[error("{endpoint}: {kind} {url}{tried}")]
    #[non_exhaustive]
    Transport {
        /// The endpoint's name.
        endpoint: &'static str,
        /// Where the request went; without credentials.
        url: String,
        /// How far it came.
        kind: TransportErrorKind,
        /// How often it was tried; this is the last time.
        tried: Tried,
        /// The reason, where there is one.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// There is no answer to a request that changes something: it may have been carried out, or not. That a second one
    /// was refused does not settle it, unless the refusal says that the first one is known.
    ///
    /// What can be found out by itself, is: a job is submitted, and a savepoint triggered, exactly once. This is what
    /// remains, when the server did not come back in time or does not know a second request again.
    #[error("{endpoint}: no answer; it may have been carried out, or not{}", token.as_ref().map(|id| format!(" (its id is {id})")).unwrap_or_default())]
    #[non_exhaustive]
    OutcomeUnknown {
        /// The endpoint's name.
        endpoint: &'static str,
        /// The id to look for: of the job, or of the operation.
        token: Option<String>,
        /// The jobs that are new since a request to run a program without an id for its jobs: among them are the program's,
        /// if it has submitted any, and what others submitted meanwhile.
        jobs: Vec<StartedJob>,
        /// The last error.
        source: Box<Error>,
    },
    /// Flink refused to run a program that has submitted jobs: a main method submits a job, and then fails; or a job that
    /// Flink accepted cannot begin, as with a savepoint that does not fit, and has FAILED.
    #[error("{endpoint}: refused, but {}", trace::printable(&started::sentence(jobs)))]
    #[non_exhaustive]
    StartedAnyway {
        /// The endpoint's name.
        endpoint: &'static str,
        /// The jobs, with their states. With an id of the caller's choice it is that job; else those that are new since the
        /// request, which may be others' that were submitted at the same moment.
        jobs: Vec<StartedJob>,
        /// The refusal.
        source: Box<Error>,
    },
    /// It took longer than it may.
    #[error("{what} took longer than {after:?}{}{tried}", if *sent { "" } else { ", before the whole request was sent" })]
    #[non_exhaustive]
    Timeout {
        /// What was waited for, and how far it was.
        what: String,
        /// The deadline.
        after: Duration,
        /// Whether the whole request may have reached the server: not while its credentials were read, its connection was made, or
        /// its file was still being sent.
        sent: bool,
        /// How often it was tried; this is the last time.
        tried: Tried,
    },
    /// The server was away, or answered that it cannot, for longer than a wait endures. What is waited for goes on.
    #[error("{what}: no answer for {lasting:?}")]
    #[non_exhaustive]
    Outage {
        /// What was waited for.
        what: String,
        /// The patience of the client.
        lasting: Duration,
        /// What came of the last question.
        source: Box<Error>,
    },
    /// The answer is larger than the client's limit.
    #[error("{endpoint}: the answer is larger than {limit} bytes")]
    #[non_exhaustive]
    TooLarge {
        /// The endpoint's name.
        endpoint: &'static str,
        /// The limit, in bytes.
        limit: usize,
    },
    /// Flink refused or failed.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// The answer is not one of Flink's: a proxy, a login page or another server spoke.
    #[error("{endpoint}: {status} with {found}, which is no answer of Flink's{tried}")]
    #[non_exhaustive]
    NotFlink {
        /// The endpoint's name.
        endpoint: &'static str,
        /// HTTP status.
        status: StatusCode,
        /// What came instead.
        found: String,
        /// When the server wants to be asked again.
        retry_after: Option<Duration>,
        /// How often it was tried; this is the last time.
        tried: Tried,
    },
    /// The answer is JSON of another shape than this crate knows.
    #[error("{endpoint}: the answer has an unexpected value at `{}`", trace::printable(at))]
    #[non_exhaustive]
    Decode {
        /// The endpoint's name.
        endpoint: &'static str,
        /// The place in the JSON, as in `vertices[0].id`.
        at: String,
        /// What is wrong there.
        source: serde_json::Error,
    },
    /// An operation that Flink had accepted failed: a savepoint, a stop, a deletion.
    #[error("{operation} failed: {}", trace::printable_cause(trace::root_cause(trace)))]
    #[non_exhaustive]
    OperationFailed {
        /// What was tried, named after its endpoint.
        operation: String,
        /// The whole Java stack trace.
        trace: String,
    },
    /// The server does not know an operation that it had accepted: another JobManager took over, which does not know
    /// it. It may have been carried out, or not.
    #[error(
        "{operation}: the server no longer knows operation {id}; it may have been carried out, or not{evidence}"
    )]
    #[non_exhaustive]
    OperationForgotten {
        /// What was tried, named after its endpoint.
        operation: String,
        /// The operation's id.
        id: TriggerId,
        /// What the cluster shows of it.
        evidence: Box<Evidence>,
        /// The answer to the question after it.
        source: Box<Error>,
    },
    /// A job that was there is unknown to the server.
    #[error("job {job} is gone: it was {}, and the server no longer knows it", trace::printable(state.as_str()))]
    #[non_exhaustive]
    JobGone {
        /// The job.
        job: JobId,
        /// Its state when it was last seen.
        state: JobStatus,
    },
    /// A job came to an end that was not waited for.
    #[error("job {job} is {state}{}", root_cause.as_deref().map(|cause| format!(": {}", trace::printable_cause(cause))).unwrap_or_default())]
    #[non_exhaustive]
    JobEnded {
        /// The job.
        job: JobId,
        /// How it ended.
        state: JobStatus,
        /// Why, if it failed.
        root_cause: Option<String>,
    },
}

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

    /// A setting of the client cannot be right.
    pub(crate) fn setting(name: &str, reason: impl Into<String>) -> Self {
        Self::InvalidParameter { endpoint: "client".into(), parameter: name.into(), reason: reason.into() }
    }

    /// Whether there was no connection over which the request could have been sent.
    pub(crate) fn is_no_connection(&self) -> bool {
        use TransportErrorKind::{Connect, Proxy, Resolve, Tls};
        matches!(self.last(), Self::Transport { kind: Connect | Proxy | Resolve | Tls, .. })
    }

    /// What this request did is not known, because of this.
    pub(crate) fn unknown(endpoint: &'static str, token: Option<String>, because: Self) -> Self {
        Self::OutcomeUnknown { endpoint, token, jobs: Vec::new(), source: Box::new(because.into_last()) }
    }

    /// The same unknown outcome with the jobs that may have come of it.
    pub(crate) fn with_jobs(mut self, new: Vec<StartedJob>) -> Self {
        if let Self::OutcomeUnknown { jobs, .. } = &mut self {
            *jobs = new;
        }
        self
    }

    /// Refused, and yet these jobs are there.
    pub(crate) fn started_anyway(endpoint: &'static str, jobs: Vec<StartedJob>, refusal: Self) -> Self {
        Self::StartedAnyway { endpoint, jobs, source: Box::new(refusal) }
    }

    pub(crate) fn timeout(what: String, after: Duration) -> Self {
        Self::Timeout { what, after, sent: true, tried: Tried::default() }
    }

    /// The same for a request that had not left.
    pub(crate) fn timeout_before_sending(what: String, after: Duration) -> Self {
        Self::Timeout { what, after, sent: false, tried: Tried::default() }
    }

    pub(crate) fn not_flink(endpoint: &'static str, status: StatusCode, found: String) -> Self {
        Self::NotFlink { endpoint, status, found, retry_after: None, tried: Tried::default() }
    }

    /// The same, without what must not be shown of what a server said.
    pub(crate) fn without(mut self, secrets: &Secrets) -> Self {
        for text in self.texts() {
            *text = secrets.hide(mem::take(text)).into_owned();
        }
        self
    }

    /// The same, with how often it was tried.
    pub(crate) fn after(mut self, all: Tried) -> Self {
        match &mut self {
            Self::Transport { tried, .. } | Self::Timeout { tried, .. } | Self::NotFlink { tried, .. } => {
                *tried = all;
            }
            Self::Api(error) => error.tried = all,
            _ => {}
        }
        self
    }

    /// When the server wants to be asked again, if it says so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.last() {
            Self::Api(error) => error.retry_after,
            Self::NotFlink { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the request had arrived, as far as this tells.
    pub(crate) fn arrival(&self) -> Arrival {
        use TransportErrorKind::{Connect, Incomplete, Proxy, Resolve, Tls, TooManyFiles};
        match self.last() {
            Self::Transport { kind: Resolve | Connect | Proxy | Tls | Incomplete | TooManyFiles, .. }
            | Self::Timeout { sent: false, .. } => Arrival::No,
            Self::Transport { .. } | Self::Timeout { .. } | Self::TooLarge { .. } | Self::Decode { .. } => {
                Arrival::Unknown
            }
            Self::Api(error) if error.is_without_leader() => Arrival::No,
            Self::Api(error) if error.is_timeout() => Arrival::Unknown,
            Self::NotFlink { status, .. } => match status.as_u16() {
                429 => Arrival::No,
                // A proxy that does not know the method.
                501 => Arrival::Yes,
                // Flink did not say this; what it did say is lost.
                200..=299 | 408 | 500..=599 => Arrival::Unknown,
                _ => Arrival::Yes,
            },
            // Flink says so of what it does not do any more; else it is a gateway's, which may have lost the answer.
            Self::Api(error) if error.is_disabled() => Arrival::Yes,
            Self::Api(error) if matches!(error.status.as_u16(), 408 | 502..=504) => Arrival::Unknown,
            Self::Api(_) => Arrival::Yes,
            _ => Arrival::No,
        }
    }
}

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")?;
        for source in std::iter::successors(std::error::Error::source(self), |&error| error.source()) {
            write!(f, "\n  caused by: {source}")?;
        }
        self.hint().map_or(Ok(()), |hint| write!(f, "\n  hint: {hint}"))
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}
