//! Applications: a submitted program with all jobs that it starts (2.3+).

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ApplicationId, Call, Client, Empty, Endpoint, JobId,
    client::Mode,
    endpoint::answer::shape::telling,
    rest::{
        jobs::{JobOverview, details::Entered},
        processes::Configuration,
    },
    value::{
        open_enum::open_enum,
        state::JobStatus,
        time::{millis, minus_one, zero},
    },
};

impl<M: Mode> Client<M> {
    /// Returns the handle of all applications of the cluster (2.3+).
    pub fn applications(&self) -> Applications<M> {
        Applications { client: self.clone() }
    }

    /// Returns the handle of one application (2.3+). Sends nothing: an unknown id fails with the first call.
    pub fn application(&self, id: ApplicationId) -> Application<M> {
        Application { client: self.clone(), id }
    }
}

/// All applications of a cluster, including ended ones that the JobManager still remembers.
#[derive(Clone, Debug)]
pub struct Applications<M> {
    client: Client<M>,
}

impl<M: Mode> Applications<M> {
    /// Returns name, state, times and number of jobs of each application.
    pub fn overview(&self) -> Call<M, GetApplicationsOverview> {
        self.client.request(GetApplicationsOverview::new())
    }
}

/// One application.
#[derive(Clone, Debug)]
pub struct Application<M> {
    client: Client<M>,
    id: ApplicationId,
}

impl<M: Mode> Application<M> {
    /// Returns the application's id.
    pub fn id(&self) -> ApplicationId {
        self.id
    }

    /// Returns the application's state, times and jobs.
    pub fn details(&self) -> Call<M, GetApplication> {
        self.client.request(GetApplication::new(self.id))
    }

    /// Returns the failures of the application's program and jobs.
    pub fn exceptions(&self) -> Call<M, GetApplicationExceptions> {
        self.client.request(GetApplicationExceptions::new(self.id))
    }

    /// Returns the configuration options set for the application's JobManager.
    pub fn jobmanager_config(&self) -> Call<M, GetApplicationJobManagerConfig> {
        self.client.request(GetApplicationJobManagerConfig::new(self.id))
    }

    /// Cancels the application with all its jobs, without savepoints. Flink refuses with 404 if it has ended.
    pub fn cancel(&self) -> Call<M, CancelApplication> {
        self.client.request(CancelApplication::new(self.id))
    }
}

/// Name, state, times and number of jobs of each application.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/applications/overview" -> ApplicationsOverview, since = "2.3", handle = "applications().overview()")]
#[non_exhaustive]
pub struct GetApplicationsOverview {}

/// A summary of each application.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationsOverview {
    /// One entry per application, in no order.
    pub applications: Vec<ApplicationOverview>,
}

telling!(ApplicationsOverview: Members(&[List("applications")]));

/// A summary of an application.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationOverview {
    /// The application.
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
    /// Submission time.
    #[serde(rename = "start-time", with = "millis")]
    pub start_time: Timestamp,
    /// End time; none until it has ended.
    #[serde(rename = "end-time", with = "minus_one")]
    pub end_time: Option<Timestamp>,
    /// Run time, up to now or to its end.
    #[serde(with = "millis")]
    pub duration: Duration,
    /// Its state.
    pub status: ApplicationState,
    /// Number of jobs by state; states without jobs are left out.
    pub jobs: BTreeMap<JobStatus, u32>,
}

open_enum! {
    /// The state of an application.
    pub enum ApplicationState {
        /// The program has not started.
        Created = "CREATED",
        /// The program or its jobs are running.
        Running = "RUNNING",
        /// A failure is ending the application.
        Failing = "FAILING",
        /// The application failed.
        Failed = "FAILED",
        /// The application is being cancelled.
        Canceling = "CANCELING",
        /// The application was cancelled.
        Canceled = "CANCELED",
        /// The application ended normally.
        Finished = "FINISHED",
    }
}

impl ApplicationState {
    /// Returns true if the application has ended.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Failed | Self::Canceled | Self::Finished)
    }
}

/// State, times and jobs of an application.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/applications/{application}" -> ApplicationDetails, since = "2.3", handle = "application(id).details()")]
#[non_exhaustive]
pub struct GetApplication {
    /// The application.
    pub application: ApplicationId,
}

/// An application in full: state, times and jobs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationDetails {
    /// The application.
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub status: ApplicationState,
    /// Start time of the program; none until it starts.
    #[serde(rename = "start-time", with = "zero")]
    pub start_time: Option<Timestamp>,
    /// End time; none until it has ended.
    #[serde(rename = "end-time", with = "minus_one")]
    pub end_time: Option<Timestamp>,
    /// Run time, up to now or to its end.
    #[serde(with = "millis")]
    pub duration: Duration,
    /// Time at which it last entered each state; none for states it was never in.
    pub timestamps: BTreeMap<ApplicationState, Entered>,
    /// A summary of each of its jobs.
    pub jobs: Vec<JobOverview>,
}

telling!(ApplicationDetails: Members(&[Number("start-time"), Object("timestamps"), List("jobs")]));

/// Failures of an application's program and jobs.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/applications/{application}/exceptions" -> ApplicationExceptions, since = "2.3", handle = "application(id).exceptions()")]
#[non_exhaustive]
pub struct GetApplicationExceptions {
    /// The application.
    pub application: ApplicationId,
}

/// Failures of an application.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationExceptions {
    /// The failures.
    #[serde(rename = "exceptionHistory")]
    pub exception_history: ApplicationExceptionHistory,
}

telling!(ApplicationExceptions: Members(&[Object("exceptionHistory")]));

/// The failures of an application.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationExceptionHistory {
    /// One entry per failure; empty if there was none.
    pub entries: Vec<ApplicationException>,
}

/// A failure of an application.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationException {
    /// The Java exception's class name.
    #[serde(rename = "exceptionName")]
    pub exception_name: String,
    /// Its stack trace.
    pub stacktrace: String,
    /// Time of the failure.
    #[serde(with = "millis")]
    pub timestamp: Timestamp,
    /// The job that failed; none if the program itself did.
    #[serde(rename = "jobId", default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
}

/// Configuration options set for an application's JobManager.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/applications/{application}/jobmanager/config" -> Configuration, since = "2.3", handle = "application(id).jobmanager_config()")]
#[non_exhaustive]
pub struct GetApplicationJobManagerConfig {
    /// The application. A JobManager with several applications gives the same response for each, even for unknown ids.
    pub application: ApplicationId,
}

/// Cancels an application with all its jobs, without savepoints.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/applications/{application}/cancel" -> Empty, since = "2.3", handle = "application(id).cancel()", repeat = Same)]
#[non_exhaustive]
pub struct CancelApplication {
    /// The application.
    pub application: ApplicationId,
}
