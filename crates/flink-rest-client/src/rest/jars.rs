//! Uploaded jars, and the jobs they start.

mod upload_and_run;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use self::upload_and_run::UploadAndRun;
use crate::{
    ApiError, ApplicationId, Call, Client, Empty, Endpoint, InvalidId, JarId, JobId, Result, StartedJob,
    Upload,
    client::Mode,
    endpoint::{DuplicateCheck, answer::shape::telling, at_least_one, not_blank},
    rest::{
        applications::GetApplication,
        jobs::{JobOverview, details::GetJob, plan::JobPlanInfo},
    },
    value::{open_enum::open_enum, time::millis},
};

impl<M: Mode> Client<M> {
    /// Returns the handle of the uploaded jars.
    pub fn jars(&self) -> Jars<M> {
        Jars { client: self.clone() }
    }

    /// Returns the handle of one uploaded jar. Its id comes from [`list`](Jars::list) or [`upload`](Jars::upload), or
    /// is parsed: `flink.jar("…_app.jar".parse::<JarId>()?)`.
    pub fn jar(&self, id: impl Into<JarId>) -> Jar<M> {
        Jar { client: self.clone(), id: id.into() }
    }
}

/// The uploaded jars. A cluster in application mode, or with `web.submit.enable: false`, does not have these endpoints.
#[derive(Clone, Debug)]
pub struct Jars<M> {
    client: Client<M>,
}

impl<M: Mode> Jars<M> {
    /// Returns all uploaded jars.
    pub fn list(&self) -> Call<M, GetJars> {
        self.client.request(GetJars::new())
    }

    /// Uploads a jar. The file is checked first: it must exist, not be empty, and be a zip archive named `*.jar`.
    pub fn upload(&self, jar: impl Into<Upload>) -> Call<M, UploadJar> {
        self.client.request(UploadJar::new(jar))
    }

    /// Uploads a jar and runs it. If Flink refuses to run it, the jar is deleted again. Else it stays on the server, to
    /// be [listed](Self::list) and [deleted](Jar::delete), unless [`delete_jar`](Call::delete_jar) is set.
    pub fn upload_and_run(&self, jar: impl Into<Upload>) -> Call<M, UploadAndRun> {
        Call::new(
            self.client.clone(),
            UploadAndRun { upload: UploadJar::new(jar), run: RunJar::new(JarId::pending()), delete: false },
        )
    }
}

/// One uploaded jar.
#[derive(Clone, Debug)]
pub struct Jar<M> {
    client: Client<M>,
    id: JarId,
}

impl<M: Mode> Jar<M> {
    /// Returns the jar's id.
    pub fn id(&self) -> &JarId {
        &self.id
    }

    /// Runs the jar's main method, which submits a job.
    pub fn run(&self) -> Call<M, RunJar> {
        self.client.request(RunJar::new(&self.id))
    }

    /// Runs the jar's main method as a separate application, which may submit several jobs (2.3+).
    pub fn run_application(&self) -> Call<M, RunJarApplication> {
        self.client.request(RunJarApplication::new(&self.id))
    }

    /// Returns the dataflow of the job that the jar would submit, without submitting it.
    pub fn plan(&self) -> Call<M, PlanJar> {
        self.client.request(PlanJar::new(&self.id))
    }

    /// Deletes the jar from the server; its jobs keep running. Flink refuses with 400 if the jar does not exist.
    pub fn delete(&self) -> Call<M, DeleteJar> {
        self.client.request(DeleteJar::new(&self.id))
    }
}

/// All uploaded jars.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jars" -> JarList, handle = "jars().list()", python = "jars.all")]
#[non_exhaustive]
pub struct GetJars {}

/// All uploaded jars.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JarList {
    /// The server's own address.
    pub address: String,
    /// The jars, newest first.
    pub files: Vec<JarFile>,
}

telling!(JarList: Members(&[List("files")]));

/// An uploaded jar.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JarFile {
    /// The id, for running or deleting it.
    pub id: JarId,
    /// Name of the uploaded file.
    pub name: String,
    /// Upload time.
    #[serde(with = "millis")]
    pub uploaded: Timestamp,
    /// Entry classes named in its manifest; empty if there are none.
    pub entry: Vec<JarEntry>,
}

/// An entry class of a jar.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JarEntry {
    /// The class name.
    pub name: String,
    /// The program's description of itself (`ProgramDescription`).
    pub description: Option<String>,
}

/// Uploads a jar.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jars/upload" -> JarUpload, handle = "jars().upload(path)", python = "jars.upload")]
#[non_exhaustive]
pub struct UploadJar {
    /// The jar file.
    #[jar("")]
    pub jar: Upload,
}

