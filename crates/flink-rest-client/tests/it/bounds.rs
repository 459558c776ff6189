//! Requests that belong together: a bounded number is under way at once.

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
    most: Arc<AtomicUsize>,
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
        Self { job: Arc::new(job), now: Arc::default(), most: Arc::default() }
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
            self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            let body = self.answer(request.uri().path_and_query().unwrap().as_str()).to_string();
            let body: Incoming = Box::pin(stream::iter([Ok(body.into())]));
            Ok(http::Response::new(body))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn all_metrics_of_many_vertices_are_read_a_few_at_a_time() {
    let wide = Wide::new();
    let builder = FlinkRestClient::builder("http://fake").transport(wide.clone());
    let job =
        builder.flink_version("2.3.0".parse().unwrap()).build().unwrap().job(JobId::from_bytes([7; 16]));
    let (one, other) = join(job.all_metrics().into_future(), job.all_metrics().into_future()).await;
    let subtasks = |metrics: flink_rest_client::Result<flink_rest_client::jobs::all_metrics::JobMetrics>| {
        metrics.unwrap().vertices.iter().map(|vertex| vertex.subtasks.len()).sum::<usize>()
    };
    assert_eq!((subtasks(one), subtasks(other)), (20 * VERTICES, 20 * VERTICES));
    let most = wide.most.load(Ordering::SeqCst);
    assert!((2..=MAX_CONCURRENT_REQUESTS).contains(&most), "{most}");
}
