//! Tasks: a thread waits for one, or a callback reports its end.

use std::{
    cell::RefCell,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use pyo3::{exceptions::PyException, prelude::*};
use tokio::task::AbortHandle;

use crate::{
    error::{self, Failure},
    runtime::{self, OwnerProcess},
};

/// Interval between checks for Python signals, so that Ctrl-C works at once.
const SIGNAL_CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// The result of a task; the thread that takes it converts it to a Python object.
type Outcome = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

tokio::task_local! {
    /// An exception of a Python callback that must end more than this task.
    static MUST_RAISE: RefCell<Option<PyErr>>;
}

/// Stores `SystemExit`, `KeyboardInterrupt` and the like for the waiting thread; no error may wrap these.
pub(crate) fn keep_fatal_exception(raised: &PyErr) {
    Python::attach(|py| {
        if !raised.is_instance_of::<PyException>(py) {
            // Outside of a task, nobody waits for it.
            let _ = MUST_RAISE.try_with(|left| left.replace(Some(raised.clone_ref(py))));
        }
    });
}

/// A task on the runtime. Dropping it cancels it.
#[pyclass(frozen, module = "flink_rest_client._native")]
pub(crate) struct Task {
    shared: Arc<Shared>,
    work: AbortHandle,
    owner: OwnerProcess,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    done_signal: Condvar,
}

#[derive(Default)]
struct State {
    is_done: bool,
    outcome: Option<Outcome>,
    callback: Option<Py<PyAny>>,
}

impl Task {
    pub(crate) fn spawn<T: Send + 'static>(
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
        convert: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Self> {
        let shared = Arc::new(Shared::default());
        let end = DoneOnDrop(shared.clone());
        let work = runtime::handle()?.spawn(MUST_RAISE.scope(RefCell::default(), async move {
            let result = work.await;
            let result = match MUST_RAISE.with(RefCell::take) {
                Some(left) if result.is_err() => Err(Failure::Callback(left)),
                _ => result,
            };
            end.0.state().outcome = Some(Box::new(|py| match result {
                Ok(value) => convert(py, value),
                Err(failure) => Err(failure.into_python(py)),
            }));
        }));
        Ok(Self { shared, work: work.abort_handle(), owner: OwnerProcess::here() })
    }
}

/// Marks the task as done when dropped, even if it was cancelled or panicked.
struct DoneOnDrop(Arc<Shared>);

impl Drop for DoneOnDrop {
    fn drop(&mut self) {
        let callback = {
            let mut state = self.0.state();
            state.is_done = true;
            state.callback.take()
        };
        self.0.done_signal.notify_all();
        if let Some(callback) = callback {
            // A failure of the callback cannot be reported to anybody. During shutdown the callback is skipped.
            runtime::attach(|py| _ = callback.call0(py));
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for one interval and returns true if the task is done.
    fn wait(&self) -> bool {
        let waited =
            self.done_signal.wait_timeout_while(self.state(), SIGNAL_CHECK_INTERVAL, |state| !state.is_done);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_done
    }
}

#[pymethods]
impl Task {
    /// Waits until the task is done and returns its result. Releases Python's lock and handles signals meanwhile.
    fn wait(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.owner.check(py, "call")?;
        while !py.detach(|| self.shared.wait()) {
            py.check_signals().inspect_err(|_| self.cancel())?;
        }
        self.result(py)
    }

    /// Returns the result; works only once.
    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.owner.check(py, "call")?;
        let outcome = self.shared.state().outcome.take();
        outcome.map_or_else(|| Err(error::cancelled(py)), |outcome| outcome(py))
    }

    /// Registers a callback, called on another thread when the task is done; called at once if it is done already.
    fn when_done(&self, py: Python<'_>, callback: Py<PyAny>) -> PyResult<()> {
        self.owner.check(py, "call")?;
        let mut state = self.shared.state();
        if !state.is_done {
            state.callback = Some(callback);
            return Ok(());
        }
        drop(state);
        callback.call0(py)?;
        Ok(())
    }

    /// Cancels the task and closes its connection.
    fn cancel(&self) {
        if self.owner.is_here() {
            self.work.abort();
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.cancel();
    }
}
