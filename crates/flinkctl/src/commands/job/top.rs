//! `flinkctl job top`: the load of a job's vertices.

use std::time::Duration;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_ops::JobLoad;
use flink_rest_client::{JobId, JobStatus, endpoint::IdKind};
use serde_json::Value;

use crate::{
    app::App,
    command::ClusterCommand,
    error::{Exit, Failure, Result},
    metrics,
    output::{label, say},
    partial::Missing,
    resolve,
    view::{Part, View, counts, id, load, millis, number, rate, ratio, state, text},
};

pub(crate) const TOP: ClusterCommand =
    ClusterCommand::new("top", describe, |app, matches| Box::pin(run(app, matches))).read_only();

#[derive(Debug, clap::Args)]
struct Arguments {
    /// Job: id, name, or a prefix of either
    #[arg(add = crate::complete::of(IdKind::Job))]
    job: String,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Shows the load of a job: busy, backpressured and idle time of its vertices, and records per second")
        .after_help(
            "LOAD is the time of a vertex's subtasks: busy █, backpressured ▒ (blocked by a slower downstream vertex), idle ·.\n\
             BUSIEST is the busiest subtask. IN/S and OUT/S are means over the last minute. A vertex that has just started is «collecting»: Flink measures every 5s.\n\
             On a terminal, the output refreshes every 2s until Ctrl-C.",
        )
}

/// Interval of the refresh.
const REFRESH_INTERVAL: Duration = Duration::from_secs(2);

const VIEW: View = &[
    Part::Fields(&[
        text("Job", "/name"),
        state("State", "/state"),
        millis("Duration", "/duration"),
        number("Restarts", "/restarts"),
    ]),
    Part::Rows(
        "/vertices",
        &[
            text("VERTEX", "/name"),
            load("LOAD", ""),
            ratio("BUSY", "/busy"),
            ratio("BACKPRESSURED", "/backpressured"),
            ratio("IDLE", "/idle"),
            ratio("BUSIEST", "/busiest"),
            rate("IN/S", "/records_in"),
            rate("OUT/S", "/records_out"),
            counts("TASKS", "/tasks").wide(),
            id("ID", "/id").wide(),
        ],
    ),
];

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Arguments { job } = Arguments::from_arg_matches(matches)?;
    let job = resolve::job(&app.client, &job).await?;
    let mut is_shown = false;
    loop {
        let load = flink_ops::load(&app.client, job).await?;
        if load.state.is_terminal() {
            if !is_shown {
                return Err(ended(job, &load.state));
            }
            // The load was shown while the job ran: its end is no failure.
            say!("{} is {}", load.name, load.state);
            return Ok(());
        }
        let (fresh, mut missing) = (load.fresh, Missing::default());
        app.output.value(&shown(load, &mut missing)?, VIEW)?;
        metrics::note(fresh);
        is_shown = true;
        // `--watch` repeats the whole command.
        if app.global.watch.is_some() || !app.output.redraw() || missing.is_all() {
            return missing.end("measurements");
        }
        tokio::time::sleep(REFRESH_INTERVAL).await;
    }
}

fn ended(job: JobId, state: &JobStatus) -> Failure {
    let message = format!("job {job} is {state}, and has no load to measure");
    Failure::new(Exit::Failed, message).hint(match state {
        JobStatus::Failed => format!("`flinkctl job exceptions {job}` shows the cause"),
        _ => format!("`flinkctl job get {job}` shows its vertices"),
    })
}

/// Returns the load as JSON, and moves its errors to `missing`.
fn shown(mut load: JobLoad, missing: &mut Missing) -> Result<Value> {
    missing.note("numRestarts", load.restarts_error.take());
    for vertex in &mut load.vertices {
        vertex.name = label(&vertex.name);
        missing.note(format_args!("vertex {}", vertex.name), vertex.error.take());
    }
    serde_json::to_value(load).map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}
