//! The load of a job: how its vertices spend their time, and how many records they read and write.

use std::{collections::BTreeMap, time::Duration};

use flink_rest_client::{
    ExecutionState, FlinkRestClient, Freshness, JobId, JobStatus, Timestamp, VertexId,
    jobs::progress::VertexProgress,
    metrics::{AggregatedMetric, Aggregation},
};
use serde::{Serialize, Serializer};

use crate::{Error, Result, error, fan_out};

/// Time after the start of a vertex in which Flink may still tell initial values.
const FIRST_MEASUREMENT: Duration = Duration::from_secs(20);

/// The metrics of a subtask, and the values that Flink begins with: busy all the time, and no record.
const METRICS: [(&str, f64); 5] = [
    ("busyTimeMsPerSecond", 1000.0),
    ("backPressuredTimeMsPerSecond", 0.0),
    ("idleTimeMsPerSecond", 0.0),
    ("numRecordsInPerSecond", 0.0),
    ("numRecordsOutPerSecond", 0.0),
];

/// Reads the load of a job: Flink is made to collect metrics first, then asked once for the job and once for each vertex.
///
/// Flink measures every 5 seconds, as a mean over the last minute for records. For some seconds after the start of a vertex
/// it tells initial values: the vertex is [collecting](Measurement::Collecting) then.
///
/// # Errors
///
/// Those of [`Job::progress`](flink_rest_client::jobs::Job::progress) and
/// [`refresh_metrics`](FlinkRestClient::refresh_metrics). A vertex that cannot be read has its own
/// [error](VertexLoad::error).
pub async fn load(client: &FlinkRestClient, job: JobId) -> Result<JobLoad> {
    let freshness = client.refresh_metrics().await?;
    let progress = client.job(job).progress().await?;
    let vertices = match progress.state.is_terminal() {
        true => Vec::new(),
        false => progress.vertices,
    };
    let now = progress.now;
    let ((restarts, restarts_error), vertices) = tokio::join!(
        async {
            match restarts(client, job, &progress.state).await {
                Ok(restarts) => (restarts, None),
                Err(error) => (None, Some(error)),
            }
        },
        fan_out(vertices.into_iter().map(|vertex| of_vertex(client, job, vertex, now)).collect())
    );
    Ok(JobLoad {
        job,
        name: progress.name,
        state: progress.state,
        duration: progress.duration,
        restarts,
        restarts_error,
        fresh: freshness == Freshness::Fresh,
        vertices,
    })
}

/// The load of a job.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct JobLoad {
    /// The job.
    pub job: JobId,
    /// Its name; empty if it cannot be read.
    pub name: String,
    /// Its state. Of a job that has ended nothing is measured: it has no vertices here.
    pub state: JobStatus,
    /// The time since it was submitted; none if it cannot be read. In milliseconds as JSON.
    #[serde(serialize_with = "millis")]
    pub duration: Option<Duration>,
    /// The number of its restarts (`numRestarts`); none if it is not known.
    pub restarts: Option<u64>,
    /// Why it cannot be read.
    #[serde(serialize_with = "error::as_text", skip_serializing_if = "Option::is_none")]
    pub restarts_error: Option<Error>,
    /// True if the values are no older than one `metrics.fetcher.update-interval` and a second; otherwise their age is
    /// unknown.
    pub fresh: bool,
    /// Its vertices, sources first.
    pub vertices: Vec<VertexLoad>,
}

