//! Metrics, which Flink collects on request.

use std::time::Duration;

use flink_rest_client::{Error, JobId, VertexId};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::fake::{Fake, Reply};

const JOB: JobId = JobId::from_bytes([7; 16]);

fn ok(answer: Value) -> Reply {
    Reply::Json(200, answer)
}

fn nothing() -> Reply {
    ok(json!([]))
}

#[tokio::test(start_paused = true)]
async fn metrics_in_collection_are_waited_for() {
    let value = || ok(json!([{"id": "uptime", "value": "7"}]));
    let fake = Fake::new([nothing(), nothing(), nothing(), nothing(), value()]);
    let metrics = fake.client().job(JOB).metrics().get(["uptime"]).await.unwrap();
    assert_eq!((metrics[0].as_f64(), fake.asked().len()), (Some(7.0), 5));

    let fake = Fake::new([nothing()]);
    assert!(fake.client().job(JOB).metrics().await.unwrap().is_empty());
    assert!(fake.asked().len() < 10, "it stops polling");
}

#[tokio::test(start_paused = true)]
async fn unknown_names_are_left_out_without_a_wait() {
    let fake = Fake::new([nothing(), ok(json!([{"id": "uptime"}]))]);
    assert!(fake.client().job(JOB).metrics().get(["upTime"]).await.unwrap().is_empty());
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn unknown_names_do_not_empty_an_aggregated_response() {
    let fake = Fake::new([nothing(), ok(json!([{"id": "uptime"}, {"id": "numRestarts"}]))]);
    let error = fake.client().jobs().metrics().get(["numRestarts", "upTme"]).await.unwrap_err();
    assert!(matches!(error, Error::UnknownMetric { .. }));
    assert_eq!(error.to_string(), "no metric is named `upTme`; did you mean `uptime`?");
}

#[tokio::test(start_paused = true)]
async fn a_call_by_name_returns_the_servers_json() {
    let fake = Fake::new([nothing()]);
    let answer = fake.client().request_by_name("GetJobMetrics", json!({"job": JOB})).await.unwrap();
    assert_eq!((answer.body.as_ref(), fake.asked().len()), (b"[]".as_slice(), 1));
}

/// A job has many vertices, and those that have not started have no metrics.
#[tokio::test(start_paused = true)]
async fn vertices_without_metrics_share_one_wait() {
    let client = Fake::new([nothing()]).client();
    let begun = Instant::now();
    for _ in 0..20 {
        let metrics =
            client.job(JOB).vertex(VertexId::random()).metrics().get(["0.numRecordsIn"]).await.unwrap();
        assert!(metrics.is_empty());
    }
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_name_is_always_reported() {
    let fake =
        Fake::new([ok(json!([{"id": "uptime", "sum": 7.0}])), nothing(), ok(json!([{"id": "uptime"}]))]);
    let client = fake.client();
    client.jobs().metrics().get(["uptime"]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let error = client.jobs().metrics().get(["uptim"]).await.unwrap_err();
    assert!(matches!(error, Error::UnknownMetric { .. }), "{error:?}");
}
