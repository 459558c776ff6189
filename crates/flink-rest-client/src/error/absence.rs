//! Reasons why a server lacks an endpoint.

use http::StatusCode;

use super::Error;
use crate::value::version::FlinkVersion;

/// The reason why a server lacks an endpoint of Flink.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Absence {
    /// The submission of jars is disabled.
    #[error("this cluster does not accept jars: `web.submit.enable` is false")]
    Submission,
    /// The cluster runs one application, and accepts no jobs.
    #[error("this cluster does not accept jars: it runs one application (application mode)")]
    ApplicationMode,
    /// The profiler is not enabled.
    #[error("this cluster has no profiler: `rest.profiling.enabled` is not true")]
    Profiler,
    /// The server is a history server.
    #[error("this is a history server, which is not supported yet")]
    HistoryServer,
    /// The server's release lacks the endpoint, or probably does if it is unknown.
    #[error("it needs Flink {needs}, and the server is Flink {server}")]
    #[non_exhaustive]
    Release {
        /// The releases that have it.
        needs: String,
        /// The server's release.
        server: FlinkVersion,
    },
}

impl Absence {
    /// Corrects the reason by the value of `web.submit.enable`: in application mode, `/config` reports that submission
    /// is disabled (2.3.0).
    pub(crate) fn with_option(self, web_submit_enable: Option<&str>) -> Self {
        match self {
            Self::Submission if web_submit_enable != Some("false") => Self::ApplicationMode,
            other => other,
        }
    }

    /// The configuration option that decides between two reasons.
    pub(crate) fn depends_on(&self) -> Option<&'static str> {
        matches!(self, Self::Submission).then_some("web.submit.enable")
    }

    /// The remedy.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Submission => {
                "set `web.submit.enable: true` in the cluster's configuration, or submit with Flink's own `bin/flink run`, which works without it"
            }
            Self::ApplicationMode => {
                "start another cluster for the other application, or submit to a session cluster"
            }
            Self::Profiler => "set `rest.profiling.enabled: true` in the cluster's configuration",
            Self::HistoryServer => "give the JobManager's own address, such as http://jobmanager:8081",
            Self::Release { .. } => {
                "if the server is of another release, set it with flink_version(…) of the client's builder"
            }
        }
    }
}

impl Error {
    /// Returns true if the server's release lacks the endpoint, or may lack it.
    pub(crate) fn is_of_another_release(&self) -> bool {
        match self {
            Self::Unsupported { .. } | Self::Absent { absence: Absence::Release { .. }, .. } => true,
            Self::Api(error) => error.is_no_endpoint(),
            _ => false,
        }
    }

    /// Returns true if the server may lack the endpoint; `/config` may give the reason.
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
                    // The answer of a history server.
                    || (error.status == StatusCode::NOT_FOUND && error.root_cause() == "File not found.")
            }
            Self::NotFlink { status: StatusCode::INTERNAL_SERVER_ERROR, found, .. } => {
                found.contains("Unsupported HTTP method")
            }
            _ => false,
        }
    }
}