/// A jar that was uploaded.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JarUpload {
    /// Path of the jar on the server.
    pub filename: String,
    /// The outcome. A failed upload is an error instead.
    pub status: UploadStatus,
}

telling!(JarUpload: Members(&[Text("filename")]));

impl JarUpload {
    /// Returns the id, for running or deleting it: the last part of the server's file name.
    pub fn jar_id(&self) -> Result<JarId> {
        let name = self.filename.rsplit(['/', '\\']).next().unwrap_or_default();
        name.parse().map_err(|error: InvalidId| error.in_answer(UploadJar::SPEC.name, "filename"))
    }
}

open_enum! {
    /// The outcome of an upload.
    pub enum UploadStatus {
        /// The server has the jar.
        Success = "success",
    }
}

/// Flink refuses a second submission with the same job id. Up to 1.14 it accepts one once the first job has ended
/// normally.
const SUBMITTED: DuplicateCheck = DuplicateCheck {
    by: ApiError::is_duplicate,
    find: Some(|job| GetJob::new(job.parse::<JobId>()?).request()),
    since: Some("1.15"),
    answer: |job, details| {
        let mut answer = json!({"jobid": job});
        if let Some(application) = details.and_then(|details| details.get("application-id")) {
            answer["applicationId"] = application.clone();
        }
        answer
    },
    jobs: |job, details| job.parse().map(|job| StartedJob::from_details(job, details)).into_iter().collect(),
};

/// Flink refuses a second application with the same id.
const APPLICATION_SUBMITTED: DuplicateCheck = DuplicateCheck {
    by: ApiError::is_duplicate,
    find: Some(|application| GetApplication::new(application.parse::<ApplicationId>()?).request()),
    since: None,
    answer: |application, _| json!({"applicationid": application}),
    jobs: |_, details| {
        let jobs = details.get("jobs").cloned().map(serde_json::from_value::<Vec<JobOverview>>);
        jobs.and_then(Result::ok).into_iter().flatten().map(StartedJob::from).collect()
    },
};

/// Flink refuses to delete a jar that it no longer has.
const DELETED: DuplicateCheck = DuplicateCheck {
    by: |refusal| refusal.root_cause().contains("does not exist in"),
    find: None,
    since: None,
    answer: |_, _| json!({}),
    jobs: |_, _| Vec::new(),
};

/// Runs a jar's main method, which submits a job.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jars/{jar}/run" -> JarRun, handle = "jar(id).run()", python = "jars.run", repeat = Refused(SUBMITTED), also = UploadAndRun)]
#[non_exhaustive]
pub struct RunJar {
    /// The jar.
    pub jar: JarId,
    /// Class whose main method is run [default: the one named in the jar's manifest].
    #[body("entryClass", check = not_blank)]
    pub entry_class: Option<String>,
    /// Arguments of the main method, each passed as is: no quoting, no splitting.
    #[body("programArgsList")]
    pub args: Vec<String>,
    /// Parallelism, at least 1 [default: the program's own, or the cluster's default].
    #[body(check = at_least_one)]
    pub parallelism: Option<u32>,
    /// Id of the job [default: random, chosen by the server]. With an id, the job is submitted only once. For programs
    /// with one job: Flink gives every job of the program this id. Up to 2.2 all but the first are lost, 2.3 refuses
    /// them.
    #[body("jobId", token = Given)]
    pub job_id: Option<JobId>,
    /// Start even if the savepoint has state that no operator claims; that state is dropped.
    #[body("allowNonRestoredState")]
    pub allow_non_restored_state: Option<bool>,
    /// The savepoint or checkpoint to restore from.
    #[body("savepointPath", check = not_blank)]
    pub savepoint_path: Option<String>,
    /// Owner of the savepoint after the restore (1.15+).
    #[body("claimMode", since = "1.15", formerly = ("restoreMode", "1.19"))]
    pub claim_mode: Option<ClaimMode>,
    /// Configuration of this job; overrides the cluster's (1.17+).
    #[body("flinkConfiguration", since = "1.17")]
    pub flink_configuration: BTreeMap<String, String>,
}

impl RunJar {
    /// Chooses a random job id unless one is set. For programs with one job, which is then submitted only once.
    pub fn choose_job_id(&mut self) {
        self.job_id.get_or_insert_with(JobId::random);
    }
}

