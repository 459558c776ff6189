//! Triggers, and waiting for what they started, with time that passes only when it is waited for.

use std::time::Duration;

use flink_rest_client::{Error, JobId, Progress, TransportErrorKind, TriggerId};
use serde_json::{Value, json};

use crate::fake::{Fake, Say};

const JOB: JobId = JobId::from_bytes([0; 16]);
const TRIGGER: &str = "0000000000000000000000000000abcd";

fn triggered() -> Say {
    Say::Json(202, json!({"request-id": TRIGGER}))
}

fn in_progress() -> Say {
    Say::Json(200, json!({"status": {"id": "IN_PROGRESS"}, "operation": null}))
}

fn completed(operation: Value) -> Say {
    Say::Json(200, json!({"status": {"id": "COMPLETED"}, "operation": operation}))
}

fn failure() -> Value {
    let trace = "java.util.concurrent.CompletionException: x\n\tat a.B.c(D.java:1)\nCaused by: java.io.IOException: No space left\n";
    json!({"failure-cause": {"class": "java.util.concurrent.CompletionException", "stack-trace": trace, "serialized-throwable": ""}})
}

#[tokio::test(start_paused = true)]
async fn a_savepoint_is_triggered_once_and_asked_after_until_it_is_there() {
    let fake =
        Fake::new([triggered(), in_progress(), in_progress(), completed(json!({"location": "file:/s"}))]);
    let trigger: TriggerId = TRIGGER.parse().unwrap();
    let operation =
        fake.client().job(JOB).savepoint().target_directory("/s").trigger_id(trigger).await.unwrap();
    assert_eq!(operation.id().to_string(), TRIGGER);
    assert_eq!(operation.status().await.unwrap(), Progress::InProgress);
    assert_eq!(operation.wait().await.unwrap(), "file:/s");
    let ask = format!("GET /v1/jobs/{JOB}/savepoints/{TRIGGER}");
    let members = json!({"target-directory": "/s", "triggerId": TRIGGER});
    let trigger = format!("POST /v1/jobs/{JOB}/savepoints {members}");
    assert_eq!(fake.asked(), [trigger, ask.clone(), ask.clone(), ask]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_operation_is_an_error_though_the_server_answers_200() {
    let fake = Fake::new([triggered(), completed(failure())]);
    let operation = fake.client().job(JOB).stop_with_savepoint().await.unwrap();
    for error in [operation.status().await.unwrap_err(), operation.wait().await.unwrap_err()] {
        assert_eq!(error.to_string(), "Savepoint failed: No space left");
        assert_eq!(error.root_cause(), "No space left");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_deadline() {
    let fake = Fake::new([triggered(), in_progress()]);
    let operation = fake.client().job(JOB).savepoint().await.unwrap();
    let error = operation.wait().timeout(Duration::from_secs(20)).await.unwrap_err();
    assert_eq!(error.to_string(), format!("operation {TRIGGER} took longer than 20s"));
    assert!(fake.asked().len() < 30, "the pauses grow: {}", fake.asked().len());
}

#[tokio::test(start_paused = true)]
async fn the_longest_and_the_shortest_deadline() {
    let fake = Fake::new([triggered(), in_progress(), completed(json!({"location": "file:/s"}))]);
    let operation = fake.client().job(JOB).savepoint().timeout(Duration::MAX).await.unwrap();
    assert_eq!(operation.wait().timeout(Duration::MAX).await.unwrap(), "file:/s");
    let operation = Fake::new([triggered(), in_progress()]).client().job(JOB).savepoint().await.unwrap();
    assert!(operation.wait().timeout(Duration::ZERO).await.unwrap_err().is_timeout());
}

#[tokio::test(start_paused = true)]
async fn a_wait_outlives_an_outage_but_not_to_its_deadline() {
    let down = [Say::Lost(TransportErrorKind::Connect), Say::Json(503, json!({"errors": ["no leader"]}))];
    let script =
        [triggered()].into_iter().chain(down.clone()).chain([completed(json!({"location": "file:/s"}))]);
    let operation = Fake::new(script).client().job(JOB).savepoint().await.unwrap();
    assert_eq!(operation.wait().await.unwrap(), "file:/s");

    let operation =
        Fake::new([triggered()].into_iter().chain(down)).client().job(JOB).savepoint().await.unwrap();
    let error = operation.wait().timeout(Duration::from_secs(20)).await.unwrap_err();
    assert!(matches!(error, Error::Api(_)), "what was wrong at the end explains more than the time: {error}");
}

#[tokio::test(start_paused = true)]
async fn a_data_set_is_deleted() {
    let fake = Fake::new([triggered(), in_progress(), completed(json!({}))]);
    let data_set = "000000000000000000000000000000d5".parse().unwrap();
    fake.client().datasets().delete(data_set).await.unwrap().wait().await.unwrap();
    assert_eq!(
        fake.asked(),
        [
            format!("DELETE /v1/datasets/{data_set}"),
            format!("GET /v1/datasets/delete/{TRIGGER}"),
            format!("GET /v1/datasets/delete/{TRIGGER}"),
        ]
    );
}
