//! `flinkctl job top`: which vertices of a job work, which are held up, and which wait.

use std::{collections::BTreeMap, time::Duration};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{
    Async, Error, ExecutionState, Freshness, JobId, JobStatus, Timestamp, VertexId,
    jobs::{
        Job,
        progress::{JobProgress, VertexProgress},
    },
    metrics::{AggregatedMetric, Aggregation},
};
use serde_json::{Value, json};

use crate::{
    app::App,
    command::Deed,
    commands::ps::no_vertex_id,
    error::{Exit, Failure, Result},
    fan_out::fan_out,
    metrics,
    output::{label, say},
    partial::Missing,
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
        let progress = app.client.job(job).progress().await?;
        if progress.state.is_terminal() {
            if !shown {
                return Err(ended(job, &progress.state));
            }
            // Who has seen it run has seen what there was to see.
            say!("{} is {}", progress.name, progress.state);
            return Ok(());
        }
        let mut missing = Missing::default();
        app.output.value(&measured(app, job, progress, freshness, &mut missing).await, VIEW)?;
        metrics::note(freshness);
        shown = true;
        // With --watch it is begun anew.
        if app.global.watch.is_some() || !app.output.redraw() || missing.is_all() {
            return missing.end("measurements");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn ended(job: JobId, state: &JobStatus) -> Failure {
    let message = format!("job {job} has ended: it is {state}, and nothing of it can be measured");
    Failure::new(Exit::Failed, message).hint(match state {
        JobStatus::Failed => format!("`flinkctl job exceptions {job}` tells why"),
        _ => format!("`flinkctl job get {job}` shows what its vertices did"),
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
fn are_initial(metrics: &[AggregatedMetric], vertex: &VertexProgress, now: Option<Timestamp>) -> bool {
    let is_new = vertex.start_time.zip(now).is_some_and(|(start, now)| {
        Duration::try_from(now - start).is_ok_and(|running| running < FIRST_MEASUREMENT)
    });
    let runs = matches!(vertex.status, Some(ExecutionState::Running | ExecutionState::Initializing));
    let initial = METRICS.into_iter().zip([1000.0, 0.0, 0.0, 0.0, 0.0]);
    let is_initial = |(name, value): (&str, f64)| {
        let mut all = metrics.iter().filter(|metric| metric.id == name).filter_map(|metric| metric.avg);
        all.all(|avg| avg == value || avg.is_nan())
    };
    runs && is_new && initial.into_iter().all(is_initial)
}

async fn measured(
    app: &App,
    job: JobId,
    progress: JobProgress,
    freshness: Freshness,
    missing: &mut Missing,
) -> Value {
    let handle = &app.client.job(job);
    let restarts = known(handle.metrics().get(["numRestarts"]).await);
    let restarts = missing.keep("numRestarts", restarts).unwrap_or_default();
    let now = progress.now;
    let vertices = fan_out(progress.vertices.into_iter().map(|vertex| async move {
        let metrics = of_vertex(handle, vertex.id).await;
        (vertex, metrics)
    }))
    .await;
    let rows = vertices.into_iter().map(|(vertex, metrics)| {
        let metrics = missing.keep(format!("vertex {}", label(&vertex.name)), metrics);
        let (metrics, is_measured) = (metrics.as_deref().unwrap_or_default(), metrics.is_some());
        let is_collecting = is_measured && are_initial(metrics, &vertex, now);
        let metrics = if is_collecting { &[][..] } else { metrics };
        let load = |parts: &[Option<f64>]| match (is_measured, is_collecting) {
            (false, _) => "unknown".into(),
            (true, true) => "collecting".into(),
            (true, false) => json!(parts),
        };
        let [busy, held_up, idle, records_in, records_out] =
            METRICS.map(|name| metrics.iter().find(|metric| metric.id == name));
        // Milliseconds of each second.
        let part = |metric: Option<&AggregatedMetric>, of: fn(&AggregatedMetric) -> Option<f64>| {
            metric.and_then(of).filter(|millis| millis.is_finite()).map(|millis| millis / 1000.0)
        };
        let parts = [busy, held_up, idle].map(|metric| part(metric, |metric| metric.avg));
        json!({
            "name": vertex.name,
            "id": vertex.id.map(|id| id.to_string()),
            "tasks": vertex.tasks().iter().map(|(state, count)| (state.to_string(), *count)).collect::<BTreeMap<_, _>>(),
            "load": load(&parts),
            "busy": parts.first(),
            "heldUp": parts.get(1),
            "idle": parts.get(2),
            "hottest": part(busy, |metric| metric.max),
            "in": records_in.and_then(|metric| metric.sum),
            "out": records_out.and_then(|metric| metric.sum),
        })
    });
    let rows: Vec<_> = rows.collect();
    json!({
        "name": progress.name,
        "fresh": freshness.is_fresh(),
        "state": progress.state.to_string(),
        "duration": progress.duration.map(|duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)),
        "restarts": restarts.first().and_then(|metric| metric.value.clone()),
        "vertices": rows,
    })
}

async fn of_vertex(handle: &Job<Async>, vertex: Option<VertexId>) -> Result<Vec<AggregatedMetric>> {
    let metrics = handle.vertex(vertex.ok_or_else(no_vertex_id)?).subtasks().metrics();
    let metrics = metrics.get(METRICS).agg([Aggregation::Avg, Aggregation::Max, Aggregation::Sum]);
    Ok(known(metrics.await)?)
}
