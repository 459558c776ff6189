//! Progress of a job: the few facts that a wait or an overview needs, whatever else the server sends.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    Action, Call, Client, Endpoint, JobId, Result, VertexId,
    client::{Mode, call::CallOptions},
    rest::jobs::{Job, details::GetJob},
    value::{
        lenient,
        state::{ExecutionState, JobStatus},
    },
};

impl<M: Mode> Job<M> {
    /// Returns the states of the job and its vertices, read from its [details](Self::details). Values that cannot be
    /// read are left out; only a missing job state is an error.
    pub fn progress(&self) -> Call<M, ReadProgress> {
        Call::new(self.client.clone(), ReadProgress { job: self.id })
    }
}

/// Reads the progress of a job; see [`Job::progress`].
#[derive(Clone, Debug)]
pub struct ReadProgress {
    pub(crate) job: JobId,
}

impl Action for ReadProgress {
    type Output<M: Mode> = JobProgress;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<JobProgress> {
        client.execute(&GetJob::new(self.job).request()?, options).await?.decode()
    }
}

/// The progress of a job.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct JobProgress {
    /// The state. A job can be `RUNNING` before any of its tasks is.
    pub state: JobStatus,
    /// Its name; empty if it cannot be read.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Run time, up to now or to its end; none if it cannot be read.
    #[serde(default, deserialize_with = "lenient::millis")]
    pub duration: Option<Duration>,
    /// The server's time of the response; none if it cannot be read.
    #[serde(default, deserialize_with = "lenient::millis")]
    pub now: Option<Timestamp>,
    /// The vertices, sources first.
    #[serde(default, deserialize_with = "lenient::list")]
    pub vertices: Vec<VertexProgress>,
    #[serde(rename = "status-counts", default, deserialize_with = "lenient::or_default")]
    status_counts: Map<String, Value>,
}

/// The progress of a vertex.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct VertexProgress {
    /// The vertex; none if its id cannot be read.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub id: Option<VertexId>,
    /// Its name; empty if it cannot be read.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Its state; none if it cannot be read.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub status: Option<ExecutionState>,
    /// Time at which the first subtask was sent to a TaskManager; none before, or if it cannot be read.
    #[serde(rename = "start-time", default, deserialize_with = "lenient::millis")]
    pub start_time: Option<Timestamp>,
    /// Number of subtasks; none if unknown.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub parallelism: Option<u32>,
    /// Maximum parallelism; none if unknown.
    #[serde(rename = "maxParallelism", default, deserialize_with = "lenient::or_default")]
    pub max_parallelism: Option<u32>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    tasks: Map<String, Value>,
}

impl JobProgress {
    /// Returns true if every task is running or finished. The job itself may still be starting.
    pub fn all_tasks_run(&self) -> bool {
        let runs =
            |state: &ExecutionState| matches!(state, ExecutionState::Running | ExecutionState::Finished);
        match counts(&self.status_counts) {
            counts if counts.is_empty() => {
                self.vertices.iter().all(|vertex| vertex.status.as_ref().is_none_or(runs))
            }
            counts => counts.keys().all(runs),
        }
    }
}

impl VertexProgress {
    /// Returns the number of subtasks by state; states without subtasks are left out.
    pub fn tasks(&self) -> BTreeMap<ExecutionState, u32> {
        counts(&self.tasks)
    }
}

/// Returns the numbers above 0.
fn counts(members: &Map<String, Value>) -> BTreeMap<ExecutionState, u32> {
    let number = |value: &Value| u32::try_from(value.as_u64()?).ok().filter(|number| *number > 0);
    members.iter().filter_map(|(state, value)| Some((state.as_str().into(), number(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_state_of_the_job_must_be_there() {
        let read = |json: Value| serde_json::from_value::<JobProgress>(json).unwrap();
        for odd in [json!(null), json!(-1), json!("x"), json!([1]), json!({"a": {}}), json!(1.5)] {
            let vertex = json!({"id": odd, "name": odd, "status": odd, "parallelism": odd, "maxParallelism": odd,
                "tasks": odd, "metrics": odd, "start-time": odd});
            read(json!({"state": "RUNNING", "name": odd, "vertices": odd, "status-counts": odd, "jid": odd,
                "duration": odd, "now": odd}));
            read(json!({"state": "RUNNING", "vertices": [vertex], "start-time": odd}));
        }
        read(json!({"state": "RUNNING"}));
        assert!(serde_json::from_str::<JobProgress>(r#"{"name":"Orders"}"#).is_err());
    }

    #[test]
    fn tasks_run_as_far_as_the_counts_tell_else_the_vertices() {
        let runs = |counts: Value, status: Value| {
            let job = json!({"state": "RUNNING", "status-counts": counts, "vertices": [{"status": status}]});
            serde_json::from_value::<JobProgress>(job).unwrap().all_tasks_run()
        };
        assert!(runs(json!({"RUNNING": 2, "FINISHED": 1, "FAILED": 0, "CREATED": -1}), json!("RUNNING")));
        assert!(!runs(json!({"RUNNING": 2, "CREATED": 1}), json!("RUNNING")));
        assert!(runs(json!(null), json!("RUNNING")));
        assert!(!runs(json!({}), json!("CREATED")));
    }
}
