//! From a jar on this machine to a job, in one call.

use super::{DeleteJar, JarRun, JarUpload, RunJar, UploadJar};
use crate::{Action, Client, Error, JobId, Repeat, Result, call::CallOptions, client::Mode};

/// How often a jar is uploaded again that got lost before it was run.
const ROUNDS: u32 = 3;

/// Uploads a jar and runs it; see [`Jars::upload_and_run`](super::Jars::upload_and_run).
#[derive(Clone, Debug)]
pub struct UploadAndRun {
    pub(super) upload: UploadJar,
    pub(super) run: RunJar,
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
                // A JobManager that was restarted, or another one, does not have the jar.
                Err(error) if error.is_not_found() && rounds.next().is_some() => {
                    maybe_done |= error.is_outcome_unknown();
                }
                Err(error @ Error::Api(_)) => {
                    // Best effort: why the jar could not be run matters more than whether it is gone.
                    let _ = client.execute(&DeleteJar::new(jar), options).await;
                    return Err(error);
                }
                done => return done,
            }
        }
    }
}
