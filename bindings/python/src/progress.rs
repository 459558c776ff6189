//! Progress callbacks of uploads and downloads.

use std::{
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use pyo3::prelude::*;
use tokio::sync::oneshot;

use crate::{error::Failure, runtime};

/// Minimum interval between calls: each takes Python's lock.
const MIN_CALL_INTERVAL: Duration = Duration::from_millis(50);

/// Timeout for the last call after the work is done.
const LAST_CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Passes progress to a thread that calls the function, so that a blocking function does not stop the transfer.
/// Dropping this ends the thread.
pub(crate) struct Progress {
    reports: mpsc::Sender<(u64, Option<u64>)>,
    latest: Mutex<Option<Instant>>,
}

impl Progress {
    /// Starts the thread. The receiver yields an exception of the function, which ends the transfer.
    pub(crate) fn new(function: Py<PyAny>) -> (Self, oneshot::Receiver<PyErr>) {
        let (reports, due) = mpsc::channel();
        let (raised, exception) = oneshot::channel();
        thread::spawn(move || {
            while let Ok(oldest) = due.recv() {
                // Skip reports that a slow function missed.
                let latest: (u64, Option<u64>) = due.try_iter().last().unwrap_or(oldest);
                match runtime::attach(|py| function.call1(py, latest).map(drop)) {
                    Some(Ok(())) => {}
                    Some(Err(error)) => {
                        // The receiver may be gone.
                        let _ = raised.send(error);
                        return;
                    }
                    None => return,
                }
            }
        });
        (Self { reports, latest: Mutex::new(None) }, exception)
    }

    pub(crate) fn report(&self, done: u64, size: Option<u64>) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if size != Some(done) && latest.is_some_and(|latest| latest.elapsed() < MIN_CALL_INTERVAL) {
            return;
        }
        *latest = Some(Instant::now());
        // The thread ends if the function raised an exception.
        let _ = self.reports.send((done, size));
    }
}

/// Runs the work unless the callback raises. The callback receives the last report before this returns.
pub(crate) async fn unless_callback_raises<T>(
    work: impl Future<Output = flink_rest_client::Result<T>>,
    exception: Option<oneshot::Receiver<PyErr>>,
) -> Result<T, Failure> {
    let Some(mut exception) = exception else { return Ok(work.await?) };
    let mut work = Box::pin(work);
    let done = tokio::select! {
        biased;
        Ok(error) = &mut exception => return Err(Failure::Callback(error)),
        done = &mut work => done?,
    };
    // Dropping the work drops the sender, which ends the thread.
    drop(work);
    if exception.is_terminated() {
        return Ok(done);
    }
    match tokio::time::timeout(LAST_CALL_TIMEOUT, exception).await {
        Ok(Ok(error)) => Err(Failure::Callback(error)),
        Ok(Err(_)) | Err(_) => Ok(done),
    }
}
