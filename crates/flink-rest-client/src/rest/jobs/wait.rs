//! Waits for a job to reach a state.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    Action, Call, Client, Error, JobId, Result,
    client::{
        Mode,
        call::CallOptions,
        callback::Callback,
        wait::{Outage, Waiting},
    },
    rest::jobs::{
        GetJobStatus, Job,
        current::{CACHE_POLL_INTERVAL, MAX_CACHE_AGE},
        exceptions::GetJobExceptions,
        progress::{JobProgress, ReadProgress},
    },
    value::{stack_trace::printable, state::JobStatus},
};

/// Timeout for a job that the server no longer knows: another JobManager may be about to recover it.
const UNKNOWN_JOB_TIMEOUT: Duration = Duration::from_secs(10);

impl<M: Mode> Job<M> {
    /// Waits until every task runs: a job can be `RUNNING` before any of its tasks is.
    ///
    /// A finished task counts as running, and so does a finished job: see the state in the result. Fails with
    /// [`Error::JobEnded`] if the job fails or is cancelled, and with [`Error::JobGone`] if the server no longer knows
    /// it. The timeout is ten minutes unless [set](Call::timeout); its error tells how often the job was restarted
    /// meanwhile, and why. Waits through outages, up to the client's [patience](crate::ClientBuilder::outage_patience).
    pub fn wait_until_running(&self) -> Call<M, WaitForJob> {
        self.wait(Goal::Running)
    }

    /// Waits until the job has finished.
    ///
    /// Fails with [`Error::JobEnded`] if the job fails or is cancelled, and with [`Error::JobGone`] if the server no
    /// longer knows it. The timeout is ten minutes unless [set](Call::timeout); its error tells how often the job was
    /// restarted meanwhile, and why. Waits through outages, up to the client's
    /// [patience](crate::ClientBuilder::outage_patience).
    pub fn wait_until_finished(&self) -> Call<M, WaitForJob> {
        self.wait(Goal::Finished)
    }

    /// Waits until every vertex has this parallelism, or its max parallelism if that is less, and every task runs.
    ///
    /// [`rescale`](Self::rescale) requests it. Fails with [`Error::JobEnded`] if the job ends before, even
    /// successfully, and with [`Error::JobGone`] if the server no longer knows it. The timeout is ten minutes unless
    /// [set](Call::timeout). Waits through outages, up to the client's
    /// [patience](crate::ClientBuilder::outage_patience).
    pub fn wait_until_rescaled(&self, parallelism: u32) -> Call<M, WaitForJob> {
        self.wait(Goal::Rescaled(parallelism))
    }

    fn wait(&self, goal: Goal) -> Call<M, WaitForJob> {
        let (on_state, on_outage) = (Callback::default(), Callback::default());
        Call::new(self.client.clone(), WaitForJob { job: self.id, goal, on_state, on_outage })
    }
}

/// Waits for a job; see [`Job::wait_until_running`], [`Job::wait_until_finished`] and [`Job::wait_until_rescaled`].
#[derive(Debug)]
pub struct WaitForJob {
    job: JobId,
    goal: Goal,
    on_state: Callback<JobStatus>,
    on_outage: Callback<Outage>,
}

impl<M: Mode> Call<M, WaitForJob> {
    /// Calls this function with the first state of the job that is seen, and with each other one after that. Sends no
    /// additional requests.
    ///
    /// The function runs inside the wait and must not block: meanwhile nothing is sent and no timeout ends the wait.
    /// For slow work, send the state to a channel.
    pub fn on_state(mut self, tell: impl Fn(&JobStatus) + Send + Sync + 'static) -> Self {
        self.action.on_state = Callback::new(tell);
        self
    }

    /// Calls this function for each request that the server does not answer, and every 3 seconds while one is pending,
    /// until the client's [patience](crate::ClientBuilder::outage_patience) ends the wait. The function must not block,
    /// as that of [`on_state`](Self::on_state).
    pub fn on_outage(mut self, tell: impl Fn(&Outage) + Send + Sync + 'static) -> Self {
        self.action.on_outage = Callback::new(tell);
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    Running,
    Finished,
    /// All tasks run with this parallelism.
    Rescaled(u32),
}

impl Goal {
    fn is_reached(self, details: &JobProgress) -> bool {
        let runs = details.state == JobStatus::Running && details.all_tasks_run();
        match self {
            // A finished job has been running before.
            Self::Running => runs || details.state == JobStatus::Finished,
            Self::Finished => details.state == JobStatus::Finished,
            Self::Rescaled(parallelism) => {
                let target = |max: Option<u32>| max.map_or(parallelism, |max| max.min(parallelism));
                let mut vertices = details.vertices.iter();
                runs && vertices.len() > 0
                    && vertices.all(|vertex| vertex.parallelism == Some(target(vertex.max_parallelism)))
            }
        }
    }
}

impl Action for WaitForJob {
    type Output<M: Mode> = JobProgress;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<JobProgress> {
        let goal = match self.goal {
            Goal::Running => "runs with all its tasks".to_owned(),
            Goal::Finished => "has finished".to_owned(),
            Goal::Rescaled(parallelism) => format!("runs with parallelism {parallelism}"),
        };
        let what = format!("waiting until job {} {goal}", self.job);
        let mut waiting = Waiting::new(what, &client, self.on_outage.clone(), options);
        let mut watch = JobWatch::new(self, client);
        loop {
            match waiting.ask(watch.poll()).await {
                Ok(Some(details)) => return Ok(details),
                Ok(None) => waiting.is_large = watch.needs_details(),
                Err(error) => return Err(watch.explain(error, waiting.end()).await),
            }
        }
    }
}

/// Observations of a job during a wait.
struct JobWatch<M> {
    wait: WaitForJob,
    client: Client<M>,
    state: Option<JobStatus>,
    unknown_since: Option<Instant>,
    restarts: u32,
    root_cause: Option<String>,
    /// True if the server has an endpoint for the state alone (1.16+).
    has_state_endpoint: bool,
}

impl<M: Mode> JobWatch<M> {
    fn new(wait: WaitForJob, client: Client<M>) -> Self {
        Self {
            wait,
            client,
            state: None,
            unknown_since: None,
            restarts: 0,
            root_cause: None,
            has_state_endpoint: true,
        }
    }

