//! Triggers and waits for asynchronous operations, with simulated time.

use std::time::Duration;

use flink_rest_client::{
    Error, FlinkRestClient, JobId, JobStatus, Progress, TransportErrorKind, TriggerId,
    jobs::savepoints::SavepointFormatType,
};
use serde_json::{Value, json};

use crate::fake::{Fake, Reply};

/// A release without state backends that require another format: no additional request is sent.
const RELEASE: &str = "1.20.5";

fn client(fake: &Fake) -> FlinkRestClient {
    fake.client_of(RELEASE)
}

const JOB: JobId = JobId::from_bytes([0; 16]);
const TRIGGER: &str = "0000000000000000000000000000abcd";

fn triggered() -> Reply {
    Reply::Json(202, json!({"request-id": TRIGGER}))
}

fn in_progress() -> Reply {
    Reply::Json(200, json!({"status": {"id": "IN_PROGRESS"}, "operation": null}))
}

fn completed(operation: Value) -> Reply {
    Reply::Json(200, json!({"status": {"id": "COMPLETED"}, "operation": operation}))
}

fn failure() -> Value {
    let trace = "java.util.concurrent.CompletionException: x\n\tat a.B.c(D.java:1)\nCaused by: java.io.IOException: No space left\n";
    json!({"failure-cause": {"class": "java.util.concurrent.CompletionException", "stack-trace": trace, "serialized-throwable": ""}})
}