open_enum! {
    /// Owner of the files of a savepoint that a job is restored from.
    pub enum ClaimMode {
        /// Flink owns them: it deletes them when no checkpoint needs them any more.
        Claim = "CLAIM",
        /// The user owns them: Flink never deletes them, and makes its first checkpoint a full one.
        NoClaim = "NO_CLAIM",
        /// The user owns them, though later checkpoints may depend on them (deprecated).
        Legacy = "LEGACY",
    }
}

/// A submitted job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JarRun {
    /// The job.
    #[serde(rename = "jobid")]
    pub job_id: JobId,
    /// The application that the job belongs to (2.3+).
    #[serde(rename = "applicationId", default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
}

telling!(JarRun: Members(&[Id("jobid")]));

/// Runs a jar's main method as a separate application (2.3+).
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jars/{jar}/run-application" -> JarRunApplication, since = "2.3", handle = "jar(id).run_application()", repeat = Refused(APPLICATION_SUBMITTED))]
#[non_exhaustive]
pub struct RunJarApplication {
    /// The jar.
    pub jar: JarId,
    /// Class whose main method is run [default: the one named in the jar's manifest].
    #[body("entryClass", check = not_blank)]
    pub entry_class: Option<String>,
    /// Arguments of the main method, each passed as is: no quoting, no splitting.
    #[body("programArgsList")]
    pub args: Vec<String>,
    /// Parallelism, at least 1 [default: the program's own, or the cluster's default].
    #[body(check = at_least_one)]
    pub parallelism: Option<u32>,
    /// Id of its first job [default: random].
    #[body("jobId")]
    pub job_id: Option<JobId>,
    /// Start even if the savepoint has state that no operator claims; that state is dropped.
    #[body("allowNonRestoredState")]
    pub allow_non_restored_state: Option<bool>,
    /// The savepoint or checkpoint to restore from.
    #[body("savepointPath", check = not_blank)]
    pub savepoint_path: Option<String>,
    /// Owner of the savepoint after the restore.
    #[body("claimMode")]
    pub claim_mode: Option<ClaimMode>,
    /// Configuration of this application; overrides the cluster's.
    #[body("flinkConfiguration")]
    pub flink_configuration: BTreeMap<String, String>,
    /// Id of the application [default: random].
    #[body("applicationId", token = Chosen)]
    pub application_id: Option<ApplicationId>,
}

/// A submitted application.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JarRunApplication {
    /// The application.
    #[serde(rename = "applicationid")]
    pub application_id: ApplicationId,
}

telling!(JarRunApplication: Members(&[Id("applicationid")]));

/// The dataflow of the job that a jar would submit.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jars/{jar}/plan" -> JobPlanInfo, handle = "jar(id).plan()", python = "jars.get_plan", repeat = Reads)]
#[non_exhaustive]
pub struct PlanJar {
    /// The jar.
    pub jar: JarId,
    /// Class whose main method is run [default: the one named in the jar's manifest].
    #[body("entryClass", check = not_blank)]
    pub entry_class: Option<String>,
    /// Arguments of the main method, each passed as is: no quoting, no splitting.
    #[body("programArgsList")]
    pub args: Vec<String>,
    /// Parallelism, at least 1 [default: the program's own, or the cluster's default].
    #[body(check = at_least_one)]
    pub parallelism: Option<u32>,
    /// Job id in the plan [default: random].
    #[body("jobId")]
    pub job_id: Option<JobId>,
    /// Configuration of the job; overrides the cluster's (1.17+).
    #[body("flinkConfiguration", since = "1.17")]
    pub flink_configuration: BTreeMap<String, String>,
}

/// The same as [`PlanJar`], with its settings in the query. Arguments cannot contain commas.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jars/{jar}/plan" -> JobPlanInfo)]
#[non_exhaustive]
pub struct GetJarPlan {
    /// The jar.
    pub jar: JarId,
    /// Class whose main method is run [default: the one named in the jar's manifest].
    #[query("entry-class", check = not_blank)]
    pub entry_class: Option<String>,
    /// Arguments of the main method.
    #[query("programArg", check = no_comma)]
    pub args: Vec<String>,
    /// Parallelism, at least 1 [default: the program's own, or the cluster's default].
    #[query(check = at_least_one)]
    pub parallelism: Option<u32>,
}

fn no_comma(argument: &String) -> Result<(), String> {
    if argument.contains(',') {
        Err(format!("`{argument}` has a comma, at which Flink would split it"))
    } else {
        Ok(())
    }
}

/// Deletes a jar from the server; its jobs keep running.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(DELETE "/jars/{jar}" -> Empty, handle = "jar(id).delete()", python = "jars.delete", repeat = Refused(DELETED))]
#[non_exhaustive]
pub struct DeleteJar {
    /// The jar.
    pub jar: JarId,
}
