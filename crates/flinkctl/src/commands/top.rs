//! `flinkctl job top`: which vertices of a job work, which are held up, and which wait.

use std::{collections::BTreeMap, time::Duration};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{
    JobId,
    metrics::{AggregatedMetric, Aggregation},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    cli::App,
    commands::Deed,
    error::{Failure, Result},
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
    loop {
        app.output.value(&measured(app, job).await?, VIEW)?;
        // With --watch it is begun anew.
        if app.global.watch.is_some() || !app.output.redraw() {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn measured(app: &App, job: JobId) -> Result<Value> {
    let handle = app.client.job(job);
    let details = handle.details().await?;
    let mut asked = JoinSet::new();
    for (order, vertex) in details.vertices.into_iter().enumerate() {
        let call = handle.vertex(vertex.id).subtasks().metrics();
        let call = call.get(METRICS).agg([Aggregation::Avg, Aggregation::Max, Aggregation::Sum]);
        asked.spawn(async move { call.await.map(|metrics| (order, vertex, metrics)) });
    }
    let restarts = handle.metrics().get(["numRestarts"]).await?;
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
