//! Submission of jobs that were compiled elsewhere, as Flink's own command line does it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::endpoint::answer::shape::telling;
use crate::{
    Call, Endpoint, InvalidId, JobId, Result, Upload,
    client::Mode,
    endpoint::upload::Files,
    rest::jobs::Jobs,
    value::kind::{Kind, kinds},
};

impl<M: Mode> Jobs<M> {
    /// Submits a job that was compiled elsewhere, by a program with Flink's own classes of the same release. To have
    /// the server compile it, [run a jar](crate::jars::Jars::upload_and_run).
    pub fn submit(&self, job: impl Into<Upload>) -> Call<M, SubmitJob> {
        self.client.request(SubmitJob::new(job))
    }
}

/// Submits a job. A cluster in application mode does not have this endpoint.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jobs" -> JobSubmission, handle = "jobs().submit(path)")]
#[non_exhaustive]
pub struct SubmitJob {
    /// The job in Java's serialization: a `JobGraph`, or any other `ExecutionPlan` (2.0+).
    #[file("executionPlanFileName", formerly = ("jobGraphFileName", "1.20"))]
    pub job: Upload,
    /// Jars with classes that the job needs.
    #[jar("jobJarFileNames")]
    pub jars: Vec<Upload>,
    /// Files for its distributed cache, each under the name that the job uses.
    #[file("jobArtifactFileNames")]
    pub artifacts: Vec<Artifact>,
}

/// A file for the distributed cache of a job: `("words", "/path/to/words.txt")`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Artifact {
    /// Name under which the job registered the file.
    pub entry_name: String,
    /// The file.
    #[serde(rename = "fileName")]
    pub file: Upload,
}

kinds! { Artifact: Kind::Json; }

impl<N: Into<String>, F: Into<Upload>> From<(N, F)> for Artifact {
    fn from((entry_name, file): (N, F)) -> Self {
        Self { entry_name: entry_name.into(), file: file.into() }
    }
}

impl Files for Artifact {
    fn uploads(&self) -> Vec<Upload> {
        self.file.uploads()
    }

    fn names(&self) -> Value {
        json!({"entryName": self.entry_name, "fileName": self.file.names()})
    }
}

/// A submitted job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobSubmission {
    /// Path of the job below the server's address: `/jobs/…`.
    #[serde(rename = "jobUrl")]
    pub job_url: String,
}

telling!(JobSubmission: Members(&[Text("jobUrl")]));

impl JobSubmission {
    /// Returns the job's id: the last part of its path.
    pub fn job_id(&self) -> Result<JobId> {
        let id = self.job_url.rsplit('/').next().unwrap_or_default();
        id.parse().map_err(|error: InvalidId| error.in_answer(SubmitJob::SPEC.name, "jobUrl"))
    }
}
