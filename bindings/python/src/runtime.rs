//! The runtime that all clients of a process share. It has one thread.

use std::{
    mem, process,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use pyo3::prelude::*;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::error;

struct Background {
    owner: OwnerProcess,
    runtime: Runtime,
}

static BACKGROUND: Mutex<Option<Background>> = Mutex::new(None);

/// True once the Python interpreter shuts down. Atomic: a forked child could inherit a lock in locked state.
static IS_SHUTTING_DOWN: AtomicBool = AtomicBool::new(false);
/// Number of threads that currently call Python.
static RUNNING_CALLS: AtomicUsize = AtomicUsize::new(0);

/// Interval between checks for running calls at shutdown.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

pub(crate) fn handle() -> PyResult<Handle> {
    let mut background = BACKGROUND.lock().unwrap_or_else(PoisonError::into_inner);
    if background.as_ref().is_some_and(|background| !background.owner.is_here()) {
        // A forked child has none of its parent's threads: dropping their runtime would wait for them forever.
        mem::forget(background.take());
        RUNNING_CALLS.store(0, SeqCst);
    }
    let background = match &mut *background {
        Some(background) => background,
        none => none.insert(Background { owner: OwnerProcess::here(), runtime: start()? }),
    };
    Ok(background.runtime.handle().clone())
}

/// Calls Python unless it is shutting down. Blocking functions of the user must be called on their own thread.
pub(crate) fn attach<T>(function: impl for<'py> FnOnce(Python<'py>) -> T) -> Option<T> {
    let _under_way = RunningCall::new();
    if IS_SHUTTING_DOWN.load(SeqCst) { None } else { Python::try_attach(function) }
}

/// The process that created an object; forked children cannot use it.
#[derive(Clone, Copy)]
pub(crate) struct OwnerProcess(u32);

impl OwnerProcess {
    pub(crate) fn here() -> Self {
        Self(process::id())
    }

    pub(crate) fn is_here(self) -> bool {
        self.0 == process::id()
    }

    /// Returns an error if the object was created before a fork.
    pub(crate) fn check(self, py: Python<'_>, what: &str) -> PyResult<()> {
        if self.is_here() {
            return Ok(());
        }
        let cause = format!(
            "this {what} was made before the process was forked, and its connections stayed with the parent: make a \
             new client in the child"
        );
        Err(error::invalid(py, &cause))
    }
}

struct RunningCall;

impl RunningCall {
    fn new() -> Self {
        RUNNING_CALLS.fetch_add(1, SeqCst);
        Self
    }
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        RUNNING_CALLS.fetch_sub(1, SeqCst);
    }
}

/// Forbids further calls of Python functions and waits for running ones, as Python does for its own threads.
///
/// A thread that returns to Python after its shutdown is ended there. Inside Rust code that would abort the process.
#[pyfunction]
fn shut_down(py: Python<'_>) -> PyResult<()> {
    IS_SHUTTING_DOWN.store(true, SeqCst);
    let is_ours =
        || matches!(BACKGROUND.try_lock().as_deref(), Ok(Some(background)) if background.owner.is_here());
    while is_ours() && RUNNING_CALLS.load(SeqCst) > 0 {
        py.check_signals()?;
        py.detach(|| thread::sleep(POLL_INTERVAL));
    }
    Ok(())
}

/// Registers [`shut_down`] to run when the interpreter shuts down.
pub(crate) fn register_shutdown_hook(py: Python<'_>) -> PyResult<()> {
    py.import("atexit")?.call_method1("register", (wrap_pyfunction!(shut_down, py)?,))?;
    Ok(())
}

fn start() -> PyResult<Runtime> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("flink-rest-client")
        .enable_all()
        .build()?;
    Ok(runtime)
}
