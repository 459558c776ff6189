//! What can go wrong, in words that say what to do next.

use std::{path::PathBuf, time::Duration};

use http::StatusCode;

use crate::{FlinkVersion, JobId, id::InvalidId, jobs::state::JobStatus, trace};

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
    /// A parameter cannot be right; nothing was sent.
    #[error("{endpoint}: `{parameter}`: {reason}")]
    #[non_exhaustive]
    InvalidParameter {
        /// The endpoint's name.
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
    /// A file cannot be uploaded; nothing was sent.
    #[error("{}: {reason}", path.display())]
    #[non_exhaustive]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
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
    /// No answer: the server could not be reached, or the connection broke.
    #[error("{endpoint}: {kind} {url}")]
    #[non_exhaustive]
    Transport {
        /// The endpoint's name.
        endpoint: &'static str,
        /// Where the request went; without credentials.
        url: String,
        /// How far it came.
        kind: TransportErrorKind,
        /// The reason, where there is one.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// It took longer than it may.
    #[error("{what} took longer than {after:?}")]
    #[non_exhaustive]
    Timeout {
        /// What was waited for, and how far it was.
        what: String,
        /// The deadline.
        after: Duration,
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
    #[error("{endpoint}: {status} with {found}, which is no answer of Flink's")]
    #[non_exhaustive]
    NotFlink {
        /// The endpoint's name.
        endpoint: &'static str,
        /// HTTP status.
        status: StatusCode,
        /// What came instead.
        found: String,
    },
    /// The answer is JSON of another shape than this crate knows.
    #[error("{endpoint}: the answer has an unexpected value at `{at}`")]
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
    #[error("{operation} failed: {}", trace::printable(trace::root_cause(trace)))]
    #[non_exhaustive]
    OperationFailed {
        /// What was tried, named after its endpoint.
        operation: String,
        /// The whole Java stack trace.
        trace: String,
    },
    /// A job came to an end that was not waited for.
    #[error("job {job} is {state}{}", root_cause.as_deref().map(|cause| format!(": {}", trace::printable(cause))).unwrap_or_default())]
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
    /// HTTP status, if the server answered.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Api(error) => Some(error.status),
            Self::NotFlink { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether Flink said that the job, jar, trigger or file does not exist.
    ///
    /// Flink answers 404 for most things, and 500 for TaskManagers, their files, applications, and for running a jar
    /// that is not there.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Api(error) => {
                let cause = error.root_cause();
                (error.status == StatusCode::NOT_FOUND && !is_no_endpoint(cause))
                    || cause.contains("No TaskExecutor registered under")
                    || cause.ends_with("does not exist on the TaskExecutor.")
                    || cause.starts_with("Could not find Flink application")
                    || (cause.starts_with("Jar file ") && cause.ends_with("does not exist"))
            }
            // Flink accepts a savepoint of any job, and looks for the job later.
            Self::OperationFailed { trace, .. } => trace.contains("FlinkJobNotFoundException"),
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
                | Self::File { .. }
                | Self::Unsupported { .. }
        )
    }

    /// Whether a deadline passed.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout { .. } | Self::Transport { kind: TransportErrorKind::Timeout, .. })
    }

    /// Whether there was no answer at all.
    pub fn is_unreachable(&self) -> bool {
        use TransportErrorKind::{Connect, Resolve};
        matches!(self, Self::Transport { kind: Connect | Resolve, .. })
    }

    /// Whether the same request may succeed in a while: no connection, or a server that says so.
    pub fn is_passing(&self) -> bool {
        use TransportErrorKind::{Connect, Interrupted, Timeout};
        match self {
            Self::Transport { kind, .. } => matches!(kind, Connect | Interrupted | Timeout),
            _ => self.status().is_some_and(|status| matches!(status.as_u16(), 408 | 429 | 502..=504)),
        }
    }

    /// The reason in one line, out of the Java stack trace where there is one.
    pub fn root_cause(&self) -> String {
        match self {
            Self::Api(error) => error.root_cause().to_owned(),
            Self::OperationFailed { trace, .. } => trace::root_cause(trace).to_owned(),
            other => std::iter::successors(Some(other as &dyn std::error::Error), |error| error.source())
                .last()
                .map(ToString::to_string)
                .unwrap_or_default(),
        }
    }

    /// What to try next, where that is known.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::InvalidAddress { .. } => {
                "give it as http://host:8081 or https://host/path; in a password, write % # ? / @ as %25 %23 %3F %2F %40".into()
            },
            Self::Transport { kind: TransportErrorKind::Resolve, .. } => "check the host name".into(),
            Self::Transport { kind: TransportErrorKind::Connect, url, .. } => {
                format!("check that a Flink JobManager serves its REST API at {url} (option `rest.port`)")
            }
            Self::Transport { kind: TransportErrorKind::NotHttp | TransportErrorKind::Tls, .. } => {
                "check the port, and whether it is http:// or https://".into()
            }
            Self::NotFlink { status, .. } if matches!(status.as_u16(), 301..=399 | 401 | 403) => {
                "a proxy wants a login: give credentials, or an address behind it".into()
            }
            Self::NotFlink { .. } => {
                "check the address, and the path prefix if Flink is behind a proxy".into()
            }
            Self::Timeout { .. } => "allow more with .timeout(…)".into(),
            Self::Api(error) if is_no_endpoint(error.root_cause()) => {
                "check the address, and its path: this server has nothing there".into()
            }
            Self::Api(error) if error.root_cause().contains("ClassNotFoundException") => {
                "check the entry class, with its package, and that the jar holds it".into()
            }
            Self::Api(error) if error.root_cause().contains("Rescaling is temporarily disabled") => {
                "use job(id).rescale(…), which needs the adaptive scheduler".into()
            }
            Self::Api(error) if error.root_cause().contains("AdaptiveScheduler") => {
                "set `jobmanager.scheduler: adaptive` in the cluster's configuration".into()
            }
            Self::TooLarge { .. } => "allow more with max_answer_bytes(…) of the client's builder".into(),
            _ => return None,
        })
    }
}

