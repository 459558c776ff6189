//! Conversion of errors to Python exceptions.

use flink_rest_client::{Error, StartedJob};
use pyo3::{
    exceptions::{PyRecursionError, PyRuntimeWarning, PyValueError},
    prelude::*,
    types::PyDict,
};

/// The failure of a task.
pub(crate) enum Failure {
    Client(Error),
    Ops(flink_ops::Error),
    /// An exception of a Python callback.
    Callback(PyErr),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

impl From<flink_ops::Error> for Failure {
    fn from(error: flink_ops::Error) -> Self {
        match error {
            flink_ops::Error::Client(error) => Self::Client(error),
            error => Self::Ops(error),
        }
    }
}

impl Failure {
    pub(crate) fn into_python(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Client(error) => raise(py, &error),
            Self::Ops(error) => raise_ops(py, &error),
            Self::Callback(error) => error,
        }
    }
}

/// Makes the exception for an error of `flink_ops`; the text is that of the client's error, if there is one.
fn raise_ops(py: Python<'_>, error: &flink_ops::Error) -> PyErr {
    use flink_ops::Error::{Ended, Unsettled};
    let class = match error {
        Unsettled { .. } => "OutcomeUnknownError",
        Ended { .. } => "JobEndedError",
        _ => error.client().map_or("RestException", class),
    };
    let text = error.client().map_or_else(|| error.to_string(), ToString::to_string);
    match error.client().map(|source| facts(py, source)) {
        Some(Err(error)) => error,
        Some(Ok(facts)) => exception(py, class, &text, Some(&facts)),
        None => exception(py, class, &text, None),
    }
}

/// Makes the exception for an error.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    match facts(py, error) {
        Ok(facts) => exception(py, class(error), &error.to_string(), Some(&facts)),
        Err(error) => error,
    }
}

/// The attributes of an exception.
fn facts<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyDict>> {
    let facts = PyDict::new(py);
    facts.set_item("status", error.status().map(|status| status.as_u16()))?;
    facts.set_item("errors", errors(error))?;
    facts.set_item("root_cause", error.root_cause())?;
    facts.set_item("causes", error.causes())?;
    facts.set_item("hint", error.hint())?;
    facts.set_item("jobs", jobs(py, error)?)?;
    Ok(facts)
}

/// The task was cancelled, or its result was already taken.
pub(crate) fn cancelled(py: Python<'_>) -> PyErr {
    exception(py, "RestException", "the call was cancelled, or its result was already taken", None)
}

/// JSON that is too deep for Python's parser. Other exceptions come from a signal handler and are passed on.
pub(crate) fn unreadable(py: Python<'_>, cause: PyErr) -> PyErr {
    if !cause.is_instance_of::<PyValueError>(py) && !cause.is_instance_of::<PyRecursionError>(py) {
        return cause;
    }
    exception(py, "RestException", &format!("Python cannot read the answer: {cause}"), None)
}

/// Warns that metrics may be old: the response itself does not say so.
pub(crate) fn warn_of_old_metrics(py: Python<'_>) -> PyResult<()> {
    let text = c"the metrics may be old: Flink did not collect them within a second";
    PyErr::warn(py, &py.get_type::<PyRuntimeWarning>(), text, 1)
}

pub(crate) fn invalid(py: Python<'_>, message: &str) -> PyErr {
    exception(py, "InvalidRequestError", message, None)
}

/// The most specific class of `flink_rest_client.common`.
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

/// The jobs that a request has started or may have started.
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

/// Flink's error texts.
fn errors(error: &Error) -> Vec<String> {
    match error.last() {
        Error::Api(error) => error.errors.clone(),
        Error::OperationFailed { trace, .. } => vec![trace.clone()],
        _ => Vec::new(),
    }
}

fn exception(py: Python<'_>, class: &str, message: &str, facts: Option<&Bound<'_, PyDict>>) -> PyErr {
    let raised = py
        .import("flink_rest_client.common")
        .and_then(|module| module.getattr(class))
        .and_then(|class| class.call((message,), facts));
    raised.map_or_else(|error| error, PyErr::from_value)
}
