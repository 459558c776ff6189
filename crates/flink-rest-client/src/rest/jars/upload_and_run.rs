//! Uploading a jar and running it, in one call.

use std::time::Duration;

use tokio::time::Instant;

use super::{DeleteJar, JarRun, JarUpload, RunJar, UploadJar};
use crate::{
    Action, ApiError, Call, Client, Endpoint, Error, JarId, Repeat, Result, Retry,
    client::{Mode, call::CallOptions},
    rest::started,
};

/// Repeated uploads of a jar that is gone from the server before it was run.
const MAX_REUPLOADS: u32 = 3;

/// Timeout for deleting the jar; it delays the result of the call.
const CLEANUP_TIMEOUT: Duration = Duration::from_secs(5);

/// Uploads a jar and runs it; see [`Jars::upload_and_run`](super::Jars::upload_and_run).
#[derive(Clone, Debug)]
pub struct UploadAndRun {
    pub(super) upload: UploadJar,
    pub(super) run: RunJar,
    pub(super) delete: bool,
}

impl<M: Mode> Call<M, UploadAndRun> {
    /// Deletes the jar from the server once its job is submitted. The job no longer needs the jar, even for a restart:
    /// Flink keeps its content for as long as the job runs. If it is unknown whether the job was submitted, the jar
    /// stays.
    pub fn delete_jar(mut self) -> Self {
        self.action.delete = true;
        self
    }
}

impl<M: Mode, A: AsMut<RunJar>> Call<M, A> {
    /// Submits the job once, even if a response is lost. The client chooses the job id, looks for the job, and
    /// recognises the refusal of a duplicate. For programs with one job: Flink gives the id to every job of a program.
    /// Up to 2.2 the others are lost silently, 2.3 refuses them. [`run_application`](super::Jar::run_application)
    /// (2.3+) submits once whatever the number of jobs.
    ///
    /// Without it, or [`job_id`](Call::job_id), a request whose response is lost is only retried if it certainly did
    /// not arrive. Else [`Error::OutcomeUnknown`] names the jobs that have appeared since.
    pub fn exactly_once(mut self) -> Self {
        self.action.as_mut().choose_job_id();
        self
    }
}

impl AsMut<RunJar> for UploadAndRun {
    fn as_mut(&mut self) -> &mut RunJar {
        &mut self.run
    }
}

impl Action for UploadAndRun {
    type Output<M: Mode> = JarRun;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<JarRun> {
        // Invalid parameters are refused before the upload.
        let mut upload = client.check(self.upload.request()?, options).await?;
        client.check(self.run.request()?, options).await?;
        // Safe to retry: a second copy of the jar on the server does no harm.
        upload.repeat = Repeat::Same;
        let mut reuploads = 1..=MAX_REUPLOADS;
        let mut may_have_arrived = false;
        loop {
            let uploaded = client.execute_request::<JarUpload>(upload.clone(), options).await;
            let jar = match uploaded.and_then(|upload| upload.jar_id()) {
                Ok(jar) => jar,
                Err(error) if may_have_arrived => {
                    let token = self.run.job_id.as_ref().map(ToString::to_string);
                    return Err(Error::unknown("RunJar", token, error));
                }
                // Without a jar, no job was started.
                Err(error) => return Err(error.into_last()),
            };
            let run = RunJar { jar: jar.clone(), ..self.run.clone() };
            let mut request = client.check(run.request()?, options).await?;
            request.may_have_arrived = may_have_arrived;
            match started::execute_request(&client, request, options).await {
                // After a restart or failover, the JobManager may not have the jar. A program may also miss jars of its
                // own.
                Err(error) if is_missing(&jar, &error) && reuploads.next().is_some() => {
                    may_have_arrived |= error.is_outcome_unknown();
                }
                done => {
                    let is_unneeded = match &done {
                        // No job needs the jar: the request was refused, or all its jobs failed.
                        Err(error @ (Error::Api(_) | Error::StartedAnyway { .. }))
                            if !error.may_be_done() =>
                        {
                            true
                        }
                        // The jobs run without the jar.
                        Ok(_) | Err(Error::StartedAnyway { .. }) => self.delete,
                        // A main method may still need the jar.
                        Err(_) => false,
                    };
                    // The result for the job takes precedence over a failed deletion.
                    if is_unneeded {
                        delete(&client, jar, options).await;
                    }
                    return done;
                }
            }
        }
    }
}

/// Returns true if the error says that this very jar does not exist.
fn is_missing(jar: &JarId, error: &Error) -> bool {
    let names_jar = |error: &ApiError| error.root_cause().contains(jar.as_str());
    error.is_not_found() && matches!(error.last(), Error::Api(error) if names_jar(error))
}

/// Best effort: nothing depends on it, and it must not exceed the deadline of the call.
async fn delete<M: Mode>(client: &Client<M>, jar: JarId, call: CallOptions) {
    let left = |after| call.deadline(after).at.saturating_duration_since(Instant::now());
    let mut options = CallOptions::default();
    options.timeout = Some(call.timeout.map_or(CLEANUP_TIMEOUT, |after| CLEANUP_TIMEOUT.min(left(after))));
    options.retry = Some(Retry::never());
    let deleted = client.execute(&DeleteJar::new(jar), options).await;
    if let Err(error) = deleted {
        tracing::warn!(%error, "the jar stays on the server");
    }
}
