//! Waiting for a job.

use crate::{
    Action, Call, Client, Error, JobId, Result,
    call::CallOptions,
    client::Mode,
    jobs::{
        Job,
        details::{GetJob, JobDetails},
        exceptions::GetJobExceptions,
        state::{ExecutionState, JobStatus},
    },
    wait,
};

impl<M: Mode> Job<M> {
    /// Waits until every task runs: a job can be `RUNNING` before any of its tasks is.
    ///
    /// Tasks that have finished meanwhile count as well. A job that ended is [`Error::JobEnded`]; the deadline is ten
    /// minutes unless [set](Call::timeout).
    pub fn wait_until_running(&self) -> Call<M, WaitForJob> {
        self.wait("runs with all its tasks", |details| {
            details.state == JobStatus::Running && all_tasks_run(details)
        })
    }

    /// Waits until it has come to its end by itself: its details then.
    ///
    /// A job that failed or was cancelled is [`Error::JobEnded`]; the deadline is ten minutes unless
    /// [set](Call::timeout).
    pub fn wait_until_finished(&self) -> Call<M, WaitForJob> {
        self.wait("has finished", |details| details.state == JobStatus::Finished)
    }

    fn wait(&self, goal: &'static str, is_reached: fn(&JobDetails) -> bool) -> Call<M, WaitForJob> {
        Call::new(self.client.clone(), WaitForJob { job: self.id, goal, is_reached })
    }
}

/// Waits for a job; see [`Job::wait_until_running`] and [`Job::wait_until_finished`].
#[derive(Clone, Debug)]
pub struct WaitForJob {
    job: JobId,
    goal: &'static str,
    is_reached: fn(&JobDetails) -> bool,
}

impl Action for WaitForJob {
    type Output<M: Mode> = JobDetails;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<JobDetails> {
        wait::until(format!("waiting until job {} {}", self.job, self.goal), options, || async {
            let details = client.execute(&GetJob::new(self.job), CallOptions::default()).await?;
            match &details.state {
                _ if (self.is_reached)(&details) => Ok(Some(details)),
                state if state.is_terminal() => Err(ended(&client, &details).await),
                _ => Ok(None),
            }
        })
        .await
    }
}

fn all_tasks_run(details: &JobDetails) -> bool {
    details.status_counts.iter().all(|(state, tasks)| {
        *tasks == 0 || matches!(state, ExecutionState::Running | ExecutionState::Finished)
    })
}

/// That a job ended otherwise than was waited for, with the reason if the server still knows it.
async fn ended<M: Mode>(client: &Client<M>, details: &JobDetails) -> Error {
    let root_cause = match &details.state {
        JobStatus::Failed => {
            let exceptions =
                client.execute(&GetJobExceptions::new(details.jid), CallOptions::default()).await;
            exceptions.ok().and_then(|exceptions| Some(exceptions.root_cause()?.to_owned()))
        }
        _ => None,
    };
    Error::JobEnded { job: details.jid, state: details.state.clone(), root_cause }
}
