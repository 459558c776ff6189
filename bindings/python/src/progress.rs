//! Tells a function of the caller how far an upload or download is.

use std::{
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use pyo3::prelude::*;
use tokio::sync::oneshot;

use crate::{error::Failure, runtime};

/// Not to be told more often: to call Python takes its lock.
const PAUSE: Duration = Duration::from_millis(50);

/// Time for the last call of the function when the work is done.
const LAST_CALL: Duration = Duration::from_secs(10);

/// Passes progress on to a thread that calls the function, so that one that blocks holds up no work. The thread ends with
/// this.
pub(crate) struct Progress {
    told: mpsc::Sender<(u64, Option<u64>)>,
    latest: Mutex<Option<Instant>>,
}

impl Progress {
    /// With where it will be heard of an exception, which ends the work.
    pub(crate) fn new(function: Py<PyAny>) -> (Self, oneshot::Receiver<PyErr>) {
        let (told, due) = mpsc::channel();
        let (raised, heard) = oneshot::channel();
        thread::spawn(move || {
            while let Ok(oldest) = due.recv() {
                // Those that a slow function missed are of no use any more.
                let told: (u64, Option<u64>) = due.try_iter().last().unwrap_or(oldest);
                match runtime::attach(|py| function.call1(py, told).map(drop)) {
                    Some(Ok(())) => {}
                    Some(Err(error)) => {
                        // Nobody may wait any more.
                        let _ = raised.send(error);
                        return;
                    }
                    None => return,
                }
            }
        });
        (Self { told, latest: Mutex::new(None) }, heard)
    }

    pub(crate) fn tell(&self, done: u64, size: Option<u64>) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if size != Some(done) && latest.is_some_and(|latest| latest.elapsed() < PAUSE) {
            return;
        }
        *latest = Some(Instant::now());
        // The function may have raised something.
        let _ = self.told.send((done, size));
    }
}

/// The work, or what was raised meanwhile. The function has heard the last of it before the work counts as done.
pub(crate) async fn unless_raised<T>(
    work: impl Future<Output = flink_rest_client::Result<T>>,
    heard: Option<oneshot::Receiver<PyErr>>,
) -> Result<T, Failure> {
    let Some(mut heard) = heard else { return Ok(work.await?) };
    let mut work = Box::pin(work);
    let done = tokio::select! {
        biased;
        Ok(error) = &mut heard => return Err(Failure::Callback(error)),
        done = &mut work => done?,
    };
    // The thread ends without the work, and its sender with it.
    drop(work);
    if heard.is_terminated() {
        return Ok(done);
    }
    match tokio::time::timeout(LAST_CALL, heard).await {
        Ok(Ok(error)) => Err(Failure::Callback(error)),
        Ok(Err(_)) | Err(_) => Ok(done),
    }
}
