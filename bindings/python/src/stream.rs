//! Streams: chunks of a response, lines of logs.

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

use crate::{runtime::OwnerProcess, task::Task};

/// Maximum number of available lines returned together.
const MAX_LINES_PER_BATCH: usize = 1000;

/// A response body, read in chunks.
#[pyclass(frozen, module = "flink_rest_client._native")]
pub(crate) struct Chunks {
    /// In bytes, if the server sent it.
    #[pyo3(get)]
    size: Option<u64>,
    download: Arc<Mutex<Download<Async>>>,
    owner: OwnerProcess,
}

impl Chunks {
    pub(crate) fn new(download: Download<Async>) -> Self {
        Self { size: download.size(), download: Arc::new(Mutex::new(download)), owner: OwnerProcess::here() }
    }
}

#[pymethods]
impl Chunks {
    /// Reads the next bytes; None at the end.
    fn next(&self, py: Python<'_>) -> PyResult<Task> {
        self.owner.check(py, "stream")?;
        let download = self.download.clone();
        Task::spawn(async move { Ok(download.lock().await.next_chunk().await?) }, |py, chunk| match chunk {
            Some(chunk) => Ok(PyBytes::new(py, &chunk).into_any().unbind()),
            None => Ok(py.None()),
        })
    }
}

/// Lines of logs, followed while they are written.
#[pyclass(frozen, module = "flink_rest_client._native")]
pub(crate) struct Lines {
    lines: Arc<Mutex<LogLines<Async>>>,
    owner: OwnerProcess,
}

impl Lines {
    pub(crate) fn new(lines: LogLines<Async>) -> Self {
        Self { lines: Arc::new(Mutex::new(lines)), owner: OwnerProcess::here() }
    }
}

#[pymethods]
impl Lines {
    /// Reads the next lines; an empty list at the end.
    fn next(&self, py: Python<'_>) -> PyResult<Task> {
        self.owner.check(py, "stream")?;
        let lines = self.lines.clone();
        let next = async move {
            let mut lines = lines.lock().await;
            let mut ready: Vec<_> = lines.next().await?.into_iter().collect();
            while let 1..MAX_LINES_PER_BATCH = ready.len() {
                // An error is returned again by the next awaited call.
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

/// The fields of Python's `LogLine`; the time is in microseconds.
fn parts(line: LogLine) -> (String, Option<i64>, String, bool, bool) {
    let process = match &line.process {
        Process::TaskManager(id) => id.to_string(),
        other => other.to_string(),
    };
    let time = line.time.map(|time| time.as_microsecond());
    (process, time, line.to_string_lossy().into_owned(), line.continues, line.gap)
}
