//! Traces of an operation that a cluster no longer knows.

use std::fmt;

use crate::value::{stack_trace::printable, state::JobStatus};

/// The traces of an operation that a cluster no longer knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// The state of the operation's job; none if the cluster does not know the job, or the operation has none.
    pub job_state: Option<JobStatus>,
    /// The path of a completed savepoint of the job, triggered at the same time as the operation or later.
    pub savepoint: Option<String>,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(state) = &self.job_state {
            write!(f, "; the job is {}", printable(state.as_str()))?;
        }
        if let Some(path) = &self.savepoint {
            write!(f, "; a savepoint was completed since: {}", printable(path))?;
        }
        Ok(())
    }
}
