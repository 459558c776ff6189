//! The error of the changes and waits.

use flink_rest_client::{JobId, JobStatus, TriggerId};
use serde::Serializer;

use crate::Explanation;

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The failure of a reading, of a change of a job, or of a wait for it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A request failed: nothing was begun, or nothing was to be.
    #[error(transparent)]
    Client(#[from] flink_rest_client::Error),
    /// The server tells no id of this vertex that can be read.
    #[error("the server sent no id for it that can be read")]
    NoVertexId,
    /// The job has ended in another way than was waited for.
    #[error("job {job} is {state}{}", explanation.failure.as_ref().map(|failure| format!(": {}", failure.cause)).unwrap_or_default())]
    #[non_exhaustive]
    Ended {
        /// The job.
        job: JobId,
        /// Its last state.
        state: JobStatus,
        /// The failure that ended it, if the cluster still tells.
        explanation: Box<Explanation>,
        /// The client's error; none if the end was seen while an operation of the job went on.
        source: Option<Box<flink_rest_client::Error>>,
    },
    /// The deadline passed. The job, and what was asked of it, go on.
    #[error("job {job} is late{}", explanation.obstacle.as_ref().map(|obstacle| format!(": {obstacle}")).unwrap_or_default())]
    #[non_exhaustive]
    Late {
        /// The job.
        job: JobId,
        /// What keeps it, if that can be told.
        explanation: Box<Explanation>,
        /// The client's error, which tells what was waited for.
        source: Box<flink_rest_client::Error>,
    },
    /// Flink accepted the change, and nobody tells how it ended: look before asking for it again.
    #[error("the request was accepted, and its outcome is unknown")]
    #[non_exhaustive]
    Unsettled {
        /// The id of the operation, to ask with; none if the change has no id.
        trigger: Option<TriggerId>,
        /// The last error.
        source: Box<flink_rest_client::Error>,
    },
}

impl Error {
    /// The client's error behind it, if there is one.
    pub fn client(&self) -> Option<&flink_rest_client::Error> {
        match self {
            Self::Client(source) => Some(source),
            Self::Late { source, .. } | Self::Unsettled { source, .. } => Some(source),
            Self::Ended { source, .. } => source.as_deref(),
            Self::NoVertexId => None,
        }
    }

    /// The reason, as far as the cluster tells it; none for failures of the request itself.
    pub fn explanation(&self) -> Option<&Explanation> {
        match self {
            Self::Late { explanation, .. } | Self::Ended { explanation, .. } => Some(explanation),
            Self::Client(_) | Self::NoVertexId | Self::Unsettled { .. } => None,
        }
    }
}

/// Serializes an error as its one line.
pub(crate) fn as_text<S: Serializer>(error: &Option<Error>, serializer: S) -> Result<S::Ok, S::Error> {
    match error {
        Some(error) => serializer.collect_str(error),
        None => serializer.serialize_none(),
    }
}
