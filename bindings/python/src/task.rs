//! Work under way: waited for by a thread, or told of by a callback.

use std::{
    cell::RefCell,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use pyo3::{exceptions::PyException, prelude::*};
use tokio::task::AbortHandle;

use crate::{
    error::{self, Failure},
    runtime::{self, Home},
};

/// How long Python's signals may have to wait: Ctrl-C shall work at once.
const PAUSE: Duration = Duration::from_millis(50);

/// What a task leaves, made into a Python object by the one who takes it.
type Outcome = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

tokio::task_local! {
    /// What a function of the caller raised to end more than this work.
    static LEFT: RefCell<Option<PyErr>>;
}

/// Keeps `SystemExit`, `KeyboardInterrupt` and the like, which no error may wrap: for who waits for the work.
pub(crate) fn leave(raised: &PyErr) {
    Python::attach(|py| {
        if !raised.is_instance_of::<PyException>(py) {
            // Outside of a task, nobody waits.
            let _ = LEFT.try_with(|left| left.replace(Some(raised.clone_ref(py))));
        }
    });
}

/// Work under way on the runtime. Dropping it gives the work up.
#[pyclass(frozen, module = "flink_rest_client._native")]
pub(crate) struct Task {
    shared: Arc<Shared>,
    work: AbortHandle,
    home: Home,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    over: Condvar,
}

#[derive(Default)]
struct State {
    is_over: bool,
    outcome: Option<Outcome>,
    callback: Option<Py<PyAny>>,
}

impl Task {
    pub(crate) fn spawn<T: Send + 'static>(
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
        convert: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Self> {
        let shared = Arc::new(Shared::default());
        let end = End(shared.clone());
        let work = runtime::handle()?.spawn(LEFT.scope(RefCell::default(), async move {
            let result = work.await;
            let result = match LEFT.with(RefCell::take) {
                Some(left) if result.is_err() => Err(Failure::Callback(left)),
                _ => result,
            };
            end.0.state().outcome = Some(Box::new(|py| match result {
                Ok(value) => convert(py, value),
                Err(failure) => Err(failure.into_python(py)),
            }));
        }));
        Ok(Self { shared, work: work.abort_handle(), home: Home::here() })
    }
}

/// Marks the end, also if the work was given up or panicked.
struct End(Arc<Shared>);

impl Drop for End {
    fn drop(&mut self) {
        let callback = {
            let mut state = self.0.state();
            state.is_over = true;
            state.callback.take()
        };
        self.0.over.notify_all();
        if let Some(callback) = callback {
            // Nobody is left who could be told that a callback failed; at Python's end there is nobody to call.
            runtime::attach(|py| _ = callback.call0(py));
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a moment: whether it is over.
    fn wait(&self) -> bool {
        let waited = self.over.wait_timeout_while(self.state(), PAUSE, |state| !state.is_over);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_over
    }
}

#[pymethods]
impl Task {
    /// Waits until it is over: what came out. Other Python threads go on, and signals are heard.
    fn wait(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.home.check(py, "call")?;
        while !py.detach(|| self.shared.wait()) {
            py.check_signals().inspect_err(|_| self.cancel())?;
        }
        self.result(py)
    }

    /// What came out; for once.
    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.home.check(py, "call")?;
        let outcome = self.shared.state().outcome.take();
        outcome.map_or_else(|| Err(error::given_up(py)), |outcome| outcome(py))
    }

    /// Calls this back, on another thread, when it is over; at once if it is.
    fn when_done(&self, py: Python<'_>, callback: Py<PyAny>) -> PyResult<()> {
        self.home.check(py, "call")?;
        let mut state = self.shared.state();
        if !state.is_over {
            state.callback = Some(callback);
            return Ok(());
        }
        drop(state);
        callback.call0(py)?;
        Ok(())
    }

    /// Gives it up: its connection is closed.
    fn cancel(&self) {
        if self.home.is_here() {
            self.work.abort();
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.cancel();
    }
}
