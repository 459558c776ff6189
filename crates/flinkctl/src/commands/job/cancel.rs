//! Cancels a job.

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
    /// Does not ask
    #[arg(short, long)]
    yes: bool,
    /// Returns as soon as Flink has accepted it
    #[arg(short, long)]
    detach: bool,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command).about("Cancels a job, without a savepoint, and waits until it has ended")
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
        let failure = Failure::new(exit, "you stopped waiting; the job may be cancelled all the same");
        failure.hint(format!("`flinkctl job get {job}` tells how it ends"))
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
            return Err(Failure::from(error).hint(format!("`{command}` waits again for its end")));
        }
        // A refusal or an outage does not take it back.
        Err(error) => {
            let command = app.command(&format!("job get {job}"));
            return Err(Failure::from(error).hint(format!(
                "the job is being cancelled: `{command}` tells how it ends, once the cluster answers"
            )));
        }
    }
    Ok(())
}

/// The failure of a request to cancel this job.
fn refused(job: &Candidate) -> impl Fn(ClientError) -> Failure {
    move |error| {
        if !is_for_readers(&error) {
            return error.into();
        }
        let (status, failure) = (error.status(), Failure::from(error));
        let command = format!(
            "if a proxy lets only GET through, as YARN's, `flinkctl api YarnCancelJob -f job={}` cancels the job by one",
            job.id
        );
        // Whoever is refused may also lack the right.
        let hint = match status {
            Some(StatusCode::FORBIDDEN) => {
                format!("{}; {command}", failure.hint.as_deref().unwrap_or_default())
            }
            _ => command,
        };
        failure.hint(hint)
    }
}

/// Tells if a proxy before Flink refuses all requests that are no GET.
fn is_for_readers(error: &ClientError) -> bool {
    matches!(error.last(), ClientError::NotFlink { status, .. } if matches!(status.as_u16(), 403 | 405 | 501))
}
