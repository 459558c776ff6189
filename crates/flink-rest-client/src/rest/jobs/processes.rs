//! The processes of a job: its JobManager, its TaskManagers and the location of their logs (1.16+).

use serde::{Deserialize, Serialize};

use crate::{
    Call, Endpoint, JobId, TaskManagerId,
    client::Mode,
    endpoint::answer::shape::telling,
    rest::{
        jobs::Job,
        processes::{Configuration, Environment},
    },
};

impl<M: Mode> Job<M> {
    /// Returns the options set in its JobManager's configuration (1.16+).
    pub fn jobmanager_config(&self) -> Call<M, GetJobJobManagerConfig> {
        self.client.request(GetJobJobManagerConfig::new(self.id))
    }

    /// Returns the Java version, Java options and class path of its JobManager (1.16+).
    pub fn jobmanager_environment(&self) -> Call<M, GetJobJobManagerEnvironment> {
        self.client.request(GetJobJobManagerEnvironment::new(self.id))
    }

    /// Returns the URL of its JobManager's logs, for a browser (1.16+).
    pub fn jobmanager_log_url(&self) -> Call<M, GetJobJobManagerLogUrl> {
        self.client.request(GetJobJobManagerLogUrl::new(self.id))
    }

    /// Returns the URL of the logs of one of its TaskManagers, for a browser (1.16+).
    pub fn taskmanager_log_url(
        &self,
        taskmanager: impl Into<TaskManagerId>,
    ) -> Call<M, GetJobTaskManagerLogUrl> {
        self.client.request(GetJobTaskManagerLogUrl::new(self.id, taskmanager))
    }
}

/// Options set in the configuration of a job's JobManager.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/jobmanager/config" -> Configuration, since = "1.16", handle = "job(id).jobmanager_config()")]
#[non_exhaustive]
pub struct GetJobJobManagerConfig {
    /// The job. A JobManager with several jobs gives the same response for each, even for unknown ids.
    pub job: JobId,
}

/// Java version, Java options and class path of a job's JobManager.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/jobmanager/environment" -> Environment, since = "1.16", handle = "job(id).jobmanager_environment()")]
#[non_exhaustive]
pub struct GetJobJobManagerEnvironment {
    /// The job. A JobManager with several jobs gives the same response for each, even for unknown ids.
    pub job: JobId,
}

/// URL of the logs of a job's JobManager, for a browser.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/jobmanager/log-url" -> LogUrl, since = "1.16", handle = "job(id).jobmanager_log_url()")]
#[non_exhaustive]
pub struct GetJobJobManagerLogUrl {
    /// The job. A JobManager with several jobs gives the same response for each, even for unknown ids.
    pub job: JobId,
}

/// URL of the logs of a job's TaskManager, for a browser.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/taskmanagers/{taskmanager}/log-url" -> LogUrl, since = "1.16", handle = "job(id).taskmanager_log_url(taskmanager)")]
#[non_exhaustive]
pub struct GetJobTaskManagerLogUrl {
    /// The job.
    pub job: JobId,
    /// The TaskManager. The server does not check that it exists.
    pub taskmanager: TaskManagerId,
}

/// URL of the logs of a process.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogUrl {
    /// A page of the web dashboard, or of the history server.
    pub url: String,
}

telling!(LogUrl: Members(&[Text("url")]));
