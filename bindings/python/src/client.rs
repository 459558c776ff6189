//! The native client class: each method starts a task.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use flink_rest_client::{
    Action, Async, Call, Endpoint, FlinkRestClient, JobId, Operation, Request, Result, Retry, TaskManagerId,
    Text, Timestamp, Trigger, TriggerId, Upload, VertexId,
    endpoint::{Body, FromParams, endpoint_from_json},
    follow::Follow,
    jobs::savepoints::{StopJob, TriggerSavepoint},
    operation::{Poll, Wait},
};
use pyo3::{
    IntoPyObjectExt,
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyBytes, PyDict},
};
use serde::de::IgnoredAny;
use tokio::sync::oneshot;

use crate::{
    arguments::{Function, Timeout, json, parsed, text},
    error::{self, raise},
    ops,
    options::Options,
    progress::{Progress, unless_callback_raises},
    runtime::OwnerProcess,
    stream::{Chunks, Lines},
    task::Task,
};

/// A client of one cluster, safe to share between threads.
#[pyclass(frozen, module = "flink_rest_client._native")]
pub(crate) struct Client {
    /// None after `close`.
    client: Mutex<Option<FlinkRestClient>>,
    owner: OwnerProcess,
    #[pyo3(get)]
    url: String,
}

/// A request whose response body is read in chunks.
struct Bytes(Request);

impl Endpoint for Bytes {
    type Response = Text;

    fn request(&self) -> Result<Request> {
        Ok(self.0.clone())
    }
}

impl Client {
    fn client(&self, py: Python<'_>) -> PyResult<FlinkRestClient> {
        self.owner.check(py, "client")?;
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner).clone();
        client.ok_or_else(|| error::invalid(py, "this client is closed"))
    }

    /// Makes the request of an endpoint by its name.
    fn request(&self, name: &str, params: &Bound<'_, PyDict>) -> PyResult<(FlinkRestClient, Request)> {
        let py = params.py();
        let client = self.client(py)?;
        let request = client.request_by_name(name, json(params)?.into()).to_request();
        Ok((client, request.map_err(|error| raise(py, &error))?))
    }
}

impl Client {
    /// Triggers an operation; the task returns its id.
    fn trigger<T>(&self, params: &Bound<'_, PyDict>) -> PyResult<Task>
    where
        T: FromParams + Trigger + Action<Output<Async> = Operation<Async, T::Poll>> + 'static,
    {
        let py = params.py();
        let client = self.client(py)?;
        let trigger: T = endpoint_from_json(json(params)?).map_err(|error| raise(py, &error))?;
        let call = client.request(trigger);
        let work = async { Ok(call.await?.id().to_string()) };
        Task::spawn(work, |py, id| id.into_py_any(py))
    }
}

#[pymethods]
impl Client {
    #[new]
    fn new(py: Python<'_>, url: &Bound<'_, PyAny>, options: &Bound<'_, PyDict>) -> PyResult<Self> {
        // The connection pool must be created inside its runtime.
        let runtime = crate::runtime::handle()?;
        let _entered = runtime.enter();
        let client =
            Options::read(options)?.builder(&text("url", url)?).build().map_err(|error| raise(py, &error))?;
        let url = client.address().to_owned();
        Ok(Self { client: Mutex::new(Some(client)), owner: OwnerProcess::here(), url })
    }

    /// Calls an endpoint. The task returns the response's JSON as Python objects, or bytes. `progress` reports on
    /// uploaded files.
    #[pyo3(signature = (name, params, timeout=None, progress=None, retry=true))]
    fn call(
        &self,
        name: &str,
        params: &Bound<'_, PyDict>,
        timeout: Option<Timeout>,
        progress: Option<Function>,
        retry: bool,
    ) -> PyResult<Task> {
        let (client, mut request) = self.request(name, params)?;
        let is_text = request.spec.answer.is_file();
        let exception = match (&mut request.body, progress) {
            (Body::Form { files, .. }, Some(Function(function))) => Some(watch(files, function)),
            _ => None,
        };
        let mut call = client.request(request);
        if !retry {
            call = call.retry(Retry::never());
        }
        let call = limited(call, timeout);
        let work = async move {
            let reading = call.fresh().await?;
            if !is_text {
                // Checks that this is a response of Flink's: Python's parser would accept a login page's JSON as well.
                reading.value.decode::<IgnoredAny>()?;
            }
            Ok((reading.value.body, reading.freshness))
        };
        Task::spawn(unless_callback_raises(work, exception), move |py, (body, freshness)| {
            if !freshness.is_fresh() {
                error::warn_of_old_metrics(py)?;
            }
            match is_text {
                true => Ok(PyBytes::new(py, &body).into_any().unbind()),
                false => loads(py, &body),
            }
        })
    }

