//! Errors as Python's.

use flink_rest_client::{Error, StartedJob};
use pyo3::{
    exceptions::{PyRecursionError, PyRuntimeWarning, PyValueError},
    prelude::*,
    types::PyDict,
};

/// Why a task failed.
pub(crate) enum Failure {
    Client(Error),
    /// What a function of the caller raised.
    Callback(PyErr),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

impl Failure {
    pub(crate) fn into_python(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Client(error) => raise(py, &error),
            Self::Callback(error) => error,
        }
    }
}

/// The exception for an error.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    let facts = PyDict::new(py);
    let told = (|| {
        facts.set_item("status", error.status().map(|status| status.as_u16()))?;
        facts.set_item("errors", errors(error))?;
        facts.set_item("root_cause", error.root_cause())?;
        facts.set_item("causes", error.causes())?;
        facts.set_item("hint", error.hint())?;
        facts.set_item("jobs", jobs(py, error)?)
    })();
    told.err().unwrap_or_else(|| exception(py, class(error), &error.to_string(), Some(&facts)))
}

/// Nobody waits for it any more, or so it seemed.
pub(crate) fn given_up(py: Python<'_>) -> PyErr {
    exception(py, "RestException", "the call was given up, or its result taken before", None)
}

/// JSON that Python cannot read: too deep for it. What a signal's handler raises meanwhile is not about the answer.
pub(crate) fn unreadable(py: Python<'_>, why: PyErr) -> PyErr {
    if !why.is_instance_of::<PyValueError>(py) && !why.is_instance_of::<PyRecursionError>(py) {
        return why;
    }
    exception(py, "RestException", &format!("Python cannot read the answer: {why}"), None)
}

/// Metrics may be old; the answer says it nowhere.
pub(crate) fn warn_of_old_metrics(py: Python<'_>) -> PyResult<()> {
    let text = c"the metrics may be old: Flink did not collect them within a second";
    PyErr::warn(py, &py.get_type::<PyRuntimeWarning>(), text, 1)
}

pub(crate) fn invalid(py: Python<'_>, message: &str) -> PyErr {
    exception(py, "InvalidRequestError", message, None)
}

/// The class of `flink_rest_client.common` that says most.
fn class(error: &Error) -> &'static str {
    match error {
        error if error.may_be_done() => "OutcomeUnknownError",
        Error::OperationFailed { .. } => "OperationFailedError",
        Error::JobEnded { .. } | Error::StartedAnyway { .. } => "JobEndedError",
        error if error.is_not_found() => "NotFoundError",
        error if error.is_invalid_input() => "InvalidRequestError",
        error if error.is_timeout() => "RequestTimeoutError",
        Error::Transport { .. } => "UnreachableError",
        _ => "RestException",
    }
}

/// The jobs that a request has started or may have.
fn jobs<'py>(py: Python<'py>, error: &Error) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let job = |job: &StartedJob| {
        let facts = PyDict::new(py);
        facts.set_item("id", job.id.to_string())?;
        facts.set_item("name", &job.name)?;
        facts.set_item("state", job.state.as_str())?;
        Ok(facts)
    };
    error.jobs().iter().map(job).collect()
}

/// Flink's own texts.
fn errors(error: &Error) -> Vec<String> {
    match error.last() {
        Error::Api(error) => error.errors.clone(),
        Error::OperationFailed { trace, .. } => vec![trace.clone()],
        _ => Vec::new(),
    }
}

fn exception(py: Python<'_>, class: &str, message: &str, facts: Option<&Bound<'_, PyDict>>) -> PyErr {
    let made = py
        .import("flink_rest_client.common")
        .and_then(|module| module.getattr(class))
        .and_then(|class| class.call((message,), facts));
    made.map_or_else(|error| error, PyErr::from_value)
}
