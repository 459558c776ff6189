//! Cancels a job.

use std::cell::Cell;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{Error, http::StatusCode};

use crate::{
    app::App,
    command::Deed,
    commands::deeds::OfJob,
    confirm::confirm_end_of_jobs,
    error::{Exit, Failure, Result},
    follow::say_outage,
    operation::{not_running, patience},
    output::say,
    resolve,
    stop::unless_stopped,
};

pub(crate) const CANCEL: Deed = Deed {
    name: "cancel",
    reads: false,
    describe: describe_cancel,
    run: |app, matches| Box::pin(cancel(app, matches)),
};

#[derive(Debug, clap::Args)]
struct Cancel {
    #[command(flatten)]
    of: OfJob,
    /// Does not ask
    #[arg(short, long)]
    yes: bool,
    /// Returns as soon as Flink has accepted it
    #[arg(short, long)]
    detach: bool,
}

fn describe_cancel(command: Command) -> Command {
    Cancel::augment_args(command).about("Cancels a job, without a savepoint, and waits until it has ended")
}

async fn cancel(app: &App, matches: &ArgMatches) -> Result<()> {
    let Cancel { of, yes, detach } = Cancel::from_arg_matches(matches)?;
    let found = resolve::described_job(&app.client, &of.job).await?;
    if found.ended.is_some() {
        return Err(not_running(&found));
    }
    let address = app.client.address();
    confirm_end_of_jobs(app, &format!("Cancel job {found} at {address}"), yes).await?;
    let job = app.client.job(found.parsed()?);
    let accepted = Cell::new(false);
    let done = async {
        job.cancel().await?;
        accepted.set(true);
        match detach {
            true => Ok(None),
            false => {
                let wait = job.wait_until_finished().timeout(patience(app)).on_outage(say_outage);
                wait.await.map(|details| Some(details.state))
            }
        }
    };
    let stopped = |exit| {
        let failure = Failure::new(exit, "you stopped waiting; the job may be cancelled all the same");
        failure.hint(format!("`flinkctl job get {}` tells how it ends", job.id()))
    };
    match unless_stopped(done, stopped).await? {
        Ok(None) => {}
        Ok(Some(state)) | Err(Error::JobEnded { state, .. }) => say!("{} is {state}", found.name),
        Err(error) if !accepted.get() && is_for_readers(&error) => {
            let (error_status, failure) = (error.status(), Failure::from(error));
            let command = format!(
                "if a proxy lets only GET through, as YARN's, `flinkctl api YarnCancelJob -f job={}` cancels the job by one",
                found.id
            );
            // Who is refused may also be somebody who may not.
            let hint = match error_status {
                Some(StatusCode::FORBIDDEN) => {
                    format!("{}; {command}", failure.hint.as_deref().unwrap_or_default())
                }
                _ => command,
            };
            return Err(failure.hint(hint));
        }
        Err(error @ Error::Timeout { .. }) => {
            let command = app.command(&format!("job wait {}", job.id()));
            return Err(Failure::from(error).hint(format!("`{command}` waits again for its end")));
        }
        // Whoever may not ask, or nobody can be asked: that does not take it back.
        Err(error) if accepted.get() => {
            let command = app.command(&format!("job get {}", found.id));
            let lost = Failure { exit: Exit::OutcomeUnknown, ..Failure::from(error) };
            return Err(lost.hint(format!(
                "the job is being cancelled: `{command}` tells how it ends, once the cluster answers"
            )));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Whether somebody before Flink refuses all that is no GET.
fn is_for_readers(error: &Error) -> bool {
    matches!(error.last(), Error::NotFlink { status, .. } if matches!(status.as_u16(), 403 | 405 | 501))
}
