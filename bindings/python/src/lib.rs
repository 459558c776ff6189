//! The native part of the Python package: calls endpoints by name on its own runtime and returns tasks that Python
//! waits for.
//!
//! Endpoint-agnostic: the endpoints and their parameters are in Python code, mostly generated from `ENDPOINTS`.

mod arguments;
mod client;
mod error;
mod ops;
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
        crate::runtime::register_shutdown_hook(module.py())
    }
}
