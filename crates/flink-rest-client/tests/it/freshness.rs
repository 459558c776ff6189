//! Fresh metrics, tested with a JobManager that collects as Flink does: on request, and too late for that request.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use flink_rest_client::{
    ENDPOINTS, FlinkRestClient, Freshness, JobId, Retry, TransportErrorKind, VertexId,
    endpoint::{Body, Param},
    http,
    jobs::backpressure::BackPressureStatus,
    transport::{BoxFuture, Incoming, Transport, TransportError},
};
use futures_util::{future::join_all, stream};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::fake::{Fake, Reply};

const JOB: JobId = JobId::from_bytes([7; 16]);
const VERTEX: VertexId = VertexId::from_bytes([8; 16]);

/// A JobManager's metric store. The value of each metric is the time at which it was collected.
#[derive(Debug)]
struct Store {
    begun: Instant,
    interval: Duration,
    /// Delays until the values of the JobManager and of each TaskManager arrive.
    delays: (Duration, Vec<Option<Duration>>),
    /// True if a job runs.
    has_job: bool,
    /// True if a collection must end before the next one starts, as in Flink from 1.20 on.
    waits_for_all: bool,
    /// Time without responses after the start of a collection.
    stall: Duration,
    collections: Vec<Instant>,
    asked: Vec<String>,
}

impl Store {
    fn since_begun(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.begun).as_millis().try_into().unwrap()
    }

    /// The collection time of the newest values that have arrived.
    fn collected(&self, delay: Option<Duration>) -> Option<u64> {
        let arrived = |at: &&Instant| delay.is_some_and(|delay| **at + delay <= Instant::now());
        self.collections.iter().rev().find(arrived).map(|at| self.since_begun(*at))
    }

    fn answer(&mut self, path: &str) -> Value {
        self.asked.push(path.to_owned());
        if path == "/v1/jobmanager/config" {
            return json!([{"key": "metrics.fetcher.update-interval", "value": format!("{} s", self.interval.as_secs())}]);
        }
        if path == "/v1/taskmanagers" {
            let taskmanagers: Vec<_> =
                (1..=self.delays.1.len()).map(|number| json!({"id": format!("tm-{number}")})).collect();
            return json!({"taskmanagers": taskmanagers});
        }
        let now = self.since_begun(Instant::now());
        if path == "/v1/jobs/overview" {
            return match self.has_job {
                true => json!({"jobs": [{"jid": JOB, "state": "RUNNING"}]}),
                false => json!({"jobs": []}),
            };
        }
        if path == format!("/v1/jobs/{JOB}") {
            let vertex = json!({"id": VERTEX, "name": "", "status": "RUNNING"});
            return json!({"jid": JOB, "name": "", "state": "RUNNING", "now": now, "vertices": [vertex], "plan": {}});
        }
        let is_over = |last: &Instant| {
            let all =
                self.delays.1.iter().all(|delay| delay.is_some_and(|delay| *last + delay <= Instant::now()));
            all && *last + self.delays.0 <= Instant::now()
        };
        let is_next =
            |last: &Instant| last.elapsed() > self.interval && (!self.waits_for_all || is_over(last));
        if self.collections.last().is_none_or(is_next) {
            self.collections.push(Instant::now());
        }
        if path.ends_with("/backpressure") {
            let last = self.since_begun(*self.collections.last().unwrap());
            return json!({"status": "ok", "backpressure-level": "ok", "end-timestamp": last, "subtasks": []});
        }
        let query = |key| path.split_once(key).map_or("", |(_, values)| values.split('&').next().unwrap());
        let name = query("get=").split(',').next().unwrap();
        // CPU time differs from one JVM to another.
        let of_jvm = |jvm: u64| if name == "Status.JVM.CPU.Time" { 1_000_000 * jvm } else { 0 };
        if path.starts_with("/v1/jobmanager") {
            return self
                .collected(Some(self.delays.0))
                .map_or(json!([]), |at| json!([{"id": name, "value": (at + of_jvm(99)).to_string()}]));
        }
        let (asked, jvms) = (query("taskmanagers="), (1..).zip(&self.delays.1));
        let asked =
            jvms.filter(|(jvm, _)| asked.is_empty() || asked.split(',').any(|id| id == format!("tm-{jvm}")));
        let all: Vec<_> =
            asked.filter_map(|(jvm, delay)| Some(self.collected(*delay)? + of_jvm(jvm))).collect();
        let (Some(min), Some(max)) = (all.iter().min(), all.iter().max()) else { return json!([]) };
        let (sum, number) = (all.iter().sum::<u64>(), u64::try_from(all.len()).unwrap());
        json!([{"id": name, "value": min.to_string(), "min": min, "max": max, "sum": sum, "avg": sum / number}])
    }
}

