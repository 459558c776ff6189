//! Arguments from Python. A wrong one is rejected with its name, its type and the expected type, but without its value,
//! which may be a secret.

use std::{str::FromStr, time::Duration};

use flink_rest_client::Error;
use pyo3::{
    Borrowed, FromPyObject,
    conversion::FromPyObjectOwned,
    exceptions::{PyOverflowError, PyTypeError, PyValueError},
    prelude::*,
    types::{PyBool, PyBytes, PyDict, PyList, PyString, PyTuple},
};
use serde_json::{Map, Value};

use crate::error::raise;

const LONE_SURROGATE: &str = "it has half of a surrogate pair, which is no character";

/// Reads a string.
pub(crate) fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    value.extract().map_err(|error| bad_argument(name, "a str", value, &error))
}

/// Reads an id.
pub(crate) fn parsed<T: FromStr<Err: Into<Error>>>(name: &str, value: &Bound<'_, PyAny>) -> PyResult<T> {
    text(name, value)?.parse().map_err(|error: T::Err| raise(value.py(), &error.into()))
}

/// Reads an optional setting.
pub(crate) fn setting<'py, T: FromPyObjectOwned<'py>>(
    settings: &Bound<'py, PyDict>,
    name: &str,
    expected: &str,
) -> PyResult<Option<T>> {
    match settings.get_item(name)?.filter(|value| !value.is_none()) {
        Some(value) => value
            .extract()
            .map(Some)
            .map_err(|error: T::Error| bad_argument(name, expected, &value, &error.into())),
        None => Ok(None),
    }
}

/// Makes the error for a value of the wrong type or range.
pub(crate) fn bad_argument(name: &str, expected: &str, value: &Bound<'_, PyAny>, cause: &PyErr) -> PyErr {
    let py = value.py();
    // An exception of a signal handler that ran meanwhile: not about the value.
    if !is_about_value(py, cause) {
        return cause.clone_ref(py);
    }
    if has_lone_surrogate(value) {
        return PyValueError::new_err(format!("{name}: {LONE_SURROGATE}"));
    }
    let text = format!("{name}: expected {expected}, not {}", shape(value));
    match cause.is_instance_of::<PyOverflowError>(py) || cause.is_instance_of::<PyValueError>(py) {
        true => PyValueError::new_err(text),
        false => PyTypeError::new_err(text),
    }
}

fn is_about_value(py: Python<'_>, cause: &PyErr) -> bool {
    cause.is_instance_of::<PyTypeError>(py)
        || cause.is_instance_of::<PyValueError>(py)
        || cause.is_instance_of::<PyOverflowError>(py)
}

/// Describes a value by its type and the types in it; a number by itself.
fn shape(value: &Bound<'_, PyAny>) -> String {
    let of = |value: Bound<'_, PyAny>| type_name(&value);
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return format!("({})", tuple.iter().map(of).collect::<Vec<_>>().join(", "));
    }
    if let Ok(dict) = value.cast::<PyDict>()
        && !dict.is_empty()
    {
        let mut types: Vec<_> =
            dict.iter().map(|(key, value)| format!("{} to {}", of(key), of(value))).collect();
        types.sort();
        types.dedup();
        return format!("a dict of {}", types.join(", "));
    }
    match value.extract::<f64>() {
        Ok(number) if !value.is_instance_of::<PyBool>() => number.to_string(),
        _ => type_name(value),
    }
}

fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "an object".into(), |name| name.to_string())
}

/// Tells if a string in the value is not valid Unicode.
fn has_lone_surrogate(value: &Bound<'_, PyAny>) -> bool {
    if value.is_instance_of::<PyString>() {
        return value.extract::<String>().is_err();
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        return dict.iter().any(|(key, value)| has_lone_surrogate(&key) || has_lone_surrogate(&value));
    }
    let any_has_lone_surrogate =
        |mut items: Vec<Bound<'_, PyAny>>| items.drain(..).any(|item| has_lone_surrogate(&item));
    match (value.cast::<PyTuple>(), value.cast::<PyList>()) {
        (Ok(tuple), _) => any_has_lone_surrogate(tuple.iter().collect()),
        (_, Ok(list)) => any_has_lone_surrogate(list.iter().collect()),
        _ => false,
    }
}

/// Converts parameters to JSON; paths become strings.
pub(crate) fn json(params: &Bound<'_, PyDict>) -> PyResult<Map<String, Value>> {
    let py = params.py();
    let settings = PyDict::new(py);
    settings.set_item("default", wrap_pyfunction!(path, py)?)?;
    settings.set_item("allow_nan", false)?;
    let dumps = py.import("json")?.getattr("dumps")?;
    let encoded = |value: &Bound<'_, PyDict>| -> PyResult<Map<String, Value>> {
        let text: String = dumps.call((value,), Some(&settings))?.extract()?;
        serde_json::from_str(&text).map_err(|_| PyValueError::new_err(LONE_SURROGATE))
    };
    encoded(params).map_err(|error| {
        let alone = params.iter().find_map(|(name, value)| {
            let alone = PyDict::new(py);
            alone.set_item(&name, value).ok()?;
            Some((name, encoded(&alone).err()?))
        });
        match alone {
            Some((name, cause)) if cause.is_instance_of::<PyTypeError>(py) => {
                PyTypeError::new_err(format!("{name}: {}", cause.value(py)))
            }
            Some((name, cause)) if cause.is_instance_of::<PyValueError>(py) => {
                PyValueError::new_err(format!("{name}: {}", cause.value(py)))
            }
            Some((_, cause)) => cause,
            None => error,
        }
    })
}

/// Encodes a type that JSON lacks: a path, as a string.
#[pyfunction]
fn path(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let path = match value.py().import("os")?.call_method1("fspath", (value,)) {
        Err(error) if !is_about_value(value.py(), &error) => return Err(error),
        path => path.ok(),
    };
    match path.filter(|path| !path.is_instance_of::<PyBytes>()) {
        Some(path) => path.extract().map_err(|_| PyValueError::new_err(LONE_SURROGATE)),
        None => Err(PyTypeError::new_err(format!(
            "expected a str, a number, a bool, a path, or a list or dict of these, not {}",
            type_name(value)
        ))),
    }
}

/// A Python callback for progress or tokens.
pub(crate) struct Function(pub(crate) Py<PyAny>);

impl<'py> FromPyObject<'_, 'py> for Function {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match value.is_callable() {
            true => Ok(Self(value.to_owned().unbind())),
            false => {
                Err(PyTypeError::new_err(format!("progress: expected a function, not {}", type_name(&value))))
            }
        }
    }
}

/// Time limit of a call.
pub(crate) struct Timeout(pub(crate) Duration);

impl<'py> FromPyObject<'_, 'py> for Timeout {
    type Error = PyErr;

    /// Reads seconds; a number too large for a duration means no limit.
    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let seconds: f64 =
            value.extract().map_err(|error| bad_argument("timeout", TIMEOUT_TYPE, &value, &error))?;
        if seconds.is_nan() || seconds < 0.0 {
            return Err(PyValueError::new_err(format!("timeout: expected {TIMEOUT_TYPE}, not {seconds}")));
        }
        Ok(Self(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)))
    }
}

const TIMEOUT_TYPE: &str = "a number of seconds";
