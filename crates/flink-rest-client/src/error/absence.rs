//! Why a server has no such endpoint.

use http::StatusCode;

use super::Error;
use crate::value::version::FlinkVersion;

/// Why a server does not serve an endpoint of Flink's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Absence {
    /// Its owner switched the submission of jars off.
    #[error("this cluster takes no jars: `web.submit.enable` is false")]
    Submission,
    /// It runs one application, and takes no jobs.
    #[error("this cluster takes no jars: it runs one application (application mode)")]
    ApplicationMode,
    /// Its owner did not switch the profiler on.
    #[error("this cluster has no profiler: `rest.profiling.enabled` is not true")]
    Profiler,
    /// It is a history server.
    #[error("this is a history server, which is not supported yet")]
    HistoryServer,
    /// Its release has no such endpoint, as far as that is known.
    #[error("it needs Flink {needs}, and the server, Flink {server}, does not have it")]
    #[non_exhaustive]
    Release {
        /// The releases that have it.
        needs: String,
        /// The server's release.
        server: FlinkVersion,
    },
}

impl Absence {
    /// The same, where the option itself tells: `/config` says of a cluster with one application that its owner switched
    /// submission off (2.3.0).
    pub(crate) fn with_option(self, web_submit_enable: Option<&str>) -> Self {
        match self {
            Self::Submission if web_submit_enable != Some("false") => Self::ApplicationMode,
            other => other,
        }
    }

    /// The option that must be known for the reason.
    pub(crate) fn depends_on(&self) -> Option<&'static str> {
        matches!(self, Self::Submission).then_some("web.submit.enable")
    }

    /// The way around it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Submission => {
                "set `web.submit.enable: true` in the cluster's configuration; Flink's own `bin/flink run` submits all the same"
            }
            Self::ApplicationMode => {
                "start another cluster for another application, or a session cluster to submit to"
            }
            Self::Profiler => "set `rest.profiling.enabled: true` in the cluster's configuration",
            Self::HistoryServer => "give the JobManager's own address, such as http://jobmanager:8081",
            Self::Release { .. } => {
                "if that is not its release, say which one it is with flink_version(…) of the client's builder"
            }
        }
    }
}

impl Error {
    /// Whether the server's release is one without the endpoint, or may be.
    pub(crate) fn is_of_another_release(&self) -> bool {
        match self {
            Self::Unsupported { .. } | Self::Absent { absence: Absence::Release { .. }, .. } => true,
            Self::Api(error) => error.is_no_endpoint(),
            _ => false,
        }
    }

    /// Whether the server may have no such endpoint, for which `/config` may give the reason.
    pub(crate) fn may_be_absence(&self) -> bool {
        match self {
            Self::OutcomeUnknown { .. } | Self::StartedAnyway { .. } => false,
            _ => self.last().is_of_no_endpoint(),
        }
    }

    fn is_of_no_endpoint(&self) -> bool {
        match self {
            Self::Api(error) => {
                error.is_no_endpoint()
                    // A history server's.
                    || (error.status == StatusCode::NOT_FOUND && error.root_cause() == "File not found.")
            }
            Self::NotFlink { status: StatusCode::INTERNAL_SERVER_ERROR, found, .. } => {
                found.contains("Unsupported HTTP method")
            }
            _ => false,
        }
    }
}
