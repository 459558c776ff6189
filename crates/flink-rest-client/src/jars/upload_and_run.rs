//! From a jar on this machine to a job, in one call.

use std::time::Duration;

use tokio::time::Instant;

use super::{DeleteJar, JarRun, JarUpload, RunJar, UploadJar};
use crate::{
    Action, ApiError, Call, Client, Error, JarId, JobId, Repeat, Result, Retry, call::CallOptions,
    client::Mode,
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

impl AsMut<RunJar> for UploadAndRun {
    fn as_mut(&mut self) -> &mut RunJar {
        &mut self.run
    }
}

impl Action for UploadAndRun {
    type Output<M: Mode> = JarRun;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<JarRun> {
        // What cannot be right is refused before the upload.
        let mut upload = client.check(&self.upload, options).await?;
        client.check(&self.run, options).await?;
        // One jar more on the server does no harm.
        upload.repeat = Repeat::Same;
        // Chosen here, so that a second round submits the same job.
        let job_id = self.run.job_id.unwrap_or_else(JobId::random);
        let mut rounds = 1..=ROUNDS;
        let mut maybe_done = false;
        loop {
            let uploaded = client.execute_request::<JarUpload>(upload.clone(), options).await;
            let jar = match uploaded.and_then(|upload| upload.jar_id()) {
                Ok(jar) => jar,
                Err(error) if maybe_done => {
                    return Err(Error::unknown("RunJar", Some(job_id.to_string()), error));
                }
                // Without a jar, there is no job.
                Err(error) => return Err(error.into_last()),
            };
            let run = RunJar { jar: jar.clone(), job_id: Some(job_id), ..self.run.clone() };
            let mut request = client.check(&run, options).await?;
            request.maybe_done = maybe_done;
            match client.execute_request(request, options).await {
                // A JobManager that was restarted, or another one, does not have the jar. A program may miss jars of its own.
                Err(error) if is_missing(&jar, &error) && rounds.next().is_some() => {
                    maybe_done |= error.is_outcome_unknown();
                }
                Err(error @ Error::Api(_)) => {
                    // Why the jar could not be run matters more than whether it is gone.
                    delete(&client, jar, options).await;
                    return Err(error);
                }
                done => {
                    if self.delete && matches!(done, Ok(_) | Err(Error::StartedAnyway { .. })) {
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