    /// Uploads a jar and runs it with the parameters of `RunJar`; the task returns the id of the job.
    #[pyo3(signature = (jar, params, timeout=None, progress=None, delete_jar=false, exactly_once=false))]
    fn upload_and_run(
        &self,
        jar: PathBuf,
        params: &Bound<'_, PyDict>,
        timeout: Option<Timeout>,
        progress: Option<Function>,
        delete_jar: bool,
        exactly_once: bool,
    ) -> PyResult<Task> {
        let py = params.py();
        let client = self.client(py)?;
        let mut params = json(params)?;
        // A placeholder: the upload sets the jar's id.
        params.insert("jar".into(), "uploaded.jar".into());
        let run = endpoint_from_json(params).map_err(|error| raise(py, &error))?;
        let mut files = [Upload::new(jar)];
        let exception = progress.map(|Function(function)| watch(&mut files, function));
        let [jar] = files;
        let mut call = client.jars().upload_and_run(jar);
        *call.action.as_mut() = run;
        if delete_jar {
            call = call.delete_jar();
        }
        if exactly_once {
            call = call.exactly_once();
        }
        let call = limited(call, timeout);
        let work = async { Ok(call.await?.job_id.to_string()) };
        Task::spawn(unless_callback_raises(work, exception), |py, job| job.into_py_any(py))
    }

    /// Opens a response body for reading in chunks.
    #[pyo3(signature = (name, params, timeout=None))]
    fn stream(&self, name: &str, params: &Bound<'_, PyDict>, timeout: Option<Timeout>) -> PyResult<Task> {
        let (client, request) = self.request(name, params)?;
        let call = limited(client.request(Bytes(request)).stream(), timeout);
        Task::spawn(async { Ok(call.await?) }, |py, download| {
            Ok(Py::new(py, Chunks::new(download))?.into_any())
        })
    }

    /// Writes a response body to a file; the task returns its size.
    #[pyo3(signature = (name, params, path, timeout=None, progress=None))]
    fn save(
        &self,
        name: &str,
        params: &Bound<'_, PyDict>,
        path: PathBuf,
        timeout: Option<Timeout>,
        progress: Option<Function>,
    ) -> PyResult<Task> {
        let (client, request) = self.request(name, params)?;
        let mut call = limited(client.request(Bytes(request)).save(path), timeout);
        let mut exception = None;
        if let Some(Function(function)) = progress {
            let (progress, receiver) = Progress::new(function);
            call = call.on_progress(move |done, size| progress.report(done, size));
            exception = Some(receiver);
        }
        Task::spawn(unless_callback_raises(async { call.await }, exception), |py, size| size.into_py_any(py))
    }

    /// Follows the log of one process, or of all, from the last lines or from a time on.
    #[pyo3(signature = (process=None, last=None, since=None))]
    fn follow(
        &self,
        py: Python<'_>,
        process: Option<&Bound<'_, PyAny>>,
        last: Option<usize>,
        since: Option<&str>,
    ) -> PyResult<Lines> {
        let client = self.client(py)?;
        let mut follow: Follow<Async> = match process {
            None => client.follow_logs(),
            Some(id) if text("taskmanager", id)? == "jobmanager" => client.jobmanager().follow_log(),
            Some(id) => client.taskmanager(parsed::<TaskManagerId>("taskmanager", id)?).follow_log(),
        };
        if let Some(lines) = last {
            follow = follow.last(lines);
        }
        if let Some(time) = since {
            let time: Timestamp = time.parse().map_err(|error| PyValueError::new_err(format!("{error}")))?;
            follow = follow.since(time);
        }
        Ok(Lines::new(follow.lines()))
    }

