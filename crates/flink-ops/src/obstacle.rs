//! The obstacle that keeps a job from running.

use std::fmt;

use flink_rest_client::{
    ExecutionState, FlinkRestClient, JobId, JobStatus,
    jobs::{exceptions::GetJobExceptions, progress::JobProgress},
};
use serde::Serialize;

use crate::{Failure, Result, failures::Exceptions};

/// Tells what keeps a job from running: it fails again and again, or waits for slots. None if it runs, has ended, or starts
/// without an obstacle.
///
/// The server keeps its answers for 3 seconds (`web.refresh-interval`), so that an obstacle may be shown that long after it
/// is gone. One request for the job; if it does not run, one for its exceptions, and one for the slots of the cluster.
///
/// # Errors
///
/// Those of [`Job::progress`](flink_rest_client::jobs::Job::progress). An obstacle that cannot be looked for is none.
pub async fn obstacle(client: &FlinkRestClient, job: JobId) -> Result<Option<Obstacle>> {
    let progress = client.job(job).progress().await?;
    Ok(Obstacle::of(client, job, &progress).await)
}

/// Something that keeps a job from running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Obstacle {
    /// It fails, and is restarted.
    #[non_exhaustive]
    Failing {
        /// How often, at least: the cluster forgets the first failures.
        times: usize,
        /// The last failure.
        failure: Failure,
    },
    /// It waits for slots.
    #[non_exhaustive]
    Slots {
        /// How many more it needs, at least: vertices may share slots.
        missing: u32,
        /// How many are free.
        free: u32,
        /// How many the cluster has.
        total: u32,
    },
}

impl fmt::Display for Obstacle {
    /// One line: `failed at least 3 times, the last time: …`, `waits for slots: …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failing { times: 1, failure } => write!(f, "failed: {}", failure.cause),
            Self::Failing { times, failure } => {
                write!(f, "failed at least {times} times, the last time: {}", failure.cause)
            }
            Self::Slots { missing, free, total } => {
                write!(f, "waits for slots: at least {missing} more, and {free} of {total} are free")
            }
        }
    }
}

impl Obstacle {
    /// The obstacle of a job that was read just now.
    pub(crate) async fn of(client: &FlinkRestClient, job: JobId, progress: &JobProgress) -> Option<Self> {
        if progress.state.is_terminal() || runs(progress) {
            return None;
        }
        match Exceptions::of(client, GetJobExceptions::new(job)).await {
            Ok(exceptions) => match (exceptions.count(), exceptions.latest()) {
                (times, Some(failure)) => Some(Self::Failing { times, failure }),
                (_, None) => Self::slots(client, progress).await,
            },
            Err(_) => None,
        }
    }

    /// The slots that a job waits for, if the cluster has fewer of them free.
    pub(crate) async fn slots(client: &FlinkRestClient, progress: &JobProgress) -> Option<Self> {
        let missing = waiting_tasks(progress);
        if missing == 0 {
            return None;
        }
        let cluster = client.overview().await.ok()?;
        (cluster.slots_available < missing).then_some(Self::Slots {
            missing,
            free: cluster.slots_available,
            total: cluster.slots_total,
        })
    }
}

pub(crate) fn runs(progress: &JobProgress) -> bool {
    progress.state == JobStatus::Running && progress.all_tasks_run()
}

/// The most tasks of one vertex that have no slot. With the adaptive scheduler, there are no tasks before there are slots.
fn waiting_tasks(progress: &JobProgress) -> u32 {
    let waiting = progress.vertices.iter().map(|vertex| {
        let tasks = vertex.tasks();
        let of = |state| tasks.get(&state).copied().unwrap_or_default();
        of(ExecutionState::Created) + of(ExecutionState::Scheduled)
    });
    waiting.max().unwrap_or_default().max((progress.state == JobStatus::Created).into())
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn the_vertex_with_the_most_tasks_without_a_slot_counts() {
        let waiting = |job| waiting_tasks(&from_value(job).unwrap());
        let vertices =
            json!([{"tasks": {"SCHEDULED": 2, "CREATED": 1}}, {"tasks": {"SCHEDULED": 2, "RUNNING": 9}}]);
        assert_eq!(waiting(json!({"state": "RUNNING", "vertices": vertices})), 3);
        assert_eq!(waiting(json!({"state": "CREATED", "vertices": []})), 1);
        assert_eq!(waiting(json!({"state": "RUNNING", "vertices": [{"tasks": {"RUNNING": 4}}]})), 0);
    }
}
