//! Errors, each with a hint at the next step.

mod absence;
mod api;
mod arrival;
mod causes;
mod construct;
mod evidence;
mod hint;
mod predicates;
mod started_job;
mod texts;
mod tls_failure;
mod transport;

use std::{path::PathBuf, time::Duration};

use http::StatusCode;

pub use self::{
    absence::Absence, api::ApiError, arrival::AttemptSummary, evidence::Evidence, started_job::StartedJob,
    transport::TransportErrorKind,
};
pub(crate) use self::{
    arrival::Arrival,
    tls_failure::{TlsFailure, WANTS_IDENTITY, WRONG_PORT},
};
use crate::value::{
    id::{InvalidId, JobId, TriggerId},
    stack_trace,
    state::JobStatus,
    time,
    version::FlinkVersion,
};

/// The result type of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this crate.
///
/// `Display` is one line, without the [`source`](std::error::Error::source). `Debug`, which `main` and `unwrap` print,
/// adds the sources and the [`hint`](Error::hint).
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of the cluster is invalid; nothing was sent.
    #[error("`{}` is not the address of a Flink cluster: {reason}", stack_trace::printable(address))]
    #[non_exhaustive]
    InvalidAddress {
        /// The given address, without credentials.
        address: String,
        /// The reason.
        reason: String,
    },
    /// A parameter, or a setting of the client, is invalid; nothing was sent.
    #[error("{endpoint}: `{parameter}`: {reason}")]
    #[non_exhaustive]
    InvalidParameter {
        /// The endpoint's name, or «client».
        endpoint: String,
        /// The parameter's name.
        parameter: String,
        /// The reason.
        reason: String,
    },
    /// A text is not an id of the required kind; nothing was sent.
    #[error(transparent)]
    InvalidId(#[from] InvalidId),
    /// No endpoint has this name; nothing was sent.
    #[error("no endpoint is named `{}`{}", stack_trace::printable(name), suggestion.map(|s| format!("; did you mean `{s}`?")).unwrap_or_default())]
    #[non_exhaustive]
    UnknownEndpoint {
        /// The given name.
        name: String,
        /// The most similar name of an endpoint.
        suggestion: Option<&'static str>,
    },
    /// No metric has this name.
    #[error("no metric is named `{}`{}", stack_trace::printable(name), suggestion.as_ref().map(|s| format!("; did you mean `{}`?", stack_trace::printable(s))).unwrap_or_default())]
    #[non_exhaustive]
    UnknownMetric {
        /// The given name.
        name: String,
        /// The most similar name of a metric.
        suggestion: Option<String>,
    },
    /// A file, or a reader that stands in for one, cannot be read, sent or written. Also: a file with certificates or a
    /// token is invalid.
    #[error("{}: {reason}", stack_trace::printable(&path.to_string_lossy()))]
    #[non_exhaustive]
    File {
        /// The file; for a reader, its file name.
        path: PathBuf,
        /// The reason.
        reason: String,
        /// True if part of the request was sent before the failure.
        sent: bool,
    },
    /// The server's Flink release lacks the endpoint or the parameter; nothing was sent.
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
    /// The server has no such endpoint, and its `/config` gives the reason: the feature is disabled, or the server is
    /// of another kind or release.
    #[error("{endpoint}: {absence}")]
    #[non_exhaustive]
    Absent {
        /// The endpoint's name.
        endpoint: &'static str,
        /// The reason.
        absence: Absence,
        /// The server's response.
        refusal: Box<Error>,
    },
    /// No answer: the server could not be reached, or the connection broke.
    #[error("{endpoint}: {kind} {url}{attempts}")]
    #[non_exhaustive]
    Transport {
        /// The endpoint's name.
        endpoint: &'static str,
        /// The address of the server, without credentials.
        url: String,
        /// The kind of failure, which tells how far the request got.
        kind: TransportErrorKind,
        /// Number of attempts, and their duration. The error is that of the last one.
        attempts: AttemptSummary,
        /// The cause, if known.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A request that changes something may have been carried out, or not. Its response was lost, or it was accepted
    /// and its status is not available.
    ///
    /// The client resolves this itself where the server recognises a repeated request by its id: a job is submitted,
    /// and a savepoint triggered, exactly once. This error remains if the server did not return in time, or recognises
    /// no id. The refusal of a retry settles nothing, unless it says that the first request is known.
    #[error("{endpoint}: {}{}", source.uncertainty(), token.as_ref().map(|id| format!(" (its id is {id})")).unwrap_or_default())]
    #[non_exhaustive]
    OutcomeUnknown {
        /// The endpoint's name.
        endpoint: &'static str,
        /// The id of the job or the operation, to look for.
        token: Option<String>,
        /// The jobs that are new since the request, if it was to run a program without a job id. They include the jobs
        /// of the program, if it has submitted any, and those that others submitted meanwhile.
        jobs: Vec<StartedJob>,
        /// The last error.
        source: Box<Error>,
    },
    /// Flink refused to run a program, but the program has submitted jobs. Its main method failed after it had
    /// submitted a job; or Flink accepted a job that cannot start, for example from a savepoint that does not fit, and
    /// that has FAILED.
    #[error("{endpoint}: refused, but {}", stack_trace::printable(&started_job::sentence(jobs)))]
    #[non_exhaustive]
    StartedAnyway {
        /// The endpoint's name.
        endpoint: &'static str,
        /// The jobs, with their states. If the caller chose a job id, it is that job. Otherwise they are the jobs that
        /// are new since the request, which may include jobs that others submitted at the same time.
        jobs: Vec<StartedJob>,
        /// The refusal.
        source: Box<Error>,
    },
    /// A timeout expired.
    #[error("{what} took longer than {:?}{}{attempts}", time::rounded(*after), if *sent { "" } else { ", before the whole request was sent" })]
    #[non_exhaustive]
    Timeout {
        /// The pending operation, and its progress.
        what: String,
        /// The timeout.
        after: Duration,
        /// True if the whole request may have reached the server. False if the timeout expired while credentials were
        /// read, the connection was made, or a file was being sent.
        sent: bool,
        /// Number of attempts, and their duration. The error is that of the last one.
        attempts: AttemptSummary,
    },
    /// A wait ended because the server was unreachable, or answered that it is unavailable, for too long. The job or
    /// operation continues.
    #[error("{what}: no answer for {lasting:?}")]
    #[non_exhaustive]
    Outage {
        /// The subject of the wait.
        what: String,
        /// The client's [limit](crate::ClientBuilder::outage_patience) for outages.
        lasting: Duration,
        /// The error of the last request.
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
    /// Flink refused the request, or failed.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// The answer is not Flink's: it comes from a proxy, a login page or another server.
    #[error("{endpoint}: {status} with {found}, which is not Flink's answer{attempts}")]
    #[non_exhaustive]
    NotFlink {
        /// The endpoint's name.
        endpoint: &'static str,
        /// HTTP status.
        status: StatusCode,
        /// Description of the body.
        found: String,
        /// The server's `Retry-After`.
        retry_after: Option<Duration>,
        /// Number of attempts, and their duration. The error is that of the last one.
        attempts: AttemptSummary,
    },
    /// The answer is JSON of an unexpected shape.
    #[error("{endpoint}: the answer has an unexpected value at `{}`", stack_trace::printable(at))]
    #[non_exhaustive]
    Decode {
        /// The endpoint's name.
        endpoint: &'static str,
        /// The path in the JSON, such as `vertices[0].id`.
        at: String,
        /// The error at that path.
        source: serde_json::Error,
    },
    /// An operation failed after Flink had accepted it: a savepoint, a stop, a deletion.
    #[error("{operation} failed: {}", stack_trace::printable_cause(stack_trace::root_cause(trace)))]
    #[non_exhaustive]
    OperationFailed {
        /// The operation, named after the endpoint that triggers it.
        operation: String,
        /// The whole Java stack trace.
        trace: String,
    },
    /// The server no longer knows an operation that it had accepted, because another JobManager took over. The
    /// operation may have been carried out, or not.
    #[error(
        "{operation}: the server no longer knows operation {id}; it may have been carried out, or not{evidence}"
    )]
    #[non_exhaustive]
    OperationForgotten {
        /// The operation, named after the endpoint that triggers it.
        operation: String,
        /// The operation's id.
        id: TriggerId,
        /// The traces of the operation on the cluster.
        evidence: Box<Evidence>,
        /// The answer to the request for its status.
        source: Box<Error>,
    },
    /// The server no longer knows a job.
    #[error("job {job} is gone: it was {}, and the server no longer knows it", stack_trace::printable(state.as_str()))]
    #[non_exhaustive]
    JobGone {
        /// The job.
        job: JobId,
        /// Its last known state.
        state: JobStatus,
    },
    /// A job ended in another state than the one waited for.
    #[error("job {job} is {state}{}", root_cause.as_deref().map(|cause| format!(": {}", stack_trace::printable_cause(cause))).unwrap_or_default())]
    #[non_exhaustive]
    JobEnded {
        /// The job.
        job: JobId,
        /// Its final state.
        state: JobStatus,
        /// The root cause, if it failed.
        root_cause: Option<String>,
    },
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