/// The load of a vertex. Parts of time are between 0 and 1, the mean of its subtasks.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct VertexLoad {
    /// The vertex; none if its id cannot be read.
    pub id: Option<VertexId>,
    /// Its name; empty if it cannot be read.
    pub name: String,
    /// The number of its subtasks in each state.
    pub tasks: BTreeMap<ExecutionState, u32>,
    /// Whether there are measurements.
    pub measurement: Measurement,
    /// The part of the time in which its subtasks work.
    pub busy: Option<f64>,
    /// The part of the time in which they wait for those that they write to.
    pub backpressured: Option<f64>,
    /// The part of the time in which they wait for records.
    pub idle: Option<f64>,
    /// The part of the time in which its busiest subtask works.
    pub busiest: Option<f64>,
    /// Records that all its subtasks read, in one second. Sources read none.
    pub records_in: Option<f64>,
    /// Records that all its subtasks write, in one second. Sinks write none.
    pub records_out: Option<f64>,
    /// Why nothing can be read.
    #[serde(serialize_with = "error::as_text", skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// Tells if a vertex is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Measurement {
    /// Values are there, as far as the vertex has them.
    Measured,
    /// The vertex has just started: Flink still tells initial values, which are left out.
    Collecting,
    /// The vertex does not run: it waits for slots, or has finished.
    NotRunning,
    /// The metrics cannot be read: see [`error`](VertexLoad::error).
    Unread,
}

/// None if the job has no such metric, as while it is created.
async fn restarts(client: &FlinkRestClient, job: JobId, state: &JobStatus) -> Result<Option<u64>> {
    if state.is_terminal() {
        return Ok(None);
    }
    let metrics = match client.job(job).metrics().get(["numRestarts"]).await {
        Err(flink_rest_client::Error::UnknownMetric { .. }) => return Ok(None),
        metrics => metrics?,
    };
    Ok(metrics.first().and_then(|metric| metric.value.as_deref()?.parse().ok()))
}

async fn of_vertex(
    client: &FlinkRestClient,
    job: JobId,
    vertex: VertexProgress,
    now: Option<Timestamp>,
) -> VertexLoad {
    match metrics(client, job, vertex.id).await {
        Ok(Some(metrics)) if are_initial(&metrics, &vertex, now) => {
            unmeasured(vertex, Measurement::Collecting, None)
        }
        Ok(Some(metrics)) => measured(vertex, &metrics),
        Ok(None) => unmeasured(vertex, Measurement::NotRunning, None),
        Err(error) => unmeasured(vertex, Measurement::Unread, Some(error)),
    }
}

/// The metrics of a vertex; none if it has none, since it does not run.
async fn metrics(
    client: &FlinkRestClient,
    job: JobId,
    vertex: Option<VertexId>,
) -> Result<Option<Vec<AggregatedMetric>>> {
    let vertex = client.job(job).vertex(vertex.ok_or(Error::NoVertexId)?);
    let metrics = vertex.subtasks().metrics().get(METRICS.map(|(name, _)| name));
    match metrics.agg([Aggregation::Avg, Aggregation::Max, Aggregation::Sum]).await {
        Err(flink_rest_client::Error::UnknownMetric { .. }) => Ok(None),
        metrics => Ok(Some(metrics?)),
    }
}

/// Tells if these are the values that Flink begins with.
fn are_initial(metrics: &[AggregatedMetric], vertex: &VertexProgress, now: Option<Timestamp>) -> bool {
    let is_new = vertex.start_time.zip(now).is_some_and(|(start, now)| {
        Duration::try_from(now - start).is_ok_and(|running| running < FIRST_MEASUREMENT)
    });
    let runs = matches!(vertex.status, Some(ExecutionState::Running | ExecutionState::Initializing));
    let is_initial = |(name, value): &(&str, f64)| {
        let mut all = metrics.iter().filter(|metric| metric.id == *name).filter_map(|metric| metric.avg);
        all.all(|avg| avg == *value || avg.is_nan())
    };
    runs && is_new && METRICS.iter().all(is_initial)
}

fn measured(vertex: VertexProgress, metrics: &[AggregatedMetric]) -> VertexLoad {
    let [busy, backpressured, idle, records_in, records_out] =
        METRICS.map(|(name, _)| metrics.iter().find(|metric| metric.id == name));
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    // Milliseconds of each second.
    let part = |metric: Option<&AggregatedMetric>| finite(metric?.avg).map(|millis| millis / 1000.0);
    VertexLoad {
        busy: part(busy),
        backpressured: part(backpressured),
        idle: part(idle),
        busiest: busy.and_then(|metric| finite(metric.max)).map(|millis| millis / 1000.0),
        records_in: records_in.and_then(|metric| metric.sum),
        records_out: records_out.and_then(|metric| metric.sum),
        ..unmeasured(vertex, Measurement::Measured, None)
    }
}