    /// Waits until all tasks of a job run, or until it has finished.
    #[pyo3(signature = (job, finished, timeout=None))]
    fn wait_for_job(
        &self,
        py: Python<'_>,
        job: &Bound<'_, PyAny>,
        finished: bool,
        timeout: Option<Timeout>,
    ) -> PyResult<Task> {
        let job = self.client(py)?.job(parsed::<JobId>("job", job)?);
        let call =
            limited(if finished { job.wait_until_finished() } else { job.wait_until_running() }, timeout);
        Task::spawn(async { Ok(call.await.map(drop)?) }, |py, ()| Ok(py.None()))
    }

    /// Waits for an operation to end and returns its value; `name` is the endpoint that reports on it.
    ///
    /// `accepted` is the age of an accepted operation, in seconds. If the server does not know such an operation, its
    /// outcome is unknown.
    #[pyo3(signature = (name, job, trigger, timeout=None, accepted=None))]
    fn wait_for_operation(
        &self,
        py: Python<'_>,
        name: &str,
        job: Option<&Bound<'_, PyAny>>,
        trigger: &Bound<'_, PyAny>,
        timeout: Option<Timeout>,
        accepted: Option<Timeout>,
    ) -> PyResult<Task> {
        let client = self.client(py)?;
        let trigger = parsed::<TriggerId>("trigger", trigger)?;
        let job = || {
            let job = job.ok_or_else(|| PyTypeError::new_err("job: expected a str, not None"))?;
            Ok::<_, PyErr>(client.job(parsed::<JobId>("job", job)?))
        };
        match name {
            "GetSavepoint" => value(wait(job()?.savepoint_status(trigger), accepted), timeout),
            "GetTriggeredCheckpoint" => {
                value(wait(job()?.checkpoints().trigger_status(trigger), accepted), timeout)
            }
            "GetRescaling" => value(wait(job()?.rescaling_status(trigger), accepted), timeout),
            "GetDatasetDeletion" => value(wait(client.datasets().deletion(trigger), accepted), timeout),
            "GetSavepointDisposal" => {
                value(wait(client.savepoint_disposal_status(trigger), accepted), timeout)
            }
            other => Err(PyValueError::new_err(format!("{other} reports on no operation"))),
        }
    }

    /// Waits until Flink has measured the backpressure of a vertex, at most `wait` seconds, and returns the last
    /// response.
    #[pyo3(signature = (job, vertex, wait))]
    fn wait_for_backpressure(
        &self,
        py: Python<'_>,
        job: &Bound<'_, PyAny>,
        vertex: &Bound<'_, PyAny>,
        wait: Timeout,
    ) -> PyResult<Task> {
        let job = self.client(py)?.job(parsed::<JobId>("job", job)?);
        let call = job.vertex(parsed::<VertexId>("vertex", vertex)?).backpressure().measured();
        let call = limited(call, Some(wait));
        let work = async {
            let answer = call.await?;
            Ok(serde_json::to_vec(&answer).unwrap_or_default())
        };
        Task::spawn(work, |py, body| loads(py, &body))
    }

    /// Triggers a savepoint with the parameters of `TriggerSavepoint`, in a format that the job's state backend
    /// supports; the task returns the id of the operation.
    fn trigger_savepoint(&self, params: &Bound<'_, PyDict>) -> PyResult<Task> {
        self.trigger::<TriggerSavepoint>(params)
    }

    /// Stops the job with a savepoint, with the parameters of `StopJob`; the task returns the id of the operation.
    fn stop_with_savepoint(&self, params: &Bound<'_, PyDict>) -> PyResult<Task> {
        self.trigger::<StopJob>(params)
    }

    /// Sets the parallelism of all vertices of a job.
    #[pyo3(signature = (job, parallelism, timeout=None))]
    fn rescale(
        &self,
        py: Python<'_>,
        job: &Bound<'_, PyAny>,
        parallelism: u32,
        timeout: Option<Timeout>,
    ) -> PyResult<Task> {
        value(self.client(py)?.job(parsed::<JobId>("job", job)?).rescale(parallelism), timeout)
    }

    /// The TaskManagers that the subtasks of a job run on.
    fn placement(&self, py: Python<'_>, job: &Bound<'_, PyAny>) -> PyResult<Task> {
        ops::read(self.client(py)?, job, async |client, job| flink_ops::placement(&client, job).await)
    }

