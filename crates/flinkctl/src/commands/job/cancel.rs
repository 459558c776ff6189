//! `flinkctl job cancel`: cancels a job.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_ops::{Error, Event};
use flink_rest_client::{Error as ClientError, JobId, http::StatusCode};

use crate::{
    app::App,
    command::ClusterCommand,
    commands::job::JobArg,
    confirm::confirm_end_of_jobs,
    error::{Failure, Result},
    operation::{not_running, patience},
    output::say,
    progress::say_outage,
    resolve::{self, Candidate},
    signals::unless_stopped,
};

pub(crate) const CANCEL: ClusterCommand =
    ClusterCommand::new("cancel", describe, |app, matches| Box::pin(run(app, matches))).endpoint("CancelJob");

#[derive(Debug, clap::Args)]
struct Arguments {
    #[command(flatten)]
    of: JobArg,
    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,
    /// Return as soon as Flink has accepted the request
    #[arg(short, long)]
    detach: bool,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command).about("Cancels a job without a savepoint and waits until it has ended")
}

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Arguments { of, yes, detach } = Arguments::from_arg_matches(matches)?;
    let found = resolve::described_job(&app.client, &of.job).await?;
    if found.ended.is_some() {
        return Err(not_running(&found));
    }
    let address = app.client.address();
    confirm_end_of_jobs(app, &format!("Cancel job {found} at {address}"), yes).await?;
    let job: JobId = found.parsed()?;
    let stopped = |exit| {
        let failure = Failure::new(exit, "you stopped waiting; the job may still be cancelled");
        failure.hint(format!("`flinkctl job get {job}` shows its state"))
    };
    if detach {
        let asked = unless_stopped(app.client.job(job).cancel(), stopped).await?;
        return asked.map(drop).map_err(refused(&found));
    }
    let work = flink_ops::cancel(&app.client, job).timeout(patience(app));
    let work = work.on_event(|event| {
        if let Event::Outage(outage) = event {
            say_outage(outage);
        }
    });
    match unless_stopped(work, stopped).await? {
        Ok(state) => say!("{} is {state}", found.name),
        Err(Error::Client(error)) => return Err(refused(&found)(error)),
        Err(error @ Error::Late { .. }) => {
            let command = app.command(&format!("job wait {job}"));
            return Err(Failure::from(error).hint(format!("`{command}` waits for its end")));
        }
        // A refusal or an outage does not revoke the request.
        Err(error) => {
            let command = app.command(&format!("job get {job}"));
            return Err(Failure::from(error).hint(format!(
                "the job is being cancelled: `{command}` shows its state, once the cluster answers"
            )));
        }
    }
    Ok(())
}

/// Returns the failure of a request to cancel this job.
fn refused(job: &Candidate) -> impl Fn(ClientError) -> Failure {
    move |error| {
        if !may_allow_only_get(&error) {
            return error.into();
        }
        let (status, failure) = (error.status(), Failure::from(error));
        let command = format!(
            "if a proxy allows only GET, as YARN's does, `flinkctl api YarnCancelJob -f job={}` cancels the job with a GET",
            job.id
        );
        // The user may also lack the permission.
        let hint = match status {
            Some(StatusCode::FORBIDDEN) => {
                format!("{}; {command}", failure.hint.as_deref().unwrap_or_default())
            }
            _ => command,
        };
        failure.hint(hint)
    }
}

/// Returns true if a proxy before Flink may allow only GET.
fn may_allow_only_get(error: &ClientError) -> bool {
    matches!(error.last(), ClientError::NotFlink { status, .. } if matches!(status.as_u16(), 403 | 405 | 501))
}