fn unmeasured(vertex: VertexProgress, measurement: Measurement, error: Option<Error>) -> VertexLoad {
    VertexLoad {
        tasks: vertex.tasks(),
        id: vertex.id,
        name: vertex.name,
        measurement,
        busy: None,
        backpressured: None,
        idle: None,
        busiest: None,
        records_in: None,
        records_out: None,
        error,
    }
}

pub(crate) fn millis<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    duration.map(|duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn vertex(start: i64) -> VertexProgress {
        from_value(json!({"name": "Map", "status": "RUNNING", "start-time": start, "tasks": {"RUNNING": 2}}))
            .unwrap()
    }

    fn metrics(values: [f64; 5]) -> Vec<AggregatedMetric> {
        let metric = |((id, _), value): ((&str, f64), f64)| json!({"id": id, "avg": value, "max": value, "sum": value});
        from_value(METRICS.into_iter().zip(values).map(metric).collect::<Value>()).unwrap()
    }

    fn at(seconds: i64) -> Option<Timestamp> {
        Timestamp::from_second(seconds).ok()
    }

    #[test]
    fn initial_values_are_told_from_measured_ones() {
        let initial = metrics([1000.0, 0.0, 0.0, 0.0, 0.0]);
        assert!(are_initial(&initial, &vertex(100_000), at(119)));
        assert!(are_initial(&metrics([f64::NAN, 0.0, 0.0, 0.0, 0.0]), &vertex(100_000), at(119)));
        // A vertex that has run for long may be busy all the time, without a record.
        assert!(!are_initial(&initial, &vertex(100_000), at(121)));
        assert!(!are_initial(&metrics([1000.0, 0.0, 0.0, 3.0, 0.0]), &vertex(100_000), at(119)));
        assert!(!are_initial(&metrics([900.0, 100.0, 0.0, 0.0, 0.0]), &vertex(100_000), at(119)));
    }

    #[test]
    fn milliseconds_of_a_second_become_parts_of_time() {
        let load = measured(vertex(0), &metrics([250.0, 500.0, 250.0, 10.0, 20.0]));
        assert_eq!((load.busy, load.backpressured, load.idle), (Some(0.25), Some(0.5), Some(0.25)));
        assert_eq!((load.busiest, load.records_in, load.records_out), (Some(0.25), Some(10.0), Some(20.0)));
        let unknown = measured(vertex(0), &metrics([f64::NAN, f64::INFINITY, 0.0, 1.0, 1.0]));
        assert_eq!((unknown.busy, unknown.backpressured, unknown.idle), (None, None, Some(0.0)));
    }

    #[test]
    fn the_json_has_the_errors_text_and_milliseconds() {
        let vertex = unmeasured(vertex(0), Measurement::Unread, Some(Error::NoVertexId));
        let load = JobLoad {
            job: JobId::from_bytes([1; 16]),
            name: "Orders".into(),
            state: JobStatus::Running,
            duration: Some(Duration::from_secs(2)),
            restarts: Some(3),
            restarts_error: None,
            fresh: true,
            vertices: vec![vertex],
        };
        let json = serde_json::to_value(load).unwrap();
        assert_eq!(
            (&json["duration"], &json["restarts"], &json["state"]),
            (&json!(2000), &json!(3), &json!("RUNNING"))
        );
        let vertex = &json["vertices"][0];
        assert_eq!((&vertex["measurement"], &vertex["tasks"]), (&json!("unread"), &json!({"RUNNING": 2})));
        assert_eq!(vertex["error"], json!(Error::NoVertexId.to_string()));
    }
}
