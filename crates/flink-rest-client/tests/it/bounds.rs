//! Related requests: only a bounded number runs concurrently.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use flink_recordings::fixtures;
use flink_rest_client::{
    FlinkRestClient, JobId, MAX_CONCURRENT_REQUESTS,
    endpoint::Body,
    http,
    transport::{BoxFuture, Incoming, Transport, TransportError},
};
use futures_util::{future::join, stream};
use serde_json::{Value, json};

const VERTICES: usize = 100;

/// A cluster whose job has many vertices, each with so many metrics that their names take several requests.
#[derive(Clone, Debug)]
struct Wide {
    job: Arc<Value>,
    now: Arc<AtomicUsize>,
    peak: Arc<AtomicUsize>,
    /// Substrings of the paths that fail with 500.
    broken: Vec<String>,
}

impl Wide {
    fn new() -> Self {
        let file = fs::read(fixtures().join("2.3.0/GetJob-running.json")).unwrap();
        let mut job = serde_json::from_slice::<Value>(&file).unwrap()["answer"].take();
        let vertex = |number: usize| {
            let mut vertex = job["vertices"][0].clone();
            vertex["id"] = format!("{number:032x}").into();
            vertex
        };
        job["vertices"] = (0..VERTICES).map(vertex).collect();
        Self { job: Arc::new(job), now: Arc::default(), peak: Arc::default(), broken: Vec::new() }
    }

    fn answer(&self, path: &str) -> Value {
        let names = (0..20).map(|number| format!("{number}.{}", "metric".repeat(80)));
        match path.split_once("?get=") {
            Some((_, names)) => {
                names.split(',').map(|name| json!({"id": name, "value": "1", "sum": 1})).collect()
            }
            None if path.ends_with("metrics") => names.map(|name| json!({"id": name})).collect(),
            None => (*self.job).clone(),
        }
    }
}

impl Transport for Wide {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Incoming>, TransportError>> {
        Box::pin(async move {
            self.peak.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            let path = request.uri().path_and_query().unwrap().as_str();
            let is_broken = self.broken.iter().any(|broken| path.contains(broken));
            let (status, body) = match is_broken {
                true => (500, json!({"errors": ["java.lang.NullPointerException: hunter2-token"]})),
                false => (200, self.answer(path)),
            };
            let body: Incoming = Box::pin(stream::iter([Ok(body.to_string().into())]));
            Ok(http::Response::builder().status(status).body(body).unwrap())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn metrics_of_many_vertices_are_read_with_bounded_concurrency() {
    let wide = Wide::new();
    let builder = FlinkRestClient::builder("http://fake").transport(wide.clone());
    let job =
        builder.flink_version("2.3.0".parse().unwrap()).build().unwrap().job(JobId::from_bytes([7; 16]));
    let (one, other) = join(job.all_metrics().into_future(), job.all_metrics().into_future()).await;
    let subtasks = |metrics: flink_rest_client::Result<flink_rest_client::jobs::all_metrics::JobMetrics>| {
        metrics.unwrap().vertices.iter().map(|vertex| vertex.subtasks.len()).sum::<usize>()
    };
    assert_eq!((subtasks(one), subtasks(other)), (20 * VERTICES, 20 * VERTICES));
    let peak = wide.peak.load(Ordering::SeqCst);
    assert!((2..=MAX_CONCURRENT_REQUESTS).contains(&peak), "{peak}");
}

#[tokio::test(start_paused = true)]
async fn unreadable_metrics_do_not_hide_others() {
    let (own, vertex) = (format!("jobs/{}/metrics", "07".repeat(16)), format!("vertices/{:032x}/", 3));
    let (of_vertex, of_job) = (Some("00000000000000000000000000000003"), None);
    for (broken, unread) in [
        (vec![vertex.clone()], vec![of_vertex]),
        (vec![own.clone()], vec![of_job]),
        (vec![own.clone(), vertex], vec![of_job, of_vertex]),
    ] {
        let wide = Wide { broken: broken.clone(), ..Wide::new() };
        let builder = FlinkRestClient::builder("http://fake").transport(wide).bearer_token("hunter2-token");
        let client = builder.flink_version("2.3.0".parse().unwrap()).build().unwrap();
        let metrics = client.job(JobId::from_bytes([7; 16])).all_metrics().await.unwrap();
        let named: Vec<_> =
            metrics.unread.iter().map(|missing| missing.vertex.map(|id| id.to_string())).collect();
        assert_eq!(named.iter().map(Option::as_deref).collect::<Vec<_>>(), unread);
        assert_eq!(metrics.vertices.len(), VERTICES - usize::from(unread.contains(&of_vertex)));
        assert_eq!(metrics.job.is_empty(), unread.contains(&of_job));
        for missing in &metrics.unread {
            assert!(missing.reason.contains("NullPointerException: ******"), "{missing:?}");
        }
    }
    let wide = Wide { broken: vec![own, "vertices".into()], ..Wide::new() };
    let builder = FlinkRestClient::builder("http://fake").transport(wide);
    let client = builder.flink_version("2.3.0".parse().unwrap()).build().unwrap();
    client.job(JobId::from_bytes([7; 16])).all_metrics().await.unwrap_err();
}