/// Whether Flink took the path for a page of its dashboard: it has no such endpoint.
fn is_no_endpoint(cause: &str) -> bool {
    cause.starts_with("Unable to load requested file")
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

/// How far a request came that got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name is unknown; nothing was sent.
    Resolve,
    /// No connection; nothing was sent.
    Connect,
    /// Too slow.
    Timeout,
    /// What came back is not HTTP.
    NotHttp,
    /// No secure connection: another certificate than expected, or a port that speaks no TLS; nothing was sent.
    Tls,
    /// The connection broke while sending or receiving.
    Interrupted,
}

impl std::fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Resolve => "unknown host in",
            Self::Connect => "cannot connect to",
            Self::Timeout => "timed out at",
            Self::NotHttp => "no HTTP is spoken at",
            Self::Tls => "no secure connection to",
            Self::Interrupted => "lost the connection to",
        })
    }
}

/// Flink's own error: its status and what it wrote into `{"errors": […]}`.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{request}: {status}: {}", trace::printable(self.root_cause()))]
#[non_exhaustive]
pub struct ApiError {
    /// Method and path.
    pub request: String,
    /// HTTP status.
    pub status: StatusCode,
    /// The server's texts: a message, often with a whole Java stack trace, or two.
    pub errors: Vec<String>,
}

impl ApiError {
    pub(crate) fn new(request: String, status: StatusCode, errors: Vec<String>) -> Self {
        Self { request, status, errors }
    }

    /// The last `Caused by:` of the trace, or the message if there is no trace.
    pub fn root_cause(&self) -> &str {
        self.errors
            .iter()
            .map(|text| trace::root_cause(text))
            .rfind(|cause| !cause.is_empty())
            .unwrap_or("no reason given")
    }

    /// The trace without its frames: what happened, and what caused it, a line each.
    pub fn condensed(&self) -> String {
        self.errors.iter().map(|text| trace::condensed(text)).collect::<Vec<_>>().join("\n")
    }
}