#[derive(Clone, Debug)]
struct JobManager(Arc<Mutex<Store>>);

impl JobManager {
    /// A store that collected just now and was not used since; the TaskManagers' values arrive after these
    /// milliseconds.
    fn new(delays: &[Option<u64>]) -> Self {
        let delays = delays.iter().map(|delay| delay.map(Duration::from_millis)).collect();
        let (begun, interval) = (Instant::now(), Duration::from_secs(10));
        let delays = (Duration::from_millis(20), delays);
        Self(Arc::new(Mutex::new(Store {
            begun,
            interval,
            delays,
            has_job: false,
            waits_for_all: false,
            stall: Duration::ZERO,
            collections: vec![begun],
            asked: Vec::new(),
        })))
    }

    /// The same, of which this is changed.
    fn with(self, change: impl FnOnce(&mut Store)) -> Self {
        change(&mut self.0.lock().unwrap());
        self
    }

    fn client(&self) -> FlinkRestClient {
        let builder = FlinkRestClient::builder("http://fake").transport(self.clone()).retry(Retry::never());
        builder.flink_version("2.3.0".parse().unwrap()).build().unwrap()
    }

    /// Age of the oldest values of the TaskManagers.
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
        let path = request.uri().path_and_query().unwrap().as_str().to_owned();
        let store = self.0.clone();
        Box::pin(async move {
            let wait = {
                let store = store.lock().unwrap();
                let begun = store.collections.last().filter(|begun| **begun > store.begun);
                begun.map_or(Duration::ZERO, |begun| store.stall.saturating_sub(begun.elapsed()))
            };
            tokio::time::sleep(wait).await;
            let body = store.lock().unwrap().answer(&path).to_string();
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
async fn an_unobserved_job_has_fresh_metrics() {
    let jobmanager = JobManager::new(&[Some(150)]);
    let client = jobmanager.client();
    minutes(1).await;
    let before = Instant::now();
    assert!(jobmanager.age(&client).await < Duration::from_secs(1));
    assert!(before.elapsed() < Duration::from_millis(400), "it waits no longer than necessary");
}

#[tokio::test(start_paused = true)]
async fn fresh_metrics_include_all_taskmanagers() {
    let jobmanager = JobManager::new(&[Some(60), Some(140), Some(450), Some(90)]);
    let client = jobmanager.client();
    minutes(1).await;
    assert!(jobmanager.age(&client).await < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn fresh_metrics_include_a_late_taskmanager() {
    let many: Vec<_> = (0..21).map(|number| Some(if number == 13 { 800 } else { 100 + number })).collect();
    for delays in [&[Some(100), Some(800)][..], &[Some(150), Some(900), Some(60)], &many] {
        let jobmanager = JobManager::new(delays);
        let client = jobmanager.client();
        minutes(1).await;
        assert!(client.refresh_metrics().await.unwrap().is_fresh());
        let age = jobmanager.age(&client).await;
        assert!(age < Duration::from_millis(1200), "of {} TaskManagers: {age:?}", delays.len());
        assert!(jobmanager.asked() < 4 + 9 * delays.len().max(3), "{}", jobmanager.asked());
    }
}

#[tokio::test(start_paused = true)]
async fn punctual_taskmanagers_cause_no_long_wait() {
    let jobmanager = JobManager::new(&[Some(60), Some(140), Some(90)]);
    minutes(1).await;
    let before = Instant::now();
    assert!(jobmanager.client().refresh_metrics().await.unwrap().is_fresh());
    assert!(before.elapsed() < Duration::from_millis(250), "{:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_taskmanager_without_a_report_means_unknown_freshness() {
    // `None` is a lost TaskManager, which never reports again.
    for late in [Some(5000), None] {
        let jobmanager = JobManager::new(&[Some(100), Some(60), late]);
        let client = jobmanager.client();
        minutes(1).await;
        let before = Instant::now();
        assert!(!client.refresh_metrics().await.unwrap().is_fresh(), "{late:?}");
        assert!(before.elapsed() < Duration::from_millis(1300), "{:?}", before.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn the_very_first_collection_includes_all_taskmanagers() {
    let jobmanager = JobManager::new(&[Some(60), Some(700)]).with(|store| store.collections.clear());
    let client = jobmanager.client();
    minutes(1).await;
    assert!(client.refresh_metrics().await.unwrap().is_fresh());
    assert!(jobmanager.age(&client).await < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn an_unfinished_collection_means_unknown_freshness() {
    // A TaskManager hangs, and another client has started the collection.
    let jobmanager = JobManager::new(&[Some(100), None]).with(|store| {
        (store.has_job, store.waits_for_all) = (true, true);
    });
    minutes(1).await;
    let before = Instant::now();
    assert!(!jobmanager.client().refresh_metrics().await.unwrap().is_fresh());
    assert!(before.elapsed() < Duration::from_millis(1300), "{:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn late_reports_of_all_processes_are_included() {
    let jobmanager = JobManager::new(&[Some(800)]).with(|store| {
        (store.has_job, store.delays.0) = (true, Duration::from_millis(700));
    });
    let client = jobmanager.client();
    minutes(1).await;
    assert!(client.refresh_metrics().await.unwrap().is_fresh());
    assert!(jobmanager.age(&client).await < Duration::from_millis(1200));
}

#[tokio::test(start_paused = true)]
async fn fresh_metrics_include_the_jobmanager() {
    for (delay, freshness) in [(700, Freshness::Fresh), (5000, Freshness::Unknown)] {
        let slow = |store: &mut Store| store.delays.0 = Duration::from_millis(delay);
        let jobmanager = JobManager::new(&[Some(150)]).with(slow);
        let client = jobmanager.client();
        minutes(1).await;
        let reading = client.jobmanager().metrics().get(["uptime"]).fresh().await.unwrap();
        assert_eq!(reading.freshness, freshness, "{delay} ms");
        let collected = Duration::from_millis(reading.value[0].value.as_ref().unwrap().parse().unwrap());
        let age = jobmanager.0.lock().unwrap().begun.elapsed() - collected;
        assert_eq!(freshness.is_fresh(), age < Duration::from_secs(1), "{age:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stalled_jobmanager_has_not_collected_meanwhile() {
    let stall = Duration::from_millis(700);
    let jobmanager = JobManager::new(&[Some(800)]).with(|store| {
        store.stall = stall;
        store.delays.0 = Duration::from_millis(720);
    });
    let client = jobmanager.client();
    minutes(1).await;
    assert!(client.refresh_metrics().await.unwrap().is_fresh());
    assert!(jobmanager.age(&client).await < Duration::from_millis(1200));
}

#[tokio::test(start_paused = true)]
async fn repeated_reads_are_never_older_than_an_interval_and_a_second() {
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
async fn metrics_collected_for_another_client_are_fresh() {
    let jobmanager = JobManager::new(&[Some(150)]).with(|store| store.has_job = true);
    minutes(1).await;
    jobmanager.age(&jobmanager.client()).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (client, before) = (jobmanager.client(), Instant::now());
    let reading = client.job(JOB).metrics().get(["uptime"]).fresh().await.unwrap();
    assert_eq!((reading.freshness, reading.value.len()), (Freshness::Fresh, 1));
    assert!(before.elapsed() < Duration::from_millis(600));
}

#[tokio::test(start_paused = true)]
async fn concurrent_reads_share_a_collection() {
    let jobmanager = JobManager::new(&[Some(150)]);
    let client = jobmanager.client();
    minutes(1).await;
    let all = join_all((0..100).map(|_| jobmanager.age(&client))).await;
    assert!(all.iter().all(|age| *age < Duration::from_secs(1)));
    assert!(jobmanager.asked() < 120, "{}", jobmanager.asked());
}

#[tokio::test(start_paused = true)]
async fn metrics_that_take_over_a_second_have_unknown_freshness() {
    let jobmanager = JobManager::new(&[Some(5000)]);
    let client = jobmanager.client();
    minutes(1).await;
    let before = Instant::now();
    let reading = client.job(JOB).vertex(VERTEX).metrics().get(["0.numRecordsIn"]).fresh().await.unwrap();
    assert_eq!((reading.freshness, reading.value.len()), (Freshness::Unknown, 1));
    assert!(before.elapsed() < Duration::from_millis(1300), "{:?}", before.elapsed());
    assert!(!client.refresh_metrics().await.unwrap().is_fresh());
    // Further readings do not wait for it.
    let before = Instant::now();
    assert!(
        !client.refresh_metrics().await.unwrap().is_fresh() && before.elapsed() < Duration::from_millis(10)
    );
    // It has arrived since.
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(client.refresh_metrics().await.unwrap().is_fresh());
}

#[tokio::test(start_paused = true)]
async fn a_cluster_without_taskmanagers_or_metrics_causes_no_wait() {
    let jobmanager = JobManager::new(&[]);
    minutes(1).await;
    let before = Instant::now();
    assert!(jobmanager.client().refresh_metrics().await.unwrap().is_fresh());
    assert!(before.elapsed() < Duration::from_millis(200), "{:?}", before.elapsed());
    for lost in [
        Reply::Json(404, json!({"errors": ["no"]})),
        Reply::Lost(TransportErrorKind::Connect),
        Reply::Nothing,
    ] {
        let before = Instant::now();
        let fake = Fake::without_metrics(lost);
        assert_eq!(fake.client().refresh_metrics().await.unwrap(), Freshness::Unknown);
        assert!(before.elapsed() <= Duration::from_secs(2));
    }
}

/// Typed calls as well as those by name, and whatever else is in the answer.
#[tokio::test(start_paused = true)]
async fn whatever_holds_metrics_is_made_fresh_first() {
    let mut measured: Vec<_> = ENDPOINTS.iter().filter(|spec| spec.measured).collect();
    for spec in &measured {
        let value = |param: &Param| match param.name {
            "job" => json!(JOB),
            "vertex" => json!(VERTEX),
            "get" => json!(["numRecordsIn"]),
            "taskmanager" => json!("tm-1"),
            _ => json!(0),
        };
        let needed = spec.params.iter().filter(|param| param.is_required() || param.name == "get");
        let params: Map<_, _> = needed.map(|param| (param.name.to_owned(), value(param))).collect();
        let fake = Fake::new([Reply::Json(404, json!({"errors": ["no"]}))]);
        assert!(fake.client().request_by_name(spec.name, params.into()).await.unwrap_err().is_not_found());
        assert!(fake.looks() > 0 && fake.asked().len() == 1, "{}: {:?}", spec.name, fake.asked());
    }
    measured.retain(|spec| ["GetJob", "GetJobVertex", "GetTaskManager", "GetSubtask"].contains(&spec.name));
    assert_eq!(measured.len(), 4);

    let fake = Fake::new([Reply::Json(404, json!({"errors": ["no"]}))]);
    let client = fake.client();
    client.job(JOB).status().await.unwrap_err();
    client.request_by_name("GetJobConfig", json!({"job": JOB})).fresh().await.unwrap_err();
    assert_eq!(fake.looks(), 0, "they hold none");
    client.job(JOB).details().await.unwrap_err();
    assert!(fake.looks() > 0);

    let late = JobManager::new(&[Some(5000)]);
    let client = late.client();
    minutes(1).await;
    let params = json!({"job": JOB, "vertex": VERTEX, "get": ["0.numRecordsIn"]});
    let reading = client.request_by_name("GetJobVertexMetrics", params).fresh().await.unwrap();
    assert_eq!(reading.freshness, Freshness::Unknown);
}

#[tokio::test(start_paused = true)]
async fn names_are_read_without_waiting() {
    let fake = Fake::new([Reply::Json(200, json!([{"id": "uptime"}]))]);
    assert_eq!(fake.client().job(JOB).metrics().await.unwrap().len(), 1);
    assert_eq!((fake.asked().len(), fake.looks()), (1, 0));
}

/// The response of 2.3.0 during the first 0.2 s or so after a start.
fn no_value() -> Reply {
    let trace = "<Exception on server side:\njava.util.NoSuchElementException: No value present\n\tat java.base/java.util.Optional.get(Optional.java:143)\nEnd of exception on server side>";
    Reply::Json(500, json!({"errors": ["Internal server error.", trace]}))
}

#[tokio::test(start_paused = true)]
async fn missing_backpressure_is_not_an_error() {
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
    // Other endpoints have no such response, and other failures are errors.
    assert!(fake.client().job(JOB).details().await.is_err());
    let other = Fake::new([Reply::Json(500, json!({"errors": ["java.lang.NullPointerException"]}))]);
    assert!(other.client().job(JOB).vertex(VERTEX).backpressure().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_measurement_of_backpressure_can_be_waited_for() {
    let deprecated = || Reply::Json(200, json!({"status": "deprecated"}));
    let measured = json!({"status": "ok", "backpressure-level": "low", "end-timestamp": 1, "subtasks": []});
    let fake = Fake::new([deprecated(), no_value(), deprecated(), Reply::Json(200, measured)]);
    let answer = fake.client().job(JOB).vertex(VERTEX).backpressure().measured().await.unwrap();
    assert_eq!(answer.status, BackPressureStatus::Ok);
    let before = Instant::now();
    let never = Fake::new([deprecated()]);
    let call = never.client().job(JOB).vertex(VERTEX).backpressure().measured();
    assert_eq!(call.timeout(Duration::from_secs(3)).await.unwrap().status, BackPressureStatus::Deprecated);
    assert!(before.elapsed() <= Duration::from_millis(3010));
}
