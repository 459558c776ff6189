//! Jobs: the list of them, and one of them.

pub mod all_metrics;
pub mod backpressure;
pub mod checkpoints;
pub mod config;
pub mod coordinators;
pub(crate) mod current;
pub mod details;
pub mod exceptions;
pub mod flame_graph;
pub mod heartbeat;
pub mod io_metrics;
mod location;
pub mod metrics;
pub mod plan;
pub mod processes;
pub mod progress;
pub mod rescales;
pub mod rescaling;
pub mod results;
pub mod savepoints;
pub mod submit;
pub mod subtasks;
pub mod vertices;
pub mod wait;
pub mod yarn;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Call, Client, Empty, Endpoint, JobId, Nullable,
    client::Mode,
    endpoint::{Recognised, answer::shape::telling},
    value::{
        open_enum::open_enum,
        state::{JobStatus, JobType, SchedulerType},
        time::{millis, minus_one},
    },
};

impl<M: Mode> Client<M> {
    /// All jobs of the cluster.
    pub fn jobs(&self) -> Jobs<M> {
        Jobs { client: self.clone() }
    }

    /// One job. Nothing is sent: whether it exists shows with the first call.
    pub fn job(&self, id: JobId) -> Job<M> {
        Job { client: self.clone(), id }
    }
}

/// All jobs of a cluster, also those that ended, as long as the JobManager remembers them.
#[derive(Clone, Debug)]
pub struct Jobs<M> {
    pub(crate) client: Client<M>,
}

impl<M: Mode> Jobs<M> {
    /// Ids and states of all jobs.
    pub fn list(&self) -> Call<M, GetJobs> {
        self.client.request(GetJobs::new())
    }

    /// Names, states, times and numbers of tasks of all jobs.
    pub fn overview(&self) -> Call<M, GetJobsOverview> {
        self.client.request(GetJobsOverview::new())
    }
}

/// One job.
#[derive(Clone, Debug)]
pub struct Job<M> {
    pub(crate) client: Client<M>,
    pub(crate) id: JobId,
}

impl<M: Mode> Job<M> {
    /// Its id.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// The state alone (1.16+).
    pub fn status(&self) -> Call<M, GetJobStatus> {
        self.client.request(GetJobStatus::new(self.id))
    }

    /// Cancels it, without a savepoint. A job that ended is refused with 404 (up to 1.14) or 409.
    pub fn cancel(&self) -> Call<M, CancelJob> {
        self.client.request(CancelJob { mode: Some(TerminationMode::Cancel), ..CancelJob::new(self.id) })
    }
}

/// Ids and states of all jobs.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs" -> JobIdsWithStatus, handle = "jobs().list()", python = "jobs.all")]
#[non_exhaustive]
pub struct GetJobs {}

/// Ids and states of all jobs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobIdsWithStatus {
    /// One entry a job, in no order.
    pub jobs: Vec<JobIdWithStatus>,
}

telling!(JobIdsWithStatus: Members(&[List("jobs")]));

/// A job and its state.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobIdWithStatus {
    /// The job.
    pub id: JobId,
    /// Its state.
    pub status: JobStatus,
}

/// Names, states, times and numbers of tasks of all jobs.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/overview" -> JobsOverview, handle = "jobs().overview()", python = "jobs.overview")]
#[non_exhaustive]
pub struct GetJobsOverview {}

/// All jobs in short.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobsOverview {
    /// One entry a job, in no order.
    pub jobs: Vec<JobOverview>,
}

telling!(JobsOverview: Members(&[List("jobs")]));

impl JobsOverview {
    /// The jobs that were not there before, in the order of their start times. Ids tell what is new whatever clocks say:
    /// after a failover, recovered jobs have new start times.
    pub fn new_since(self, before: &JobIdsWithStatus) -> Vec<JobOverview> {
        let known: BTreeSet<_> = before.jobs.iter().map(|job| job.id).collect();
        let mut new: Vec<_> = self.jobs.into_iter().filter(|job| !known.contains(&job.jid)).collect();
        new.sort_by_key(|job| job.start_time);
        new
    }

    /// The jobs that began after this one, in the order of their start times; none if it is not there.
    ///
    /// Flink does not tell which program a job is of, and answers the first one's id. If it is asked as soon as it has
    /// answered, these are the program's other jobs, and what others submitted while the program ran.
    pub fn begun_after(mut self, first: JobId) -> Vec<JobOverview> {
        self.jobs.sort_by_key(|job| job.start_time);
        self.jobs.into_iter().skip_while(|job| job.jid != first).skip(1).collect()
    }
}

/// A job in short.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobOverview {
    /// The job.
    pub jid: JobId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: JobStatus,
    /// When it was submitted.
    #[serde(rename = "start-time", with = "millis")]
    pub start_time: Timestamp,
    /// When it ended; none while it has not.
    #[serde(rename = "end-time", with = "minus_one")]
    pub end_time: Option<Timestamp>,
    /// How long it has run, or did.
    #[serde(with = "millis")]
    pub duration: Duration,
    /// When its state last changed.
    #[serde(rename = "last-modification", with = "millis")]
    pub last_modification: Timestamp,
    /// Tasks by state, `total` among them; the keys are Flink's words in small letters.
    pub tasks: BTreeMap<String, u32>,
    /// Whether it is a batch or a streaming job (2.3+).
    #[serde(rename = "jobType", default, skip_serializing_if = "Nullable::is_left_out")]
    pub job_type: Nullable<JobType>,
    /// What schedules it (2.3+).
    #[serde(rename = "schedulerType", default, skip_serializing_if = "Nullable::is_left_out")]
    pub scheduler_type: Nullable<SchedulerType>,
    /// Operators that are not scheduled yet, as an adaptive batch job does step by step (2.0+).
    #[serde(rename = "pending-operators", default, skip_serializing_if = "Option::is_none")]
    pub pending_operators: Option<u32>,
}

/// The state of a job alone.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/status" -> JobStatusInfo, since = "1.16", handle = "job(id).status()")]
#[non_exhaustive]
pub struct GetJobStatus {
    /// The job.
    pub job: JobId,
}

/// The state of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobStatusInfo {
    /// The state.
    pub status: JobStatus,
}

telling!(JobStatusInfo: Members(&[State("status", JobStatus::WORDS)]));

/// A second cancellation is refused once the first has ended the job.
const CANCELLED: Recognised = Recognised {
    by: |refusal| refusal.status == StatusCode::CONFLICT,
    find: None,
    since: None,
    answer: |_, _| json!({}),
    jobs: |_, _| Vec::new(),
};

/// Cancels a job, without a savepoint.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(PATCH "/jobs/{job}" -> Empty, handle = "job(id).cancel()", python = "jobs.terminate", repeat = Refused(CANCELLED))]
#[non_exhaustive]
pub struct CancelJob {
    /// The job.
    pub job: JobId,
    /// The only mode there is, which is also what the server assumes.
    #[query]
    pub mode: Option<TerminationMode>,
}

open_enum! {
    /// How a job is brought to its end.
    pub enum TerminationMode {
        /// At once, without a savepoint.
        Cancel = "cancel",
    }
}