#[tokio::test(start_paused = true)]
async fn a_savepoint_is_triggered_once_and_polled() {
    let fake =
        Fake::new([triggered(), in_progress(), in_progress(), completed(json!({"location": "file:/s"}))]);
    let trigger: TriggerId = TRIGGER.parse().unwrap();
    let operation =
        client(&fake).job(JOB).savepoint().target_directory("/s").trigger_id(trigger).await.unwrap();
    assert_eq!(operation.id().to_string(), TRIGGER);
    assert_eq!(operation.status().await.unwrap(), Progress::InProgress);
    assert_eq!(operation.wait().await.unwrap(), "file:/s");
    let ask = format!("GET /v1/jobs/{JOB}/savepoints/{TRIGGER}");
    let members = json!({"target-directory": "/s", "triggerId": TRIGGER});
    let trigger = format!("POST /v1/jobs/{JOB}/savepoints {members}");
    assert_eq!(fake.asked(), [trigger, ask.clone(), ask.clone(), ask]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_operation_is_an_error_despite_status_200() {
    let fake = Fake::new([triggered(), completed(failure())]);
    let operation = client(&fake).job(JOB).stop_with_savepoint().await.unwrap();
    for error in [operation.status().await.unwrap_err(), operation.wait().await.unwrap_err()] {
        assert_eq!(error.to_string(), "Savepoint failed: No space left");
        assert_eq!(error.root_cause(), "No space left");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_deadline() {
    let fake = Fake::new([triggered(), in_progress()]);
    let operation = client(&fake).job(JOB).savepoint().await.unwrap();
    let error = operation.wait().timeout(Duration::from_secs(20)).await.unwrap_err();
    assert_eq!(error.to_string(), format!("operation {TRIGGER} took longer than 20s"));
    assert!(fake.asked().len() < 30, "the polling interval grows: {}", fake.asked().len());
}

#[tokio::test(start_paused = true)]
async fn the_longest_and_the_shortest_deadline() {
    let fake = Fake::new([triggered(), in_progress(), completed(json!({"location": "file:/s"}))]);
    let operation = client(&fake).job(JOB).savepoint().timeout(Duration::MAX).await.unwrap();
    assert_eq!(operation.wait().timeout(Duration::MAX).await.unwrap(), "file:/s");
    let operation = client(&Fake::new([triggered(), in_progress()])).job(JOB).savepoint().await.unwrap();
    assert!(operation.wait().timeout(Duration::ZERO).await.unwrap_err().is_timeout());
}

#[tokio::test(start_paused = true)]
async fn a_wait_survives_an_outage_until_its_deadline() {
    let down = [Reply::Lost(TransportErrorKind::Connect), Reply::Json(503, json!({"errors": ["no leader"]}))];
    let script =
        [triggered()].into_iter().chain(down.clone()).chain([completed(json!({"location": "file:/s"}))]);
    let operation = client(&Fake::new(script)).job(JOB).savepoint().await.unwrap();
    assert_eq!(operation.wait().await.unwrap(), "file:/s");

    let operation =
        client(&Fake::new([triggered()].into_iter().chain(down))).job(JOB).savepoint().await.unwrap();
    let error = operation.wait().timeout(Duration::from_secs(20)).await.unwrap_err();
    assert!(matches!(error, Error::Api(_)), "the last error explains more than a timeout: {error}");
}

#[tokio::test(start_paused = true)]
async fn a_dataset_is_deleted() {
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

fn unknown() -> Reply {
    let text = "org.apache.flink.runtime.rest.handler.RestHandlerException: There is no savepoint operation with triggerId=x for job y.\n\tat a.B.c(D.java:1)";
    Reply::Json(404, json!({"errors": [text]}))
}

/// A new JobManager does not know the operations that the previous one accepted.
#[tokio::test(start_paused = true)]
async fn a_forgotten_operation_has_an_unknown_outcome() {
    let forgotten = |error: Error| {
        assert!(error.is_outcome_unknown() && !error.is_invalid_input(), "{error:?}");
        let Error::OperationForgotten { id, evidence, .. } = &error else { panic!("{error:?}") };
        assert_eq!(id.to_string(), TRIGGER);
        assert!(error.to_string().contains("may have been carried out"), "{error}");
        (**evidence).clone()
    };
    // Forgotten at once, and after one status response.
    for seen in [vec![], vec![in_progress()]] {
        let fake = Fake::new([triggered()].into_iter().chain(seen).chain([unknown()]));
        let operation = client(&fake).job(JOB).stop_with_savepoint().await.unwrap();
        assert_eq!(forgotten(operation.wait().await.unwrap_err()), Default::default());
        assert_eq!(forgotten(operation.status().await.unwrap_err()), Default::default());
    }
    // Every kind of operation.
    let fake = Fake::new([triggered(), unknown()]);
    forgotten(client(&fake).job(JOB).checkpoints().trigger().await.unwrap().wait().await.unwrap_err());
    let fake = Fake::new([triggered(), unknown()]);
    forgotten(client(&fake).dispose_savepoint("/s").await.unwrap().wait().await.unwrap_err());
    let fake = Fake::new([triggered(), unknown()]);
    let data_set = "000000000000000000000000000000d5".parse().unwrap();
    forgotten(client(&fake).datasets().delete(data_set).await.unwrap().wait().await.unwrap_err());

    // An operation that is not known to be accepted is not found; only its creator knows more.
    let trigger: TriggerId = TRIGGER.parse().unwrap();
    let operation = client(&Fake::new([unknown()])).job(JOB).savepoint_status(trigger);
    let error = operation.wait().await.unwrap_err();
    assert!(error.is_not_found() && !error.is_outcome_unknown(), "{error:?}");
    forgotten(operation.accepted(Duration::from_secs(60)).wait().await.unwrap_err());
    // A status response shows that it was accepted.
    let operation = client(&Fake::new([in_progress(), unknown()])).job(JOB).savepoint_status(trigger);
    forgotten(operation.wait().await.unwrap_err());
}

/// The response of a real Flink, modified.
fn recorded(name: &str, change: impl FnOnce(&mut Value)) -> Reply {
    let folder = flink_recordings::fixtures().join("2.3.0");
    let recording = flink_recordings::Recording::read(&folder.join(format!("{name}.json"))).unwrap();
    let mut answer = recording.answer;
    change(&mut answer);
    Reply::Json(200, answer)
}

#[tokio::test(start_paused = true)]
async fn a_savepoint_completed_since_is_reported() {
    for (age, path) in [(1_000, Some("file:/new")), (120_000, None)] {
        let mut now = 0;
        let details = recorded("GetJob-running", |details| now = details["now"].as_i64().unwrap());
        let statistics = recorded("GetCheckpointingStatistics-savepoint", |statistics| {
            let savepoint = &mut statistics["latest"]["savepoint"];
            savepoint["trigger_timestamp"] = json!(now - age);
            savepoint["external_path"] = json!("file:/new");
            statistics["history"] = json!([]);
        });
        let fake = Fake::new([unknown(), details, statistics]);
        let operation = client(&fake).job(JOB).savepoint_status(TRIGGER.parse().unwrap());
        let error = operation.accepted(Duration::from_secs(60)).wait().await.unwrap_err();
        let Error::OperationForgotten { evidence, .. } = &error else { panic!("{error:?}") };
        assert_eq!(evidence.savepoint.as_deref(), path);
        assert_eq!(evidence.job_state, Some(JobStatus::Running));
        assert_eq!(error.to_string().contains("file:/new"), path.is_some(), "{error}");
    }
}

fn state_backend(name: &str) -> Reply {
    recorded("GetCheckpointConfig-running", |config| config["state_backend"] = json!(name))
}

/// A job on ForSt would fail at a canonical savepoint, Flink's default.
#[tokio::test(start_paused = true)]
async fn a_savepoint_has_a_format_that_the_state_backend_supports() {
    for (release, backend, sent) in [
        ("2.0.2", "ForStStateBackend", Some("NATIVE")),
        ("2.3.0", "org.apache.flink.state.forst.ForStStateBackend", Some("NATIVE")),
        ("2.3.0", "HashMapStateBackend", None),
    ] {
        let stop = [state_backend(backend), triggered()];
        let fake = Fake::new(stop.into_iter().chain([state_backend(backend), triggered()]));
        let job = fake.client_of(release).job(JOB);
        job.stop_with_savepoint().await.unwrap();
        job.savepoint().await.unwrap();
        let asked = fake.asked();
        assert_eq!(asked.len(), 4, "{asked:?}");
        for request in [&asked[1], &asked[3]] {
            assert_eq!(request.contains("NATIVE"), sent.is_some(), "{request}");
            assert_eq!(request.contains("formatType"), sent.is_some(), "{request}");
        }
    }
    // Refused before anything is sent.
    let fake = Fake::new([state_backend("ForStStateBackend")]);
    let canonical = fake.client().job(JOB).savepoint().format_type(SavepointFormatType::Canonical).await;
    let error = canonical.unwrap_err();
    assert!(error.is_invalid_input() && error.to_string().contains("ForSt"), "{error}");
    assert_eq!(fake.asked().len(), 1);
    // If this request fails or hangs, the job can be stopped nevertheless.
    for silence in [Reply::Json(500, json!({"errors": ["no"]})), Reply::Nothing] {
        let fake = Fake::new([silence, triggered()]);
        fake.client().job(JOB).stop_with_savepoint().await.unwrap();
        assert_eq!(fake.asked().len(), 2);
    }
    // No request if the format is given.
    let fake = Fake::new([triggered()]);
    fake.client().job(JOB).savepoint().format_type(SavepointFormatType::Native).await.unwrap();
    client(&fake).job(JOB).savepoint().await.unwrap();
    assert_eq!(fake.asked().len(), 2);
}

/// Python uses calls by name.
#[tokio::test(start_paused = true)]
async fn a_savepoint_by_name_has_a_format_that_the_state_backend_supports() {
    for name in ["StopJob", "TriggerSavepoint"] {
        let fake = Fake::new([state_backend("ForStStateBackend"), triggered()]);
        fake.client().request_by_name(name, json!({"job": JOB.to_string()})).await.unwrap();
        let asked = fake.asked();
        assert!(asked.len() == 2 && asked[1].contains(r#""formatType":"NATIVE""#), "{asked:?}");

        let fake = Fake::new([state_backend("ForStStateBackend")]);
        let params = json!({"job": JOB.to_string(), "format_type": "CANONICAL"});
        let error = fake.client().request_by_name(name, params).await.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("ForSt"), "{error}");
        assert_eq!(fake.asked().len(), 1, "nothing was triggered");
    }
}

/// An accepted operation continues even if its status is forbidden.
#[tokio::test(start_paused = true)]
async fn a_refused_status_request_does_not_settle_the_operation() {
    let no_key =
        json!({"errors": ["org.apache.flink.runtime.rest.handler.async.UnknownOperationKeyException"]});
    for (refusal, is_forgotten) in [
        (Reply::Json(401, json!({"message": "token expired"})), false),
        (Reply::Json(403, json!({"errors": ["no"]})), false),
        (Reply::Json(302, json!({})), false),
        (Reply::Json(200, json!({"code": 401})), false),
        (Reply::Json(500, json!({"errors": ["Internal server error."]})), false),
        (Reply::Json(410, json!({"errors": ["gone"]})), true),
        (Reply::Json(500, no_key.clone()), true),
        (Reply::Json(400, no_key), true),
    ] {
        let fake = Fake::new([triggered(), refusal.clone()]);
        let operation = client(&fake).job(JOB).stop_with_savepoint().await.unwrap();
        let error = operation.wait().await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{refusal:?}: {error:?}");
        assert_eq!(matches!(error, Error::OperationForgotten { .. }), is_forgotten, "{refusal:?}: {error:?}");
        assert!(format!("{error:?}").contains(&operation.id().to_string()), "{error:?}");
    }
}
