//! What a cluster shows of an operation that it has forgotten.

use std::fmt;

use crate::value::{stack_trace::printable, state::JobStatus};

/// What a cluster shows of an operation that it has forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// The state of the operation's job; none if the cluster does not know the job, or the operation has none.
    pub job_state: Option<JobStatus>,
    /// The path of a savepoint of the job that was triggered no earlier than the operation, and is complete.
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
