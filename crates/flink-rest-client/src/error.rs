//! What can go wrong, in words that say what to do next.

mod absence;
mod api;
mod arrival;
mod causes;
mod evidence;
mod hint;
mod insecure;
mod make;
mod questions;
mod started_job;
mod texts;
mod transport;

use std::{path::PathBuf, time::Duration};

use http::StatusCode;

pub use self::{
    absence::Absence, api::ApiError, arrival::Tried, evidence::Evidence, started_job::StartedJob,
    transport::TransportErrorKind,
};
pub(crate) use self::{
    arrival::Arrival,
    insecure::{Insecure, WANTS_IDENTITY, WRONG_PORT},
};
use crate::value::{
    id::{InvalidId, JobId, TriggerId},
    stack_trace,
    state::JobStatus,
    version::FlinkVersion,
};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any error of this crate. `Display` is one line and leaves out the [`source`](std::error::Error::source);
/// `Debug`, which `main` and `unwrap` print, adds it and the [`hint`](Error::hint).
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of the cluster cannot be used; nothing was sent.
    #[error("`{}` is no address of a Flink cluster: {reason}", stack_trace::printable(address))]
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
    #[error("no endpoint is named `{}`{}", stack_trace::printable(name), suggestion.map(|s| format!("; did you mean `{s}`?")).unwrap_or_default())]
    #[non_exhaustive]
    UnknownEndpoint {
        /// What was asked for.
        name: String,
        /// The nearest name there is.
        suggestion: Option<&'static str>,
    },
    /// No metric has this name.
    #[error("no metric is named `{}`{}", stack_trace::printable(name), suggestion.as_ref().map(|s| format!("; did you mean `{}`?", stack_trace::printable(s))).unwrap_or_default())]
    #[non_exhaustive]
    UnknownMetric {
        /// What was asked for.
        name: String,
        /// The nearest name there is.
        suggestion: Option<String>,
    },
    /// A file, or what else was to be sent in its place, cannot be read, sent or written; a file of certificates or a
    /// token cannot be used.
    #[error("{}: {reason}", stack_trace::printable(&path.to_string_lossy()))]
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
    #[error("{endpoint}: refused, but {}", stack_trace::printable(&started_job::sentence(jobs)))]
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
    #[error("{endpoint}: the answer has an unexpected value at `{}`", stack_trace::printable(at))]
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
    #[error("{operation} failed: {}", stack_trace::printable_cause(stack_trace::root_cause(trace)))]
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
    #[error("job {job} is gone: it was {}, and the server no longer knows it", stack_trace::printable(state.as_str()))]
    #[non_exhaustive]
    JobGone {
        /// The job.
        job: JobId,
        /// Its state when it was last seen.
        state: JobStatus,
    },
    /// A job came to an end that was not waited for.
    #[error("job {job} is {state}{}", root_cause.as_deref().map(|cause| format!(": {}", stack_trace::printable_cause(cause))).unwrap_or_default())]
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
