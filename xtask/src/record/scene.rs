//! Tools of a scene: a cluster, jobs to run on it, and a recorder.

use std::{
    cell::OnceCell,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, bail};
use flink_local::{Cluster, Distribution};
use flink_rest_client::{
    FlinkVersion, JarId, JobId, VertexId,
    blocking::{Blocking, FlinkRestClient},
    jobs::Job,
};
use serde_json::{Value, json};

use super::{java, recorder::Recorder};

/// Timeout for a state to be reached.
const STATE_TIMEOUT: Duration = Duration::from_secs(180);

/// A cluster, jobs to run on it, and a recorder.
pub(super) struct Scene<'a> {
    pub(super) recorder: &'a Recorder<'a>,
    pub(super) cluster: &'a mut Cluster,
    pub(super) distribution: &'a Distribution,
    streaming: OnceCell<JarId>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        recorder: &'a Recorder<'a>,
        cluster: &'a mut Cluster,
        distribution: &'a Distribution,
    ) -> Self {
        Self { recorder, cluster, distribution, streaming: OnceCell::new() }
    }

    pub(super) fn flink(&self) -> &FlinkRestClient {
        &self.recorder.flink
    }

    /// Tells if the Flink is this release or a newer one.
    pub(super) fn at_least(&self, release: &str) -> Result<bool> {
        let version: FlinkVersion = self.distribution.version().parse()?;
        Ok(version >= release.parse()?)
    }

    pub(super) fn streaming_jar(&self) -> Result<PathBuf> {
        Ok(flink_jobs::streaming_job(self.distribution)?)
    }

    pub(super) fn word_count_jar(&self) -> Result<PathBuf> {
        Ok(flink_jobs::word_count(self.distribution)?)
    }

    /// Compiles one of the project's Java sources into a jar.
    pub(super) fn compile(&self, source: &str) -> Result<PathBuf> {
        java::compile(self.distribution, source)
    }

    /// Submits the streaming job with these flags; its id is derived from the state's name.
    pub(super) fn submit(&self, state: &str, flags: &[&str]) -> Result<Job<Blocking>> {
        let jar = match self.streaming.get() {
            Some(jar) => jar.clone(),
            None => self.flink().jars().upload(self.streaming_jar()?).send()?.jar_id()?,
        };
        let jar = self.streaming.get_or_init(|| jar);
        let run = self.flink().jar(jar).run().args(flags.iter().copied()).job_id(job_id(state));
        Ok(self.flink().job(run.send()?.job_id))
    }

    /// Submits the streaming job and waits until it runs.
    pub(super) fn streaming(&self, state: &str, flags: &[&str]) -> Result<Job<Blocking>> {
        let job = self.submit(state, flags)?;
        job.wait_until_running().timeout(STATE_TIMEOUT).send()?;
        Ok(job)
    }

    /// Cancels a job and waits until it is cancelled.
    pub(super) fn cancel(&self, job: &Job<Blocking>) -> Result<()> {
        job.cancel().send()?;
        self.until("the job is cancelled", || Ok(job.details().send()?.state.is_terminal().then_some(())))
    }

    /// The vertices of a job, sources first.
    pub(super) fn vertices(&self, job: &Job<Blocking>) -> Result<Vec<VertexId>> {
        self.until("the job has vertices", || {
            Ok(job.vertex_ids().send().ok().filter(|vertices| !vertices.is_empty()))
        })
    }

    /// Repeats a request until it returns something, without recording it. Errors are ignored: Flink 2.3 responds with
    /// 500 to a request for the backpressure of a job that has just started.
    pub(super) fn until<T>(&self, what: &str, mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        let deadline = Instant::now() + STATE_TIMEOUT;
        loop {
            let error = match ask() {
                Ok(Some(value)) => return Ok(value),
                Ok(None) => anyhow!("not reached"),
                Err(error) => error,
            };

            if Instant::now() > deadline {
                return Err(error.context(format!("waited {STATE_TIMEOUT:?} until {what}")));
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Records a job, and its last vertex with all its parts.
    pub(super) fn record_job(&self, state: &str, job: &Job<Blocking>) -> Result<()> {
        let (recorder, job_id) = (self.recorder, job.id());
        let Some(vertex) = self.vertices(job)?.pop() else { bail!("the job has no vertex") };
        recorder.record_views(state, &json!({"job": job_id}))?;
        recorder.record_views(state, &json!({"job": job_id, "vertex": vertex}))?;
        recorder.record_views(state, &json!({"job": job_id, "vertex": vertex, "subtask": 0}))?;
        recorder.record_views(state, &json!({"job": job_id, "vertex": vertex, "subtask": 0, "attempt": 0}))
    }

    /// Triggers an operation; keeps the response to the trigger and the final status.
    pub(super) fn operation(
        &self,
        trigger: &str,
        poll: &str,
        state: &str,
        params: &Value,
    ) -> Result<Option<Value>> {
        let Some(answer) = self.recorder.record(trigger, state, params)? else { return Ok(None) };
        let mut question = json!({"trigger": answer["request-id"]});
        if let Some(job) = params.get("job") {
            question["job"] = job.clone();
        }
        self.recorder.record_when(poll, state, &question, |answer| answer["status"]["id"] == "COMPLETED")
    }
}

/// The id of the job for a state, derived from its name so that it is the same in each run.
pub(super) fn job_id(state: &str) -> JobId {
    let mut bytes = [0; 16];
    for (byte, letter) in bytes.iter_mut().zip(state.bytes()) {
        *byte = letter;
    }
    JobId::from_bytes(bytes)
}
