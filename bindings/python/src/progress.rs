//! How far an upload or download is, told to a function of the caller.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use pyo3::prelude::*;
use tokio::sync::oneshot;

use crate::{error::Failure, runtime};

/// Not to be told more often: to call Python takes its lock.
const PAUSE: Duration = Duration::from_millis(50);

/// The caller's function.
pub(crate) struct Progress {
    function: Py<PyAny>,
    state: Mutex<State>,
}

struct State {
    told: Option<Instant>,
    /// For what the function raises: that ends the work.
    raised: Option<oneshot::Sender<PyErr>>,
}

impl Progress {
    /// With where it will be heard of an exception.
    pub(crate) fn new(function: Py<PyAny>) -> (Self, oneshot::Receiver<PyErr>) {
        let (raised, heard) = oneshot::channel();
        (Self { function, state: Mutex::new(State { told: None, raised: Some(raised) }) }, heard)
    }

    pub(crate) fn tell(&self, done: u64, size: Option<u64>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if size != Some(done) && state.told.is_some_and(|told| told.elapsed() < PAUSE) {
            return;
        }
        state.told = Some(Instant::now());
        let called = runtime::call_python(|py| self.function.call1(py, (done, size)).map(drop));
        if let Some(Err(error)) = called
            && let Some(raised) = state.raised.take()
        {
            let _ = raised.send(error);
        }
    }
}

/// The work, or what was raised meanwhile.
pub(crate) async fn unless_raised<T>(
    work: impl Future<Output = flink_rest_client::Result<T>>,
    heard: Option<oneshot::Receiver<PyErr>>,
) -> Result<T, Failure> {
    let raised = async {
        match heard {
            Some(heard) => match heard.await {
                Ok(error) => error,
                Err(_) => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        error = raised => Err(Failure::Callback(error)),
        result = work => Ok(result?),
    }
}
