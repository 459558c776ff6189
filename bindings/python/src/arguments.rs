//! What callers give. What cannot be used is refused by its name, with what came and what is wanted; never with its value,
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

const HALF: &str = "it has half of a surrogate pair, which is no character";

/// A text.
pub(crate) fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    value.extract().map_err(|error| refused(name, "a str", value, &error))
}

/// An id.
pub(crate) fn parsed<T: FromStr<Err: Into<Error>>>(name: &str, value: &Bound<'_, PyAny>) -> PyResult<T> {
    text(name, value)?.parse().map_err(|error: T::Err| raise(value.py(), &error.into()))
}

/// A setting; none if it is None.
pub(crate) fn setting<'py, T: FromPyObjectOwned<'py>>(
    settings: &Bound<'py, PyDict>,
    name: &str,
    wanted: &str,
) -> PyResult<Option<T>> {
    match settings.get_item(name)?.filter(|value| !value.is_none()) {
        Some(value) => {
            value.extract().map(Some).map_err(|error: T::Error| refused(name, wanted, &value, &error.into()))
        }
        None => Ok(None),
    }
}

/// What came is no such thing, or not one that can be used.
pub(crate) fn refused(name: &str, wanted: &str, value: &Bound<'_, PyAny>, why: &PyErr) -> PyErr {
    let py = value.py();
    // What a signal's handler raises while the value is read is not about the value.
    if !is_about_value(py, why) {
        return why.clone_ref(py);
    }
    if is_half(value) {
        return PyValueError::new_err(format!("{name}: {HALF}"));
    }
    let text = format!("{name}: {wanted} is wanted, not {}", shape(value));
    match why.is_instance_of::<PyOverflowError>(py) || why.is_instance_of::<PyValueError>(py) {
        true => PyValueError::new_err(text),
        false => PyTypeError::new_err(text),
    }
}

fn is_about_value(py: Python<'_>, why: &PyErr) -> bool {
    why.is_instance_of::<PyTypeError>(py)
        || why.is_instance_of::<PyValueError>(py)
        || why.is_instance_of::<PyOverflowError>(py)
}

/// Its type, and those of what is in it; a number itself.
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

/// Whether a text in it is none in UTF-8.
fn is_half(value: &Bound<'_, PyAny>) -> bool {
    if value.is_instance_of::<PyString>() {
        return value.extract::<String>().is_err();
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        return dict.iter().any(|(key, value)| is_half(&key) || is_half(&value));
    }
    let is_half_in = |mut items: Vec<Bound<'_, PyAny>>| items.drain(..).any(|item| is_half(&item));
    match (value.cast::<PyTuple>(), value.cast::<PyList>()) {
        (Ok(tuple), _) => is_half_in(tuple.iter().collect()),
        (_, Ok(list)) => is_half_in(list.iter().collect()),
        _ => false,
    }
}

/// Parameters as JSON; paths are texts there.
pub(crate) fn json(params: &Bound<'_, PyDict>) -> PyResult<Map<String, Value>> {
    let py = params.py();
    let settings = PyDict::new(py);
    settings.set_item("default", wrap_pyfunction!(path, py)?)?;
    settings.set_item("allow_nan", false)?;
    let dumps = py.import("json")?.getattr("dumps")?;
    let encoded = |value: &Bound<'_, PyDict>| -> PyResult<Map<String, Value>> {
        let text: String = dumps.call((value,), Some(&settings))?.extract()?;
        serde_json::from_str(&text).map_err(|_| PyValueError::new_err(HALF))
    };
    encoded(params).map_err(|error| {
        let alone = params.iter().find_map(|(name, value)| {
            let alone = PyDict::new(py);
            alone.set_item(&name, value).ok()?;
            Some((name, encoded(&alone).err()?))
        });
        match alone {
            Some((name, why)) if why.is_instance_of::<PyTypeError>(py) => {
                PyTypeError::new_err(format!("{name}: {}", why.value(py)))
            }
            Some((name, why)) if why.is_instance_of::<PyValueError>(py) => {
                PyValueError::new_err(format!("{name}: {}", why.value(py)))
            }
            Some((_, why)) => why,
            None => error,
        }
    })
}

/// What JSON does not have: a path as a text.
#[pyfunction]
fn path(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let path = match value.py().import("os")?.call_method1("fspath", (value,)) {
        Err(error) if !is_about_value(value.py(), &error) => return Err(error),
        path => path.ok(),
    };
    match path.filter(|path| !path.is_instance_of::<PyBytes>()) {
        Some(path) => path.extract().map_err(|_| PyValueError::new_err(HALF)),
        None => Err(PyTypeError::new_err(format!(
            "a str, a number, a bool, a path, or a list or dict of such is wanted, not {}",
            type_name(value)
        ))),
    }
}

/// A function of the caller's that is told of progress, or gives a token.
pub(crate) struct Function(pub(crate) Py<PyAny>);

impl<'py> FromPyObject<'_, 'py> for Function {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match value.is_callable() {
            true => Ok(Self(value.to_owned().unbind())),
            false => Err(PyTypeError::new_err(format!(
                "progress: a function is wanted, not {}",
                type_name(&value)
            ))),
        }
    }
}

/// How long a call may take.
pub(crate) struct Timeout(pub(crate) Duration);

impl<'py> FromPyObject<'_, 'py> for Timeout {
    type Error = PyErr;

    /// Seconds; more than can be counted is for ever.
    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let seconds: f64 = value.extract().map_err(|error| refused("timeout", SECONDS, &value, &error))?;
        if seconds.is_nan() || seconds < 0.0 {
            return Err(PyValueError::new_err(format!("timeout: {SECONDS} is wanted, not {seconds}")));
        }
        Ok(Self(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)))
    }
}

const SECONDS: &str = "a number of seconds";
