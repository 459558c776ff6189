//! The runtime that all clients of a process share: one thread.

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
    home: Home,
    runtime: Runtime,
}

static BACKGROUND: Mutex<Option<Background>> = Mutex::new(None);

/// Whether Python is at its end, and how many of its functions run here. No lock: a child might inherit it locked.
static ENDED: AtomicBool = AtomicBool::new(false);
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// How often Python's end looks for them.
const PAUSE: Duration = Duration::from_millis(10);

pub(crate) fn handle() -> PyResult<Handle> {
    let mut background = BACKGROUND.lock().unwrap_or_else(PoisonError::into_inner);
    if background.as_ref().is_some_and(|background| !background.home.is_here()) {
        // A child has none of its parent's threads: to drop their runtime would wait for them.
        mem::forget(background.take());
        UNDER_WAY.store(0, SeqCst);
    }
    let background = match &mut *background {
        Some(background) => background,
        none => none.insert(Background { home: Home::here(), runtime: start()? }),
    };
    Ok(background.runtime.handle().clone())
}

/// Calls Python; none at its end. A function of the caller's may block, so that is called on a thread of its own.
pub(crate) fn attach<T>(function: impl for<'py> FnOnce(Python<'py>) -> T) -> Option<T> {
    let _under_way = UnderWay::new();
    if ENDED.load(SeqCst) { None } else { Python::try_attach(function) }
}

/// The process in which something was made that its children cannot use.
#[derive(Clone, Copy)]
pub(crate) struct Home(u32);

impl Home {
    pub(crate) fn here() -> Self {
        Self(process::id())
    }

    pub(crate) fn is_here(self) -> bool {
        self.0 == process::id()
    }

    /// Refuses what was made before a fork.
    pub(crate) fn check(self, py: Python<'_>, what: &str) -> PyResult<()> {
        if self.is_here() {
            return Ok(());
        }
        let why = format!(
            "this {what} was made before the process was forked, and its connections stayed with the parent: make a \
             new client in the child"
        );
        Err(error::invalid(py, &why))
    }
}

struct UnderWay;

impl UnderWay {
    fn new() -> Self {
        UNDER_WAY.fetch_add(1, SeqCst);
        Self
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, SeqCst);
    }
}

/// Calls no more functions of Python, and waits for those that run, as Python does for its own threads. A thread that came
/// back to Python after its end would be ended there, and one cannot be ended in the middle of Rust: the process would abort.
#[pyfunction]
fn end(py: Python<'_>) -> PyResult<()> {
    ENDED.store(true, SeqCst);
    let is_ours =
        || matches!(BACKGROUND.try_lock().as_deref(), Ok(Some(background)) if background.home.is_here());
    while is_ours() && UNDER_WAY.load(SeqCst) > 0 {
        py.check_signals()?;
        py.detach(|| thread::sleep(PAUSE));
    }
    Ok(())
}

/// Has Python tell of its end.
pub(crate) fn watch_end(py: Python<'_>) -> PyResult<()> {
    py.import("atexit")?.call_method1("register", (wrap_pyfunction!(end, py)?,))?;
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
