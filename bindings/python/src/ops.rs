//! The functions of `flink_ops` for Python. Their results are JSON, which `ops.py` decodes into classes.

use flink_ops::{Result, Run, Work};
use flink_rest_client::{FlinkRestClient, JobId};
use pyo3::prelude::*;
use serde::Serialize;

use crate::{
    arguments::{Timeout, parsed},
    client::loads,
    task::Task,
};

/// Starts a task that reads something about a job.
pub(crate) fn read<T: Serialize + Send + 'static, F: Future<Output = Result<T>> + Send + 'static>(
    client: FlinkRestClient,
    job: &Bound<'_, PyAny>,
    read: impl FnOnce(FlinkRestClient, JobId) -> F,
) -> PyResult<Task> {
    json(read(client, parsed::<JobId>("job_id", job)?))
}

/// Starts a task that changes a job and waits for the end of the change.
pub(crate) fn change<W: Run + 'static, T: Serialize + Send + 'static>(
    work: Work<W>,
    timeout: Option<Timeout>,
    told: impl FnOnce(W::Output) -> T + Send + 'static,
) -> PyResult<Task> {
    let work = match timeout {
        Some(Timeout(timeout)) => work.timeout(timeout),
        None => work,
    };
    json(async { work.await.map(told) })
}

fn json<T: Serialize + Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> PyResult<Task> {
    let work = async { Ok(work.await?) };
    Task::spawn(work, |py, value| {
        let json =
            serde_json::to_vec(&value).map_err(|error| crate::error::invalid(py, &error.to_string()))?;
        loads(py, &json)
    })
}
