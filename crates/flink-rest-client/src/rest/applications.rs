//! Applications: what a submitted program does as a whole, with all jobs that it starts (2.3+).

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
    /// All applications of the cluster (2.3+).
    pub fn applications(&self) -> Applications<M> {
        Applications { client: self.clone() }
    }

    /// One application (2.3+). Nothing is sent: whether it exists shows with the first call.
    pub fn application(&self, id: ApplicationId) -> Application<M> {
        Application { client: self.clone(), id }
    }
}

/// All applications of a cluster, also those that ended, as long as the JobManager remembers them.
#[derive(Clone, Debug)]
pub struct Applications<M> {
    client: Client<M>,
}

impl<M: Mode> Applications<M> {
    /// Names, states, times and numbers of jobs of all applications.
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
    /// Its id.
    pub fn id(&self) -> ApplicationId {
        self.id
    }

    /// State, times and jobs.
    pub fn details(&self) -> Call<M, GetApplication> {
        self.client.request(GetApplication::new(self.id))
    }

    /// What went wrong in its program or in its jobs.
    pub fn exceptions(&self) -> Call<M, GetApplicationExceptions> {
        self.client.request(GetApplicationExceptions::new(self.id))
    }

    /// The options that were set in its JobManager's configuration.
    pub fn jobmanager_config(&self) -> Call<M, GetApplicationJobManagerConfig> {
        self.client.request(GetApplicationJobManagerConfig::new(self.id))
    }

    /// Cancels it with all its jobs, without savepoints. One that ended is refused with 404.
    pub fn cancel(&self) -> Call<M, CancelApplication> {
        self.client.request(CancelApplication::new(self.id))
    }
}

/// Names, states, times and numbers of jobs of all applications.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/applications/overview" -> ApplicationsOverview, since = "2.3", handle = "applications().overview()")]
#[non_exhaustive]
pub struct GetApplicationsOverview {}

/// All applications in short.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationsOverview {
    /// One entry an application, in no order.
    pub applications: Vec<ApplicationOverview>,
}

telling!(ApplicationsOverview: Members(&[List("applications")]));

/// An application in short.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationOverview {
    /// The application.
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
    /// When it was submitted.
    #[serde(rename = "start-time", with = "millis")]
    pub start_time: Timestamp,
    /// When it ended; none while it has not.
    #[serde(rename = "end-time", with = "minus_one")]
    pub end_time: Option<Timestamp>,
    /// How long it has run, or did.
    #[serde(with = "millis")]
    pub duration: Duration,
    /// Its state.
    pub status: ApplicationState,
    /// Its jobs by state; states that none is in are missing.
    pub jobs: BTreeMap<JobStatus, u32>,
}

open_enum! {
    /// The state of an application.
    pub enum ApplicationState {
        /// Its program does not run yet.
        Created = "CREATED",
        /// Its program or its jobs run.
        Running = "RUNNING",
        /// A failure is being dealt with that ends it.
        Failing = "FAILING",
        /// It failed.
        Failed = "FAILED",
        /// It is being cancelled.
        Canceling = "CANCELING",
        /// It was cancelled.
        Canceled = "CANCELED",
        /// It came to its end.
        Finished = "FINISHED",
    }
}

impl ApplicationState {
    /// Whether the application has ended.
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

/// An application in full.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationDetails {
    /// The application.
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub status: ApplicationState,
    /// When its program began to run; none while it has not.
    #[serde(rename = "start-time", with = "zero")]
    pub start_time: Option<Timestamp>,
    /// When it ended; none while it has not.
    #[serde(rename = "end-time", with = "minus_one")]
    pub end_time: Option<Timestamp>,
    /// How long it has run, or did.
    #[serde(with = "millis")]
    pub duration: Duration,
    /// When it last entered each state; none for states it never was in.
    pub timestamps: BTreeMap<ApplicationState, Entered>,
    /// Its jobs in short.
    pub jobs: Vec<JobOverview>,
}

telling!(ApplicationDetails: Members(&[Number("start-time"), Object("timestamps"), List("jobs")]));

/// What went wrong in the program of an application, or in its jobs.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/applications/{application}/exceptions" -> ApplicationExceptions, since = "2.3", handle = "application(id).exceptions()")]
#[non_exhaustive]
pub struct GetApplicationExceptions {
    /// The application.
    pub application: ApplicationId,
}

/// What went wrong in an application.
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
    /// One entry a failure; empty if there was none.
    pub entries: Vec<ApplicationException>,
}

/// A failure of an application.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApplicationException {
    /// The Java exception.
    #[serde(rename = "exceptionName")]
    pub exception_name: String,
    /// Its stack trace.
    pub stacktrace: String,
    /// When it happened.
    #[serde(with = "millis")]
    pub timestamp: Timestamp,
    /// The job that it happened in; none if it was the program itself.
    #[serde(rename = "jobId", default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
}

/// The options that were set in the configuration of an application's JobManager.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/applications/{application}/jobmanager/config" -> Configuration, since = "2.3", handle = "application(id).jobmanager_config()")]
#[non_exhaustive]
pub struct GetApplicationJobManagerConfig {
    /// The application. A JobManager of several applications answers alike for each, also for unknown ones.
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
