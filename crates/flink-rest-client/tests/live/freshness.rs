//! Metrics of a job without earlier requests.

use std::time::{Duration, Instant};

use flink_rest_client::{
    FlinkRestClient, JobId, JobStatus, Timestamp, jobs::backpressure::BackPressureStatus,
};

use crate::support::{distribution, streaming_jar};

/// `metrics.fetcher.update-interval` of the cluster.
const INTERVAL: Duration = Duration::from_secs(2);
/// Oldest age of a fresh metric: an interval, a second, and two for the requests on a busy machine.
const MAX_AGE: Duration = Duration::from_secs(5);
/// Time without requests; earlier metrics are then twice as old as allowed.
const TIME_WITHOUT_REQUESTS: Duration = Duration::from_secs(10);

/// A separate cluster with a job, so that no other test requests its metrics.
async fn unseen() -> (flink_local::Cluster, JobId, FlinkRestClient) {
    let flink = flink_local::Flink::from(distribution().clone());
    let interval = INTERVAL.as_millis().to_string();
    let own = flink.config("metrics.fetcher.update-interval", interval).start().unwrap();
    let flink = FlinkRestClient::new(own.url()).unwrap();
    let run = flink.jars().upload_and_run(streaming_jar()).args(["--no-chaining", "--rate", "100"]);
    let job = run.await.unwrap().job_id;
    flink.job(job).wait_until_running().await.unwrap();
    (own, job, flink)
}

/// Each read uses a new client, which knows of no collection.
#[tokio::test]
async fn an_unobserved_job_has_fresh_metrics() {
    let (own, id, flink) = unseen().await;
    let vertex = flink.job(id).details().await.unwrap().vertices[0].id;
    let new_client = || FlinkRestClient::new(own.url()).unwrap();
    let records = || async {
        let metrics = new_client().job(id).vertex(vertex).subtasks().metrics();
        let reading = metrics.get(["numRecordsOut"]).fresh().await.unwrap();
        assert!(reading.freshness.is_fresh());
        reading.value[0].sum.unwrap()
    };
    let (begun, records_before) = (Instant::now(), records().await);

    // A hundred records per second, fewer on a busy machine.
    tokio::time::sleep(TIME_WITHOUT_REQUESTS).await;
    let (elapsed, more) = (begun.elapsed(), records().await - records_before);
    assert!(
        more > (elapsed - MAX_AGE).as_secs_f64() * 50.0,
        "after {elapsed:?} it shows {more} records more"
    );

    tokio::time::sleep(TIME_WITHOUT_REQUESTS).await;
    let uptime = new_client().job(id).metrics().get(["uptime"]).await.unwrap()[0].as_f64().unwrap() / 1000.0;
    let details = flink.job(id).details().await.unwrap();
    let since = details.timestamps[&JobStatus::Running].at.unwrap();
    let truth = details.now.duration_since(since).as_secs_f64();
    assert!((0.0..MAX_AGE.as_secs_f64()).contains(&(truth - uptime)), "of {truth}s it shows {uptime}s");

    tokio::time::sleep(TIME_WITHOUT_REQUESTS).await;
    let backpressure = new_client().job(id).vertex(vertex).backpressure().measured().await.unwrap();
    assert_eq!(backpressure.status, BackPressureStatus::Ok);
    let age = backpressure.end_timestamp.unwrap().duration_until(Timestamp::now());
    assert!(age.as_secs_f64() < MAX_AGE.as_secs_f64(), "{age:?}");
}

/// Sends a signal to a process of the cluster.
fn signal(name: &str, process: u32) {
    let sent = std::process::Command::new("kill").args([name, &process.to_string()]).status().unwrap();
    assert!(sent.success());
}

/// One of two TaskManagers is stopped during a collection. From 1.20 on, Flink waits for it before it collects again, so all
/// values are old.
#[tokio::test]
async fn a_stopped_taskmanager_means_unknown_freshness() {
    let interval = INTERVAL.as_millis().to_string();
    let flink = flink_local::Flink::from(distribution().clone()).taskmanagers(2);
    let own = flink.config("metrics.fetcher.update-interval", interval).start().unwrap();
    let new_client = || FlinkRestClient::new(own.url()).unwrap();
    let fresh = async || {
        while !new_client().refresh_metrics().await.unwrap().is_fresh() {
            tokio::time::sleep(INTERVAL / 10).await;
        }
    };
    tokio::time::timeout(TIME_WITHOUT_REQUESTS, fresh()).await.expect("both have reported");

    tokio::time::sleep(TIME_WITHOUT_REQUESTS).await;
    let taskmanager = *own.process_ids().last().unwrap();
    signal("-STOP", taskmanager);
    let begun = Instant::now();
    let freshness = new_client().refresh_metrics().await.unwrap();
    assert!(!freshness.is_fresh() && begun.elapsed() < MAX_AGE, "{freshness:?} after {:?}", begun.elapsed());
    signal("-CONT", taskmanager);
    tokio::time::timeout(TIME_WITHOUT_REQUESTS, fresh()).await.expect("both have reported again");
}

/// Flink responds with «No value present» for a moment.
#[tokio::test]
async fn backpressure_of_a_new_job_is_not_an_error() {
    let flink = crate::support::flink();
    let job = crate::support::submit(&["--no-chaining", "--parallelism", "2"]).await;
    let vertices = job.details().await.unwrap().vertices;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        for vertex in &vertices {
            // Typed calls wait for a collection, which may take longer than that moment.
            let by_name = serde_json::json!({"job": job.id(), "vertex": vertex.id});
            flink.request_by_name("GetJobVertexBackPressure", by_name).await.unwrap();
        }
    }
    let one = job.vertex(vertices[0].id).backpressure().measured().await.unwrap();
    assert_eq!(one.status, BackPressureStatus::Ok);
    job.cancel().await.unwrap();
}