    /// Polls once. Returns the job's details if it has reached the goal; fails if it never will.
    async fn poll(&mut self) -> Result<Option<JobProgress>> {
        let details = match self.read().await {
            Err(error) if error.is_not_found() => return self.unknown(error),
            details => details?,
        };
        self.unknown_since = None;
        let has_details = details.is_some();
        if let Some(details) = details.filter(|details| self.wait.goal.is_reached(details)) {
            return Ok(Some(details));
        }
        match self.state.clone() {
            Some(JobStatus::Finished) if !has_details => Ok(None),
            Some(state) if state.is_terminal() => {
                Err(Error::JobEnded { job: self.wait.job, state, root_cause: None })
            }
            _ => Ok(None),
        }
    }

    /// Sends one request, a small one while the state alone shows that the goal is far; two if they disagree.
    async fn read(&mut self) -> Result<Option<JobProgress>> {
        let (job, mut cached) = (self.wait.job, None);
        if self.needs_details() {
            let details = ReadProgress { job }.run(self.client.clone(), Waiting::question()).await?;
            // The server caches the details: only the state alone shows if they are current.
            if !self.has_state_endpoint || self.state.as_ref() == Some(&details.state) {
                self.record(details.state.clone()).await;
                return Ok(Some(details));
            }
            cached = Some(details);
        }
        match self.client.execute(&GetJobStatus::new(job), Waiting::question()).await {
            Err(error) if error.is_of_another_release() => self.has_state_endpoint = false,
            response => {
                let state = response?.status;
                self.record(state.clone()).await;
                // A job ends once: cached details that show its end are current.
                return Ok(cached.filter(|details| details.state == state && state.is_terminal()));
            }
        }
        Ok(None)
    }

    /// Returns true if the state alone, a small response, is not enough.
    fn needs_details(&self) -> bool {
        let near = match self.wait.goal {
            Goal::Running | Goal::Rescaled(_) => JobStatus::Running,
            Goal::Finished => JobStatus::Finished,
        };
        let is_near =
            self.state.as_ref().is_some_and(|state| *state == near || *state == JobStatus::Finished);
        is_near || !self.has_state_endpoint
    }

    /// Records the state, and the root cause if the job restarts.
    async fn record(&mut self, state: JobStatus) {
        if self.state.as_ref() == Some(&state) {
            return;
        }
        self.wait.on_state.call(&state);
        let restarts = state == JobStatus::Restarting;
        self.state = Some(state);
        if restarts {
            self.restarts += 1;
            self.root_cause = self.root_cause().await.or_else(|| self.root_cause.take());
        }
    }

    /// Returns the root cause of the last failure, if the server still has it.
    async fn root_cause(&self) -> Option<String> {
        let endpoint = GetJobExceptions::new(self.wait.job);
        let exceptions = self.client.execute(&endpoint, Waiting::question()).await.ok()?;
        Some(exceptions.root_cause()?.to_owned())
    }

    /// Returns the root cause, repeating the request while the server may respond from its cache.
    async fn await_root_cause(&self, end: Instant) -> Option<String> {
        let cause = async {
            loop {
                if let Some(cause) = self.root_cause().await {
                    return cause;
                }
                sleep(CACHE_POLL_INTERVAL).await;
            }
        };
        timeout_at(end.min(Instant::now() + MAX_CACHE_AGE), cause).await.ok()
    }

    /// A job that was never seen is not found. One that was seen may be recovered.
    fn unknown(&mut self, error: Error) -> Result<Option<JobProgress>> {
        let Some(state) = self.state.clone() else { return Err(error) };
        let since = *self.unknown_since.get_or_insert_with(Instant::now);
        if since.elapsed() < UNKNOWN_JOB_TIMEOUT {
            return Ok(None);
        }
        Err(Error::JobGone { job: self.wait.job, state })
    }

    /// Adds the root cause to a failed job's error, and what was seen of the job to a timeout's.
    async fn explain(&self, mut error: Error, end: Instant) -> Error {
        if let Error::JobEnded { state: JobStatus::Failed, root_cause, .. } = &mut error {
            *root_cause = self.await_root_cause(end).await;
        }
        let (Error::Timeout { what, .. }, Some(state)) = (&mut error, &self.state) else { return error };
        let shown = |text: &str| printable(&self.client.shared.secrets.hide(text));
        let restarts = match self.restarts {
            0 => String::new(),
            1 => ", was restarted".to_owned(),
            // Restarts between two polls go unnoticed.
            times => format!(", was restarted at least {times} times"),
        };
        let cause = self.root_cause.as_ref().map(|cause| format!(", last because of: {}", shown(cause)));
        what.push_str(&format!(" (it is {}{restarts}{})", shown(state.as_str()), cause.unwrap_or_default()));
        error
    }
}