    /// The load of a job's vertices.
    fn load(&self, py: Python<'_>, job: &Bound<'_, PyAny>) -> PyResult<Task> {
        ops::read(self.client(py)?, job, async |client, job| flink_ops::load(&client, job).await)
    }

    /// The failures of a job, condensed.
    fn failures(&self, py: Python<'_>, job: &Bound<'_, PyAny>) -> PyResult<Task> {
        ops::read(self.client(py)?, job, async |client, job| flink_ops::failures(&client, job).await)
    }

    /// The obstacle that keeps a job from running.
    fn obstacle(&self, py: Python<'_>, job: &Bound<'_, PyAny>) -> PyResult<Task> {
        ops::read(self.client(py)?, job, async |client, job| flink_ops::obstacle(&client, job).await)
    }

    /// Cancels a job, waits for its end and returns its last state.
    #[pyo3(signature = (job, timeout=None))]
    fn cancel(&self, py: Python<'_>, job: &Bound<'_, PyAny>, timeout: Option<Timeout>) -> PyResult<Task> {
        ops::change(flink_ops::cancel(&self.client(py)?, parsed("job_id", job)?), timeout, |state| state)
    }

    /// Stops a job with a savepoint, waits for its end and returns the savepoint's path.
    #[pyo3(signature = (params, timeout=None))]
    fn stop(&self, params: &Bound<'_, PyDict>, timeout: Option<Timeout>) -> PyResult<Task> {
        let py = params.py();
        let client = self.client(py)?;
        let stop: StopJob = endpoint_from_json(json(params)?).map_err(|error| raise(py, &error))?;
        ops::change(flink_ops::settle(&client, client.request(stop)), timeout, |path| path)
    }

    /// Sets the parallelism of all vertices and waits until the job runs with it.
    #[pyo3(signature = (job, parallelism, timeout=None))]
    fn rescale_and_wait(
        &self,
        py: Python<'_>,
        job: &Bound<'_, PyAny>,
        parallelism: u32,
        timeout: Option<Timeout>,
    ) -> PyResult<Task> {
        ops::change(flink_ops::rescale(&self.client(py)?, parsed("job_id", job)?, parallelism), timeout, drop)
    }

    /// Closes the connections once no call uses them.
    fn close(&self) {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn __reduce__(&self) -> PyResult<Py<PyAny>> {
        Err(PyTypeError::new_err(
            "a Flink client cannot be pickled or copied: it holds connections and secrets; make one where it is needed",
        ))
    }
}

/// Reports the progress of these uploads to a Python callback; the receiver yields its exception.
fn watch(files: &mut [Upload], function: Py<PyAny>) -> oneshot::Receiver<PyErr> {
    let (progress, exception) = Progress::new(function);
    let progress = Arc::new(progress);
    for file in files {
        let progress = progress.clone();
        *file = file.clone().on_progress(move |done, size| progress.report(done, size));
    }
    exception
}

/// Parses JSON into Python objects.
pub(crate) fn loads(py: Python<'_>, json: &[u8]) -> PyResult<Py<PyAny>> {
    let read = py.import("json")?.call_method1("loads", (PyBytes::new(py, json),));
    Ok(read.map_err(|cause| error::unreadable(py, cause))?.unbind())
}

/// Makes the call that waits for an operation; `accepted` is its age, if Flink is known to have accepted it.
fn wait<P: Poll>(operation: Operation<Async, P>, accepted: Option<Timeout>) -> Call<Async, Wait<P>> {
    match accepted {
        Some(Timeout(ago)) => operation.accepted(ago).wait(),
        None => operation.wait(),
    }
}

/// Sets the time limit of a call, if given.
fn limited<A>(call: Call<Async, A>, timeout: Option<Timeout>) -> Call<Async, A> {
    match timeout {
        Some(Timeout(limit)) => call.timeout(limit),
        None => call,
    }
}

/// Makes a task from a call whose value converts to a Python object.
fn value<A, T>(call: Call<Async, A>, timeout: Option<Timeout>) -> PyResult<Task>
where
    A: Action<Output<Async> = T> + 'static,
    T: for<'py> IntoPyObject<'py> + Send + 'static,
{
    let call = limited(call, timeout);
    Task::spawn(async { Ok(call.await?) }, |py, value: T| value.into_py_any(py))
}
