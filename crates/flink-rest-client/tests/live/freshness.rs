//! Metrics of a job that nobody looked at for a minute.

use std::time::Duration;

use flink_rest_client::{
    FlinkRestClient, JobId, JobStatus, Timestamp, jobs::backpressure::BackPressureStatus,
};

use crate::support::{distribution, streaming_jar};

const MINUTE: Duration = Duration::from_secs(60);
/// One interval of the fetcher, and a second; and what the requests themselves take on a busy machine.
const OLDEST: f64 = 10.0 + 1.0 + 2.0;

/// A cluster that collects as seldom as one does that nobody configured, and a job on it.
async fn unseen() -> (flink_local::Cluster, JobId, FlinkRestClient) {
    let flink = flink_local::Flink::from(distribution().clone());
    let own = flink.config("metrics.fetcher.update-interval", "10000").start().unwrap();
    let flink = FlinkRestClient::new(own.url()).unwrap();
    let run = flink.jars().upload_and_run(streaming_jar()).args(["--no-chaining", "--rate", "100"]);
    let job = run.await.unwrap().job_id;
    flink.job(job).wait_until_running().await.unwrap();
    (own, job, flink)
}

/// Whoever looks has not looked before: each time another client.
#[tokio::test]
async fn a_job_that_nobody_looked_at_for_a_minute_is_shown_as_it_is() {
    let (own, id, flink) = unseen().await;
    let first = flink.job(id).details().await.unwrap();
    let running = |now: Timestamp| now.duration_since(first.start_time).as_secs_f64();
    let vertex = first.vertices[0].id;
    let someone = || FlinkRestClient::new(own.url()).unwrap();

    tokio::time::sleep(MINUTE).await;
    let uptime = someone().job(id).metrics().get(["uptime"]).await.unwrap()[0].as_f64().unwrap() / 1000.0;
    let details = flink.job(id).details().await.unwrap();
    let since = details.timestamps[&JobStatus::Running].at.unwrap();
    let truth = details.now.duration_since(since).as_secs_f64();
    assert!((0.0..OLDEST).contains(&(truth - uptime)), "of {truth}s it shows {uptime}s");

    // A hundred records a second tell the time of the TaskManagers.
    tokio::time::sleep(MINUTE).await;
    let reading =
        someone().job(id).vertex(vertex).subtasks().metrics().get(["numRecordsOut"]).fresh().await.unwrap();
    let (records, since) =
        (reading.value[0].sum.unwrap(), running(flink.job(id).details().await.unwrap().now));
    assert!(reading.freshness.is_fresh());
    assert!(records > (since - OLDEST - 10.0) * 90.0, "after {since}s it shows {records} records");

    tokio::time::sleep(MINUTE).await;
    let backpressure = someone().job(id).vertex(vertex).backpressure().measured().await.unwrap();
    assert_eq!(backpressure.status, BackPressureStatus::Ok);
    assert!(backpressure.end_timestamp.unwrap().duration_until(Timestamp::now()).as_secs_f64() < OLDEST);
}

/// Flink answers «No value present» for a moment.
#[tokio::test]
async fn backpressure_of_a_job_that_has_just_started_is_no_failure() {
    let flink = crate::support::flink();
    let job = crate::support::submit(&["--no-chaining", "--parallelism", "2"]).await;
    let vertices = job.details().await.unwrap().vertices;
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        for vertex in &vertices {
            // Typed calls wait for a collection, which may be over the moment that matters.
            let by_name = serde_json::json!({"job": job.id(), "vertex": vertex.id});
            flink.request_by_name("GetJobVertexBackPressure", by_name).await.unwrap();
        }
    }
    let one = job.vertex(vertices[0].id).backpressure().measured().await.unwrap();
    assert_eq!(one.status, BackPressureStatus::Ok);
    job.cancel().await.unwrap();
}
