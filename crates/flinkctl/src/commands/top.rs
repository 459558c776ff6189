//! `flinkctl job top`: which vertices of a job work, which are held up, and which wait.

use std::{collections::BTreeMap, time::Duration};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{
    Error, ExecutionState, Freshness, JobStatus, Timestamp,
    jobs::{details::JobDetails, vertices::JobVertex},
    metrics::{AggregatedMetric, Aggregation},
};
use serde_json::{Value, json};

use crate::{
    cli::App,
    commands::{Deed, metrics},
    error::{Exit, Failure, Result},
    fan_out::fan_out,
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
             to, · they wait. HOTTEST is the busiest subtask. A vertex that has just started is «collecting»: Flink measures\n\
             every 5s. On a terminal it is shown again every 2s until Ctrl-C.",
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
        let freshness = metrics::refresh(app).await?;
        let details = app.client.job(job).details().await?;
        if details.state.is_terminal() {
            if !shown {
                return Err(ended(&details));
            }
            // Who has seen it run has seen what there was to see.
            say!("{} is {}", details.name, details.state);
            return Ok(());
        }
        app.output.value(&measured(app, details, freshness).await?, VIEW)?;
        metrics::note(freshness);
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

/// Time after the start of a vertex in which Flink may still tell initial values.
const FIRST_MEASUREMENT: Duration = Duration::from_secs(20);

/// Whether these are the values that Flink begins with: busy all the time, and no record.
fn are_initial(metrics: &[AggregatedMetric], vertex: &JobVertex, now: Timestamp) -> bool {
    let is_new = vertex.start_time.is_some_and(|start| {
        Duration::try_from(now - start).is_ok_and(|running| running < FIRST_MEASUREMENT)
    });
    let runs = matches!(vertex.status, ExecutionState::Running | ExecutionState::Initializing);
    let initial = METRICS.into_iter().zip([1000.0, 0.0, 0.0, 0.0, 0.0]);
    let is_initial = |(name, value): (&str, f64)| {
        let mut all = metrics.iter().filter(|metric| metric.id == name).filter_map(|metric| metric.avg);
        all.all(|avg| avg == value || avg.is_nan())
    };
    runs && is_new && initial.into_iter().all(is_initial)
}

async fn measured(app: &App, details: JobDetails, freshness: Freshness) -> Result<Value> {
    let handle = app.client.job(details.jid);
    let restarts = known(handle.metrics().get(["numRestarts"]).await)?;
    let now = details.now;
    let vertices = fan_out(details.vertices.into_iter().map(|vertex| {
        let call = handle.vertex(vertex.id).subtasks().metrics();
        let call = call.get(METRICS).agg([Aggregation::Avg, Aggregation::Max, Aggregation::Sum]);
        async move { Ok((vertex, known(call.await)?)) }
    }))
    .await?;
    let rows = vertices.iter().map(|(vertex, metrics)| {
        let is_collecting = are_initial(metrics, vertex, now);
        let metrics = if is_collecting { &[][..] } else { metrics };
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
            "load": if is_collecting { "collecting".into() } else { json!(parts) },
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
        "fresh": freshness.is_fresh(),
        "state": details.state.to_string(),
        "duration": u64::try_from(details.duration.as_millis()).unwrap_or(u64::MAX),
        "restarts": restarts.first().and_then(|metric| metric.value.clone()),
        "vertices": rows.collect::<Vec<_>>(),
    }))
}
