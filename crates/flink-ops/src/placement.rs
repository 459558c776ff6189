//! The TaskManagers that the subtasks of a job run on.

use flink_rest_client::{Endpoint, FlinkRestClient, JobId, VertexId, jobs::vertices::GetJobVertex, lenient};
use serde::{Deserialize, Serialize};

use crate::{Error, Result, error, fan_out};

/// Reads where each subtask of a job runs: one request for the job and one for each vertex.
///
/// # Errors
///
/// Those of [`Job::progress`](flink_rest_client::jobs::Job::progress). A vertex that cannot be read has its own
/// [error](VertexPlacement::error).
pub async fn placement(client: &FlinkRestClient, job: JobId) -> Result<JobPlacement> {
    let progress = client.job(job).progress().await?;
    let vertices = progress.vertices.into_iter().map(|vertex| async move {
        let (subtasks, error) = match subtasks(client, job, vertex.id).await {
            Ok(subtasks) => (subtasks, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        VertexPlacement { id: vertex.id, name: vertex.name, subtasks, error }
    });
    Ok(JobPlacement { job, name: progress.name, vertices: fan_out(vertices.collect()).await })
}

async fn subtasks(
    client: &FlinkRestClient,
    job: JobId,
    vertex: Option<VertexId>,
) -> Result<Vec<SubtaskPlacement>> {
    #[derive(Deserialize)]
    struct Details {
        #[serde(deserialize_with = "lenient::list")]
        subtasks: Vec<SubtaskPlacement>,
    }
    let request = GetJobVertex::new(job, vertex.ok_or(Error::NoVertexId)?).request()?;
    let mut subtasks = client.request(request).await?.decode::<Details>()?.subtasks;
    for subtask in &mut subtasks {
        subtask.taskmanager.take_if(|taskmanager| taskmanager == UNASSIGNED);
    }
    Ok(subtasks)
}

/// Flink's word for the TaskManager of a subtask that waits for a slot.
const UNASSIGNED: &str = "(unassigned)";

/// Where the subtasks of a job run.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct JobPlacement {
    /// The job.
    pub job: JobId,
    /// Its name; empty if it cannot be read.
    pub name: String,
    /// Its vertices, sources first.
    pub vertices: Vec<VertexPlacement>,
}

/// Where the subtasks of a vertex run.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct VertexPlacement {
    /// The vertex; none if its id cannot be read.
    pub id: Option<VertexId>,
    /// Its name; empty if it cannot be read.
    pub name: String,
    /// Its subtasks in their order; none if they cannot be read.
    pub subtasks: Vec<SubtaskPlacement>,
    /// Why they cannot be read.
    #[serde(serialize_with = "error::as_text", skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// The place of a subtask. A value that cannot be read is left out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubtaskPlacement {
    /// The TaskManager's id; none while the subtask waits for a slot, and before 1.13.
    #[serde(rename(deserialize = "taskmanager-id"), default, deserialize_with = "lenient::or_default")]
    pub taskmanager: Option<String>,
    /// The subtask's number, from 0.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub subtask: Option<u32>,
    /// Its state.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub status: Option<String>,
    /// The number of its attempt, from 0.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub attempt: Option<u32>,
    /// The time that it has run, in milliseconds; none before it runs.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub duration: Option<u64>,
}
