//! Puts a new version of a program in place of a job, with its state; if the new version does not run, the old job goes on:
//! `cargo run -p flink-ops --example deployer -- http://localhost:8081 OLD-JOB-ID OLD.jar NEW.jar file:///savepoints`.

#![allow(clippy::print_stdout, reason = "it is a program")]

use std::{env, error::Error, path::PathBuf, time::Duration};

use flink_ops::{Event, Goal};
use flink_rest_client::{FlinkRestClient, JobId};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [url, job, old, new, savepoints] = arguments.as_slice() else {
        return Err("usage: deployer URL OLD-JOB-ID OLD.jar NEW.jar SAVEPOINTS-URI".into());
    };
    let deployment = Deployment { old: old.into(), new: new.into(), savepoints: savepoints.clone() };
    let job = deployment.run(&FlinkRestClient::new(url)?, job.parse()?).await?;
    println!("the new version runs as job {job}");
    Ok(())
}

/// The two versions of a program, and where its state goes meanwhile.
pub(crate) struct Deployment {
    /// The jar of the job that runs.
    pub(crate) old: PathBuf,
    /// The jar of the new version.
    pub(crate) new: PathBuf,
    /// A folder for savepoints, as a URI.
    pub(crate) savepoints: String,
}

impl Deployment {
    /// Replaces the job: returns the new one. Fails if the new version does not run; the old one runs again then.
    pub(crate) async fn run(&self, flink: &FlinkRestClient, job: JobId) -> Result<JobId, Box<dyn Error>> {
        let stop = flink.job(job).stop_with_savepoint().target_directory(&self.savepoints);
        let savepoint = flink_ops::settle(flink, stop).await?;
        println!("stopped with {savepoint}");
        let failure = match start(flink, &self.new, &savepoint).await {
            Ok(job) => return Ok(job),
            Err(failure) => failure,
        };
        println!("the new version does not run: {failure}");
        let job = start(flink, &self.old, &savepoint).await?;
        Err(format!("the old version runs again, as job {job}: {failure}").into())
    }
}

/// Submits a program with this state and waits until all tasks run. A job that does not is cancelled.
async fn start(flink: &FlinkRestClient, jar: &PathBuf, savepoint: &str) -> Result<JobId, Box<dyn Error>> {
    let run = flink.jars().upload_and_run(jar).savepoint_path(savepoint).exactly_once().await?;
    let wait = flink_ops::wait(flink, run.job_id, Goal::Running).timeout(Duration::from_secs(120));
    let wait = wait.on_event(|event| {
        if let Event::State(state) = event {
            println!("the job is {state}");
        }
    });
    match wait.await {
        Ok(_) => Ok(run.job_id),
        Err(failure) => {
            if !matches!(failure, flink_ops::Error::Ended { .. }) {
                flink_ops::cancel(flink, run.job_id).await?;
            }
            Err(failure.into())
        }
    }
}
