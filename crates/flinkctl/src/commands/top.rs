//! `flinkctl job top`: which vertices of a job work, which are held up, and which wait.

use std::{collections::BTreeMap, time::Duration};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{
    Error, JobStatus,
    jobs::details::JobDetails,
    metrics::{AggregatedMetric, Aggregation},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    cli::App,
    commands::Deed,
    error::{Exit, Failure, Result},
    output::say,
    resolve,
    view::{Part, View, counts, id, load, millis, number, rate, ratio, state, text},
};

pub(crate) const TOP: Deed =
    Deed { name: "top", reads: true, describe, run: |app, matches| Box::pin(run(app, matches)) };

#[derive(Debug, clap::Args)]
struct Arguments {
    /// The job: its id, its name, or the beginning of either
    job: String,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Shows which vertices of a job work, are held up or wait, and how many records flow")
        .after_help(
            "LOAD is what the time of a vertex's subtasks goes to: █ they work, ▒ they are held up by those that they write\n\
             to, · they wait. HOTTEST is the busiest subtask. On a terminal it is shown again every 2s until Ctrl-C.",
        )
}

const PAUSE: Duration = Duration::from_secs(2);

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
            load("LOAD", "/load"),
            ratio("BUSY", "/busy"),
            ratio("HELD UP", "/heldUp"),
            ratio("IDLE", "/idle"),
            ratio("HOTTEST", "/hottest"),
            rate("IN/S", "/in"),
            rate("OUT/S", "/out"),
            counts("TASKS", "/tasks").wide(),
            id("ID", "/id").wide(),
        ],
    ),
];

const METRICS: [&str; 5] = [
    "busyTimeMsPerSecond",
    "backPressuredTimeMsPerSecond",
    "idleTimeMsPerSecond",
    "numRecordsInPerSecond",
    "numRecordsOutPerSecond",
];

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Arguments { job } = Arguments::from_arg_matches(matches)?;
    let job = resolve::job(&app.client, &job).await?;
    let mut shown = false;
    loop {
        let details = app.client.job(job).details().await?;
        if details.state.is_terminal() {
            if !shown {
                return Err(ended(&details));
            }
            // Who has seen it run has seen what there was to see.
            say!("{} is {}", details.name, details.state);
            return Ok(());
        }
        app.output.value(&measured(app, details).await?, VIEW)?;
        shown = true;
        // With --watch it is begun anew.
        if app.global.watch.is_some() || !app.output.redraw() {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn ended(details: &JobDetails) -> Failure {
    let message =
        format!("job {} has ended: it is {}, and nothing of it can be measured", details.jid, details.state);
    Failure::new(Exit::Failed, message).hint(match details.state {
        JobStatus::Failed => format!("`flinkctl job exceptions {}` tells why", details.jid),
        _ => format!("`flinkctl job get {}` shows what its vertices did", details.jid),
    })
}

/// What does not run, as a vertex that waits for slots or has finished, has no metrics.
fn known<T>(metrics: flink_rest_client::Result<Vec<T>>) -> flink_rest_client::Result<Vec<T>> {
    match metrics {
        Err(Error::UnknownMetric { .. }) => Ok(Vec::new()),
        metrics => metrics,
    }
}

async fn measured(app: &App, details: JobDetails) -> Result<Value> {
    let handle = app.client.job(details.jid);
    let mut asked = JoinSet::new();
    for (order, vertex) in details.vertices.into_iter().enumerate() {
        let call = handle.vertex(vertex.id).subtasks().metrics();
        let call = call.get(METRICS).agg([Aggregation::Avg, Aggregation::Max, Aggregation::Sum]);
        asked.spawn(async move { known(call.await).map(|metrics| (order, vertex, metrics)) });
    }
    let restarts = known(handle.metrics().get(["numRestarts"]).await)?;
    let mut vertices =
        asked.join_all().await.into_iter().collect::<Result<Vec<_>, _>>().map_err(Failure::from)?;
    vertices.sort_by_key(|(order, ..)| *order);
    let rows = vertices.iter().map(|(_, vertex, metrics)| {
        let [busy, held_up, idle, records_in, records_out] =
            METRICS.map(|name| metrics.iter().find(|metric| metric.id == name));
        // Milliseconds of each second.
        let part = |metric: Option<&AggregatedMetric>, of: fn(&AggregatedMetric) -> Option<f64>| {
            metric.and_then(of).filter(|millis| millis.is_finite()).map(|millis| millis / 1000.0)
        };
        let parts = [busy, held_up, idle].map(|metric| part(metric, |metric| metric.avg));
        json!({
            "name": vertex.name,
            "id": vertex.id.to_string(),
            "tasks": vertex.tasks.iter().map(|(state, count)| (state.to_string(), *count)).collect::<BTreeMap<_, _>>(),
            "load": parts,
            "busy": parts.first(),
            "heldUp": parts.get(1),
            "idle": parts.get(2),
            "hottest": part(busy, |metric| metric.max),
            "in": records_in.and_then(|metric| metric.sum),
            "out": records_out.and_then(|metric| metric.sum),
        })
    });
    Ok(json!({
        "name": details.name,
        "state": details.state.to_string(),
        "duration": u64::try_from(details.duration.as_millis()).unwrap_or(u64::MAX),
        "restarts": restarts.first().and_then(|metric| metric.value.clone()),
        "vertices": rows.collect::<Vec<_>>(),
    }))
}
