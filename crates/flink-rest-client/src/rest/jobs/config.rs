//! Configuration of a job.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Call, Endpoint, JobId, Mode, endpoint::answer::shape::telling, rest::jobs::Job, value::time::minus_one,
};

impl<M: Mode> Job<M> {
    /// Returns the job's configuration: parallelism, restart strategy, user settings.
    pub fn config(&self) -> Call<M, GetJobConfig> {
        self.client.request(GetJobConfig::new(self.id))
    }
}

/// Configuration of a job.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/config" -> JobConfig, handle = "job(id).config()", python = "jobs.get_config")]
#[non_exhaustive]
pub struct GetJobConfig {
    /// The job.
    pub job: JobId,
}

/// Configuration of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobConfig {
    /// The job.
    pub jid: JobId,
    /// Its name.
    pub name: String,
    /// The settings; none if the server no longer has them.
    #[serde(rename = "execution-config", default, skip_serializing_if = "Option::is_none")]
    pub execution_config: Option<ExecutionConfig>,
}

telling!(JobConfig: Members(&[Id("jid")]));

/// The settings of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExecutionConfig {
    /// Exchange mode between vertices (up to 1.20).
    #[serde(rename = "execution-mode", default, skip_serializing_if = "Option::is_none")]
    pub execution_mode: Option<String>,
    /// The restart strategy, as text.
    #[serde(rename = "restart-strategy")]
    pub restart_strategy: String,
    /// Default parallelism of vertices; none for the cluster's default.
    #[serde(rename = "job-parallelism", with = "minus_one")]
    pub job_parallelism: Option<u32>,
    /// True if records are passed on without copies.
    #[serde(rename = "object-reuse-mode")]
    pub object_reuse_mode: bool,
    /// The global job parameters set by user code.
    #[serde(rename = "user-config")]
    pub user_config: BTreeMap<String, String>,
}
