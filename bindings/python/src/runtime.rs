//! The runtime that all clients of a process share: one thread.

use std::{
    mem, process,
    sync::{Mutex, PoisonError},
};

use pyo3::prelude::*;
use tokio::runtime::{Builder, Handle, Runtime};

struct Background {
    process: u32,
    runtime: Runtime,
}

static BACKGROUND: Mutex<Option<Background>> = Mutex::new(None);

pub(crate) fn handle() -> PyResult<Handle> {
    let mut background = BACKGROUND.lock().unwrap_or_else(PoisonError::into_inner);
    if background.as_ref().is_some_and(|background| background.process != process::id()) {
        // A child has none of its parent's threads: to drop their runtime would wait for them.
        mem::forget(background.take());
    }
    let background = match &mut *background {
        Some(background) => background,
        none => none.insert(Background { process: process::id(), runtime: start()? }),
    };
    Ok(background.runtime.handle().clone())
}

/// Calls a function of the caller's, which may do as it likes: also wait for other calls on this runtime. None at Python's end.
pub(crate) fn call_python<T>(function: impl for<'py> FnOnce(Python<'py>) -> T) -> Option<T> {
    tokio::task::block_in_place(|| Python::try_attach(function))
}

fn start() -> PyResult<Runtime> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(16)
        .thread_name("flink-rest-client")
        .enable_all()
        .build()?;
    Ok(runtime)
}
