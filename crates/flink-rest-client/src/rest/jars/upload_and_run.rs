//! From a jar on this machine to a job, in one call.

use std::time::Duration;

use tokio::time::Instant;

use super::{DeleteJar, JarRun, JarUpload, RunJar, UploadJar};
use crate::{
    Action, ApiError, Call, Client, Endpoint, Error, JarId, Repeat, Result, Retry,
    client::{Mode, call::CallOptions},
    rest::started,
};

/// How often a jar is uploaded again that got lost before it was run.
const ROUNDS: u32 = 3;

/// How long a call waits for its jar to be deleted before it tells what became of the job.
const TIDYING: Duration = Duration::from_secs(5);

/// Uploads a jar and runs it; see [`Jars::upload_and_run`](super::Jars::upload_and_run).
#[derive(Clone, Debug)]
pub struct UploadAndRun {
    pub(super) upload: UploadJar,
    pub(super) run: RunJar,
    pub(super) delete: bool,
}

impl<M: Mode> Call<M, UploadAndRun> {
    /// Deletes the jar from the server again once its job is submitted. The job does not need it any more, also when it
    /// is restarted: Flink keeps what was in it for as long as the job goes on. While it is not known whether the job was
    /// submitted, the jar stays.
    pub fn delete_jar(mut self) -> Self {
        self.action.delete = true;
        self
    }
}

impl<M: Mode, A: AsMut<RunJar>> Call<M, A> {
    /// Submits the job once, also if an answer is lost: the client chooses its id, looks for it, and knows the refusal of
    /// a duplicate. For programs with one job. Flink gives the id to every job of a program: up to 2.2 the others are lost
    /// without a word, 2.3 refuses them. [`run_application`](super::Jar::run_application) (2.3+) is once-only for all jobs.
    ///
    /// Without it, or [`job_id`](Call::job_id), the program runs as it would by curl. If the answer is lost, the request is
    /// not repeated unless it surely did not arrive; [`Error::OutcomeUnknown`] names the jobs that are new since.
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
        // What cannot be right is refused before the upload.
        let mut upload = client.check(self.upload.request()?, options).await?;
        client.check(self.run.request()?, options).await?;
        // One jar more on the server does no harm.
        upload.repeat = Repeat::Same;
        let mut rounds = 1..=ROUNDS;
        let mut maybe_done = false;
        loop {
            let uploaded = client.execute_request::<JarUpload>(upload.clone(), options).await;
            let jar = match uploaded.and_then(|upload| upload.jar_id()) {
                Ok(jar) => jar,
                Err(error) if maybe_done => {
                    let token = self.run.job_id.as_ref().map(ToString::to_string);
                    return Err(Error::unknown("RunJar", token, error));
                }
                // Without a jar, there is no job.
                Err(error) => return Err(error.into_last()),
            };
            let run = RunJar { jar: jar.clone(), ..self.run.clone() };
            let mut request = client.check(run.request()?, options).await?;
            request.maybe_done = maybe_done;
            match started::execute_request(&client, request, options).await {
                // A JobManager that was restarted, or another one, does not have the jar. A program may miss jars of its own.
                Err(error) if is_missing(&jar, &error) && rounds.next().is_some() => {
                    maybe_done |= error.is_outcome_unknown();
                }
                done => {
                    let is_of_no_use = match &done {
                        // No job wants it: it was refused, or all have failed.
                        Err(error @ (Error::Api(_) | Error::StartedAnyway { .. }))
                            if !error.may_be_done() =>
                        {
                            true
                        }
                        // Its jobs go on without it.
                        Ok(_) | Err(Error::StartedAnyway { .. }) => self.delete,
                        // A main method may still need it.
                        Err(_) => false,
                    };
                    // What became of the job matters more than whether the jar is gone.
                    if is_of_no_use {
                        delete(&client, jar, options).await;
                    }
                    return done;
                }
            }
        }
    }
}

/// Whether it is this jar that is not there.
fn is_missing(jar: &JarId, error: &Error) -> bool {
    let names_it = |error: &ApiError| error.root_cause().contains(jar.as_str());
    error.is_not_found() && matches!(error.last(), Error::Api(error) if names_it(error))
}

/// Best effort: nothing depends on it, and nobody waits for it longer than the call may take.
async fn delete<M: Mode>(client: &Client<M>, jar: JarId, call: CallOptions) {
    let left = |after| call.deadline(after).at.saturating_duration_since(Instant::now());
    let mut options = CallOptions::default();
    options.timeout = Some(call.timeout.map_or(TIDYING, |after| TIDYING.min(left(after))));
    options.retry = Some(Retry::never());
    let deleted = client.execute(&DeleteJar::new(jar), options).await;
    if let Err(error) = deleted {
        tracing::warn!(%error, "the jar stays on the server");
    }
}
