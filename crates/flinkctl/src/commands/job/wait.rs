//! `flinkctl job wait`: waits until a job has finished, or until it runs.

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::JobArg;
use crate::{
    app::App,
    command::ClusterCommand,
    error::Result,
    output::say,
    resolve,
    wait::{Goal, wait},
};

pub(crate) const WAIT: ClusterCommand =
    ClusterCommand::new("wait", describe, |app, matches| Box::pin(run(app, matches)));

#[derive(Debug, clap::Args)]
struct Arguments {
    #[command(flatten)]
    of: JobArg,
    /// State to wait for
    #[arg(value_name = "GOAL", default_value = "finished")]
    goal: Goal,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Waits until a job has finished, or until all its tasks are running")
}

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Arguments { of, goal } = Arguments::from_arg_matches(matches)?;
    let details = wait(app, resolve::job(&app.client, &of.job).await?, goal).await?;
    say!("{} is {}", details.name, details.state);
    Ok(())
}
