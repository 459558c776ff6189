//! Metrics are fresh, on a JobManager that collects them as Flink does: when it is asked, and too late for who asks.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use flink_rest_client::{
    FlinkRestClient, Freshness, JobId, Retry, TransportErrorKind, VertexId,
    endpoint::Body,
    http,
    jobs::backpressure::BackPressureStatus,
    transport::{BoxFuture, Incoming, Transport, TransportError},
};
use futures_util::{future::join_all, stream};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::fake::{Fake, Say};

const JOB: JobId = JobId::from_bytes([7; 16]);
const VERTEX: VertexId = VertexId::from_bytes([8; 16]);

/// A JobManager's store: what it holds of itself and of the TaskManagers, as the time when that was collected.
#[derive(Debug)]
struct Store {
    begun: Instant,
    interval: Duration,
    /// Time until the values of the JobManager and of each TaskManager arrive.
    delays: (Duration, Vec<Option<Duration>>),
    collections: Vec<Instant>,
    asked: Vec<String>,
}

impl Store {
    fn since_begun(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.begun).as_millis().try_into().unwrap()
    }

    /// When the values were collected that have arrived by now.
    fn collected(&self, delay: Option<Duration>) -> Option<u64> {
        let arrived = |at: &&Instant| delay.is_some_and(|delay| **at + delay <= Instant::now());
        self.collections.iter().rev().find(arrived).map(|at| self.since_begun(*at))
    }

    fn answer(&mut self, path: &str) -> Value {
        self.asked.push(path.to_owned());
        if path == "/v1/jobmanager/config" {
            return json!([{"key": "metrics.fetcher.update-interval", "value": format!("{} s", self.interval.as_secs())}]);
        }
        if self.collections.last().is_none_or(|last| last.elapsed() > self.interval) {
            self.collections.push(Instant::now());
        }
        let name = path.split_once("get=").map_or("", |(_, names)| names.split([',', '&']).next().unwrap());
        if path.starts_with("/v1/jobmanager") {
            return self
                .collected(Some(self.delays.0))
                .map_or(json!([]), |at| json!([{"id": name, "value": at.to_string()}]));
        }
        let all: Vec<u64> = self.delays.1.iter().filter_map(|delay| self.collected(*delay)).collect();
        let (oldest, sum) = (all.iter().min(), all.iter().sum::<u64>());
        let mean = sum.checked_div(all.len().try_into().unwrap()).unwrap_or_default();
        oldest.map_or(
            json!([]),
            |oldest| json!([{"id": name, "value": oldest.to_string(), "sum": sum, "avg": mean}]),
        )
    }
}

#[derive(Clone, Debug)]
struct JobManager(Arc<Mutex<Store>>);

impl JobManager {
    /// It collected a moment ago, and nobody has looked since; its TaskManagers take so many milliseconds.
    fn new(delays: &[Option<u64>]) -> Self {
        let delays = delays.iter().map(|delay| delay.map(Duration::from_millis)).collect();
        let (begun, interval) = (Instant::now(), Duration::from_secs(10));
        let delays = (Duration::from_millis(20), delays);
        Self(Arc::new(Mutex::new(Store {
            begun,
            interval,
            delays,
            collections: vec![begun],
            asked: Vec::new(),
        })))
    }

    fn client(&self) -> FlinkRestClient {
        let builder = FlinkRestClient::builder("http://fake").transport(self.clone()).retry(Retry::never());
        builder.flink_version("2.3.0".parse().unwrap()).build().unwrap()
    }

    /// Age of the values of the TaskManager that was collected first.
    async fn age(&self, client: &FlinkRestClient) -> Duration {
        let metrics = client.job(JOB).vertex(VERTEX).metrics().get(["0.numRecordsIn"]).await.unwrap();
        let collected = Duration::from_secs_f64(metrics[0].as_f64().unwrap() / 1000.0);
        self.0.lock().unwrap().begun.elapsed() - collected
    }

    fn asked(&self) -> usize {
        self.0.lock().unwrap().asked.len()
    }
}

impl Transport for JobManager {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Incoming>, TransportError>> {
        let body =
            self.0.lock().unwrap().answer(request.uri().path_and_query().unwrap().as_str()).to_string();
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(2)).await;
            let body: Incoming = Box::pin(stream::iter([Ok(body.into())]));
            Ok(http::Response::new(body))
        })
    }
}

