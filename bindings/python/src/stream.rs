//! What comes bit by bit: the bytes of an answer, the lines of logs.

use std::sync::Arc;

use flink_rest_client::{
    Async, Download,
    follow::{LogLine, LogLines, Process},
};
use futures_util::FutureExt;
use pyo3::{
    prelude::*,
    types::{PyBytes, PyList},
};
use tokio::sync::Mutex;

use crate::{runtime::Home, task::Task};

/// Lines that are there are handed over together, so many at most.
const AT_ONCE: usize = 1000;

/// An answer that comes in.
#[pyclass(frozen, module = "flink_rest_client._native")]
pub(crate) struct Chunks {
    /// In bytes, if the server told it.
    #[pyo3(get)]
    size: Option<u64>,
    download: Arc<Mutex<Download<Async>>>,
    home: Home,
}

impl Chunks {
    pub(crate) fn new(download: Download<Async>) -> Self {
        Self { size: download.size(), download: Arc::new(Mutex::new(download)), home: Home::here() }
    }
}

#[pymethods]
impl Chunks {
    /// The next bytes; none at the end.
    fn next(&self, py: Python<'_>) -> PyResult<Task> {
        self.home.check(py, "stream")?;
        let download = self.download.clone();
        Task::spawn(async move { Ok(download.lock().await.next_chunk().await?) }, |py, chunk| match chunk {
            Some(chunk) => Ok(PyBytes::new(py, &chunk).into_any().unbind()),
            None => Ok(py.None()),
        })
    }
}

/// The lines of logs, while they are written.
#[pyclass(frozen, module = "flink_rest_client._native")]
pub(crate) struct Lines {
    lines: Arc<Mutex<LogLines<Async>>>,
    home: Home,
}

impl Lines {
    pub(crate) fn new(lines: LogLines<Async>) -> Self {
        Self { lines: Arc::new(Mutex::new(lines)), home: Home::here() }
    }
}

#[pymethods]
impl Lines {
    /// The next lines; none at the end.
    fn next(&self, py: Python<'_>) -> PyResult<Task> {
        self.home.check(py, "stream")?;
        let lines = self.lines.clone();
        let next = async move {
            let mut lines = lines.lock().await;
            let mut ready: Vec<_> = lines.next().await?.into_iter().collect();
            while let 1..AT_ONCE = ready.len() {
                // An error comes again when it is waited for.
                match lines.next().now_or_never() {
                    Some(Ok(Some(line))) => ready.push(line),
                    _ => break,
                }
            }
            Ok(ready)
        };
        Task::spawn(next, |py, ready| {
            let lines = PyList::empty(py);
            for line in ready {
                lines.append(parts(line))?;
            }
            Ok(lines.into_any().unbind())
        })
    }
}

/// The fields of `LogLine` in Python, the time in microseconds.
fn parts(line: LogLine) -> (String, Option<i64>, String, bool, bool) {
    let process = match &line.process {
        Process::TaskManager(id) => id.to_string(),
        other => other.to_string(),
    };
    let time = line.time.map(|time| time.as_microsecond());
    (process, time, line.to_string_lossy().into_owned(), line.continues, line.gap)
}
