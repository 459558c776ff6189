//! The native part of the Python package: calls by name on a runtime of their own, as tasks that Python waits for.
//!
//! It knows no endpoint: what there is to call, and what it means, is written in Python, most of it from `ENDPOINTS`.

mod arguments;
mod client;
mod error;
mod options;
mod progress;
mod runtime;
mod stream;
mod task;

use pyo3::prelude::*;

#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::{
        client::Client,
        stream::{Chunks, Lines},
        task::Task,
    };

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::runtime::watch_end(module.py())
    }
}
