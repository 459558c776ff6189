//! The causes of an error.

use std::{error::Error as StdError, iter::successors};

use super::Error;
use crate::value::stack_trace;

impl Error {
    /// The root cause in one line, from the Java stack trace if there is one.
    pub fn root_cause(&self) -> String {
        match self.last() {
            Self::Api(error) => error.root_cause().to_owned(),
            Self::OperationFailed { trace, .. } => stack_trace::root_cause(trace).to_owned(),
            Self::JobEnded { root_cause: Some(cause), .. } => cause.clone(),
            other => successors(Some(other as &dyn StdError), |&error| error.source())
                .last()
                .map(ToString::to_string)
                .unwrap_or_default(),
        }
    }

    /// The chain of causes, one line each, the root cause last: those in the Java stack trace if there is one (see
    /// [`causes`](crate::causes)), otherwise the sources of this error.
    pub fn causes(&self) -> Vec<String> {
        match self.last() {
            Self::Api(error) => error.causes(),
            Self::OperationFailed { trace, .. } => stack_trace::causes(trace),
            Self::JobEnded { root_cause, .. } => {
                root_cause.iter().map(|cause| stack_trace::printable_cause(cause)).collect()
            }
            other => successors(StdError::source(other), |&error| error.source())
                .map(|error| stack_trace::printable_cause(&error.to_string()))
                .collect(),
        }
    }
}