async fn minutes(number: u64) {
    tokio::time::sleep(Duration::from_secs(60 * number)).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_nobody_looked_at_is_shown_as_it_is() {
    let jobmanager = JobManager::new(&[Some(150)]);
    let client = jobmanager.client();
    minutes(1).await;
    let before = Instant::now();
    assert!(jobmanager.age(&client).await < Duration::from_secs(1));
    assert!(before.elapsed() < Duration::from_millis(400), "it waits no longer than it must");
}

#[tokio::test(start_paused = true)]
async fn all_taskmanagers_are_waited_for() {
    let jobmanager = JobManager::new(&[Some(60), Some(140), Some(450), Some(90)]);
    let client = jobmanager.client();
    minutes(1).await;
    assert!(jobmanager.age(&client).await < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn whoever_looks_again_and_again_never_sees_more_than_an_interval_and_a_second() {
    for pause in [1, 2, 3, 9, 11, 15] {
        let jobmanager = JobManager::new(&[Some(150)]);
        let client = jobmanager.client();
        minutes(1).await;
        let begun = jobmanager.asked();
        for look in 0..30 {
            let age = jobmanager.age(&client).await;
            assert!(age <= Duration::from_secs(11), "look {look}, every {pause}s: {age:?}");
            tokio::time::sleep(Duration::from_secs(pause)).await;
        }
        let asked = jobmanager.asked() - begun;
        assert!(pause > 2 || asked < 30 * 3, "every {pause}s: {asked} requests");
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_has_looked_at_is_fresh_enough() {
    let jobmanager = JobManager::new(&[Some(150)]);
    minutes(1).await;
    jobmanager.age(&jobmanager.client()).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (client, before) = (jobmanager.client(), Instant::now());
    let reading = client.job(JOB).metrics().get(["uptime"]).fresh().await.unwrap();
    assert_eq!((reading.freshness, reading.value.len()), (Freshness::Fresh, 1));
    assert!(before.elapsed() < Duration::from_millis(600));
}

#[tokio::test(start_paused = true)]
async fn one_of_many_that_ask_at_once_makes_it_collect() {
    let jobmanager = JobManager::new(&[Some(150)]);
    let client = jobmanager.client();
    minutes(1).await;
    let all = join_all((0..100).map(|_| jobmanager.age(&client))).await;
    assert!(all.iter().all(|age| *age < Duration::from_secs(1)));
    assert!(jobmanager.asked() < 120, "{}", jobmanager.asked());
}

#[tokio::test(start_paused = true)]
async fn what_does_not_come_in_a_second_is_said_to_be_unknown() {
    let jobmanager = JobManager::new(&[Some(5000)]);
    let client = jobmanager.client();
    minutes(1).await;
    let before = Instant::now();
    let reading = client.job(JOB).vertex(VERTEX).metrics().get(["0.numRecordsIn"]).fresh().await.unwrap();
    assert_eq!((reading.freshness, reading.value.len()), (Freshness::Unknown, 1));
    assert!(before.elapsed() < Duration::from_millis(1300), "{:?}", before.elapsed());
    assert!(!client.refresh_metrics().await.unwrap().is_fresh());
    // Not each of many readings waits for it.
    let before = Instant::now();
    assert!(
        !client.refresh_metrics().await.unwrap().is_fresh() && before.elapsed() < Duration::from_millis(10)
    );
    // It has come since.
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(client.refresh_metrics().await.unwrap().is_fresh());
}

#[tokio::test(start_paused = true)]
async fn a_cluster_without_taskmanagers_and_one_without_metrics_hold_nobody_up() {
    let jobmanager = JobManager::new(&[]);
    minutes(1).await;
    assert!(jobmanager.client().refresh_metrics().await.unwrap().is_fresh());
    for lost in
        [Say::Json(404, json!({"errors": ["no"]})), Say::Lost(TransportErrorKind::Connect), Say::Nothing]
    {
        let before = Instant::now();
        let fake = Fake::without_metrics(lost);
        assert_eq!(fake.client().refresh_metrics().await.unwrap(), Freshness::Unknown);
        assert!(before.elapsed() <= Duration::from_secs(2));
    }
}

#[tokio::test(start_paused = true)]
async fn names_alone_are_read_at_once() {
    let fake = Fake::new([Say::Json(200, json!([{"id": "uptime"}]))]);
    assert_eq!(fake.client().job(JOB).metrics().await.unwrap().len(), 1);
    assert_eq!((fake.asked().len(), fake.looks()), (1, 0));
}

/// What 2.3.0 answers for some 0.2 s after a start.
fn no_value() -> Say {
    let trace = "<Exception on server side:\njava.util.NoSuchElementException: No value present\n\tat java.base/java.util.Optional.get(Optional.java:143)\nEnd of exception on server side>";
    Say::Json(500, json!({"errors": ["Internal server error.", trace]}))
}

#[tokio::test(start_paused = true)]
async fn backpressure_that_was_not_collected_yet_is_no_failure() {
    let fake = Fake::new([no_value()]);
    let vertex = fake.client().job(JOB).vertex(VERTEX);
    let typed = vertex.backpressure().await.unwrap();
    assert_eq!(
        (&typed.status, typed.level(), typed.subtasks.is_none()),
        (&BackPressureStatus::Deprecated, None, true)
    );
    let by_name = json!({"job": JOB, "vertex": VERTEX});
    let raw = fake.client().request_by_name("GetJobVertexBackPressure", by_name).await.unwrap();
    assert_eq!(raw.json().unwrap(), json!({"status": "deprecated"}));
    // Other endpoints have no such answer, and other failures are failures.
    assert!(fake.client().job(JOB).details().await.is_err());
    let other = Fake::new([Say::Json(500, json!({"errors": ["java.lang.NullPointerException"]}))]);
    assert!(other.client().job(JOB).vertex(VERTEX).backpressure().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_measurement_of_backpressure_can_be_waited_for() {
    let deprecated = || Say::Json(200, json!({"status": "deprecated"}));
    let measured = json!({"status": "ok", "backpressure-level": "low", "end-timestamp": 1, "subtasks": []});
    let fake = Fake::new([deprecated(), no_value(), deprecated(), Say::Json(200, measured)]);
    let answer = fake.client().job(JOB).vertex(VERTEX).backpressure().measured().await.unwrap();
    assert_eq!(answer.status, BackPressureStatus::Ok);
    let before = Instant::now();
    let never = Fake::new([deprecated()]);
    let call = never.client().job(JOB).vertex(VERTEX).backpressure().measured();
    assert_eq!(call.timeout(Duration::from_secs(3)).await.unwrap().status, BackPressureStatus::Deprecated);
    assert!(before.elapsed() <= Duration::from_millis(3010));
}
