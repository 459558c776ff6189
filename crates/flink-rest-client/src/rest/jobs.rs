//! Jobs: the list of jobs, and a single job.

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
    endpoint::{DuplicateCheck, answer::shape::telling},
    value::{
        open_enum::open_enum,
        state::{JobStatus, JobType, SchedulerType},
        time::{millis, minus_one},
    },
};

impl<M: Mode> Client<M> {
    /// Returns the handle of all jobs of the cluster.
    pub fn jobs(&self) -> Jobs<M> {
        Jobs { client: self.clone() }
    }

    /// Returns the handle of one job. Sends nothing: an unknown id fails with the first call.
    pub fn job(&self, id: JobId) -> Job<M> {
        Job { client: self.clone(), id }
    }
}

/// All jobs of a cluster, including ended ones that the JobManager still remembers.
#[derive(Clone, Debug)]
pub struct Jobs<M> {
    pub(crate) client: Client<M>,
}

impl<M: Mode> Jobs<M> {
    /// Returns the id and state of each job.
    pub fn list(&self) -> Call<M, GetJobs> {
        self.client.request(GetJobs::new())
    }

    /// Returns name, state, times and number of tasks of each job.
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
    /// Returns the job's id.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// Returns the job's state alone (1.16+).
    pub fn status(&self) -> Call<M, GetJobStatus> {
        self.client.request(GetJobStatus::new(self.id))
    }

    /// Cancels the job, without a savepoint. Flink refuses with 404 (up to 1.14) or 409 if it has ended.
    pub fn cancel(&self) -> Call<M, CancelJob> {
        self.client.request(CancelJob { mode: Some(TerminationMode::Cancel), ..CancelJob::new(self.id) })
    }
}

/// Id and state of each job.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs" -> JobIdsWithStatus, handle = "jobs().list()", python = "jobs.all")]
#[non_exhaustive]
pub struct GetJobs {}

/// Id and state of each job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobIdsWithStatus {
    /// One entry per job, in no order.
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

/// Name, state, times and number of tasks of each job.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/overview" -> JobsOverview, handle = "jobs().overview()", python = "jobs.overview")]
#[non_exhaustive]
pub struct GetJobsOverview {}

/// A summary of each job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobsOverview {
    /// One entry per job, in no order.
    pub jobs: Vec<JobOverview>,
}

telling!(JobsOverview: Members(&[List("jobs")]));

impl JobsOverview {
    /// Returns the jobs that are not in `before`, in the order of their start times. Compares ids, not times: after a
    /// failover, recovered jobs have new start times.
    pub fn new_since(self, before: &JobIdsWithStatus) -> Vec<JobOverview> {
        let known: BTreeSet<_> = before.jobs.iter().map(|job| job.id).collect();
        let mut new: Vec<_> = self.jobs.into_iter().filter(|job| !known.contains(&job.jid)).collect();
        new.sort_by_key(|job| job.start_time);
        new
    }

    /// Returns the jobs that started after this one, in the order of their start times; none if it is not in the list.
    ///
    /// Flink does not report which program a job belongs to, and returns the id of the first job only. Read directly
    /// after that response, these are the program's other jobs, and any that other clients submitted meanwhile.
    pub fn started_after(mut self, first: JobId) -> Vec<JobOverview> {
        self.jobs.sort_by_key(|job| job.start_time);
        self.jobs.into_iter().skip_while(|job| job.jid != first).skip(1).collect()
    }
}

/// A summary of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobOverview {
    /// The job.
    pub jid: JobId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: JobStatus,
    /// Submission time.
    #[serde(rename = "start-time", with = "millis")]
    pub start_time: Timestamp,
    /// End time; none until it has ended.
    #[serde(rename = "end-time", with = "minus_one")]
    pub end_time: Option<Timestamp>,
    /// Run time, up to now or to its end.
    #[serde(with = "millis")]
    pub duration: Duration,
    /// Time of its last change of state.
    #[serde(rename = "last-modification", with = "millis")]
    pub last_modification: Timestamp,
    /// Number of tasks by state, and their `total`; the keys are Flink's words in lower case.
    pub tasks: BTreeMap<String, u32>,
    /// Batch or streaming (2.3+).
    #[serde(rename = "jobType", default, skip_serializing_if = "Nullable::is_left_out")]
    pub job_type: Nullable<JobType>,
    /// The scheduler of the job (2.3+).
    #[serde(rename = "schedulerType", default, skip_serializing_if = "Nullable::is_left_out")]
    pub scheduler_type: Nullable<SchedulerType>,
    /// Number of operators not scheduled yet: an adaptive batch job schedules them step by step (2.0+).
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

/// Flink refuses a second cancellation once the first has ended the job.
const CANCELLED: DuplicateCheck = DuplicateCheck {
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
    /// The only mode, and the server's default.
    #[query]
    pub mode: Option<TerminationMode>,
}

open_enum! {
    /// A way to end a job.
    pub enum TerminationMode {
        /// Immediately, without a savepoint.
        Cancel = "cancel",
    }
}
