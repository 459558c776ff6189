//! How a job was configured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Call, Endpoint, JobId, Mode, endpoint::answer::shape::telling, rest::jobs::Job, value::time::minus_one,
};

impl<M: Mode> Job<M> {
    /// How it was configured: parallelism, restart strategy, the user's own settings.
    pub fn config(&self) -> Call<M, GetJobConfig> {
        self.client.request(GetJobConfig::new(self.id))
    }
}

/// How a job was configured.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/config" -> JobConfig, handle = "job(id).config()", python = "jobs.get_config")]
#[non_exhaustive]
pub struct GetJobConfig {
    /// The job.
    pub job: JobId,
}

/// How a job was configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobConfig {
    /// The job.
    pub jid: JobId,
    /// Its name.
    pub name: String,
    /// Its settings; none if the server no longer knows them.
    #[serde(rename = "execution-config", default, skip_serializing_if = "Option::is_none")]
    pub execution_config: Option<ExecutionConfig>,
}

telling!(JobConfig: Members(&[Id("jid")]));

/// The settings of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExecutionConfig {
    /// How data is exchanged between vertices (up to 1.20).
    #[serde(rename = "execution-mode", default, skip_serializing_if = "Option::is_none")]
    pub execution_mode: Option<String>,
    /// The restart strategy, in words.
    #[serde(rename = "restart-strategy")]
    pub restart_strategy: String,
    /// Parallelism unless a vertex has its own; none: the cluster's default.
    #[serde(rename = "job-parallelism", with = "minus_one")]
    pub job_parallelism: Option<u32>,
    /// Whether records are handed on without copies.
    #[serde(rename = "object-reuse-mode")]
    pub object_reuse_mode: bool,
    /// The global job parameters that the user's code has set.
    #[serde(rename = "user-config")]
    pub user_config: BTreeMap<String, String>,
}
