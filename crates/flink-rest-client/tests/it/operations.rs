//! Triggers, and waiting for what they started, with time that passes only when it is waited for.

use std::time::Duration;

use flink_rest_client::{
    Error, FlinkRestClient, JobId, JobStatus, Progress, TransportErrorKind, TriggerId,
    jobs::savepoints::SavepointFormatType,
};
use serde_json::{Value, json};

use crate::fake::{Fake, Say};

/// A release without state backends that want another format: no request more is sent.
const RELEASE: &str = "1.20.5";

fn client(fake: &Fake) -> FlinkRestClient {
    fake.client_of(RELEASE)
}

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
async fn a_failed_operation_is_an_error_though_the_server_answers_200() {
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
    assert!(fake.asked().len() < 30, "the pauses grow: {}", fake.asked().len());
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
async fn a_wait_outlives_an_outage_but_not_to_its_deadline() {
    let down = [Say::Lost(TransportErrorKind::Connect), Say::Json(503, json!({"errors": ["no leader"]}))];
    let script =
        [triggered()].into_iter().chain(down.clone()).chain([completed(json!({"location": "file:/s"}))]);
    let operation = client(&Fake::new(script)).job(JOB).savepoint().await.unwrap();
    assert_eq!(operation.wait().await.unwrap(), "file:/s");

    let operation =
        client(&Fake::new([triggered()].into_iter().chain(down))).job(JOB).savepoint().await.unwrap();
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

fn unknown() -> Say {
    let text = "org.apache.flink.runtime.rest.handler.RestHandlerException: There is no savepoint operation with triggerId=x for job y.\n\tat a.B.c(D.java:1)";
    Say::Json(404, json!({"errors": [text]}))
}

/// A JobManager that took over does not know what another one had accepted.
#[tokio::test(start_paused = true)]
async fn an_operation_that_the_server_has_forgotten_may_have_been_carried_out() {
    let forgotten = |error: Error| {
        assert!(error.is_outcome_unknown() && !error.is_invalid_input(), "{error:?}");
        let Error::OperationForgotten { id, evidence, .. } = &error else { panic!("{error:?}") };
        assert_eq!(id.to_string(), TRIGGER);
        assert!(error.to_string().contains("may have been carried out"), "{error}");
        (**evidence).clone()
    };
    // At once, and after it was seen under way.
    for seen in [vec![], vec![in_progress()]] {
        let fake = Fake::new([triggered()].into_iter().chain(seen).chain([unknown()]));
        let operation = client(&fake).job(JOB).stop_with_savepoint().await.unwrap();
        assert_eq!(forgotten(operation.wait().await.unwrap_err()), Default::default());
        assert_eq!(forgotten(operation.status().await.unwrap_err()), Default::default());
    }
    // All that is polled.
    let fake = Fake::new([triggered(), unknown()]);
    forgotten(client(&fake).job(JOB).checkpoints().trigger().await.unwrap().wait().await.unwrap_err());
    let fake = Fake::new([triggered(), unknown()]);
    forgotten(client(&fake).dispose_savepoint("/s").await.unwrap().wait().await.unwrap_err());
    let fake = Fake::new([triggered(), unknown()]);
    let data_set = "000000000000000000000000000000d5".parse().unwrap();
    forgotten(client(&fake).datasets().delete(data_set).await.unwrap().wait().await.unwrap_err());

    // One that nobody knows to have been accepted is not there; whoever triggered it earlier knows.
    let trigger: TriggerId = TRIGGER.parse().unwrap();
    let operation = client(&Fake::new([unknown()])).job(JOB).savepoint_status(trigger);
    let error = operation.wait().await.unwrap_err();
    assert!(error.is_not_found() && !error.is_outcome_unknown(), "{error:?}");
    forgotten(operation.accepted(Duration::from_secs(60)).wait().await.unwrap_err());
    // Seen once, it was accepted.
    let operation = client(&Fake::new([in_progress(), unknown()])).job(JOB).savepoint_status(trigger);
    forgotten(operation.wait().await.unwrap_err());
}

/// The answers of a real Flink, with this in place of some of it.
fn recorded(name: &str, change: impl FnOnce(&mut Value)) -> Say {
    let folder = flink_recordings::fixtures().join("2.3.0");
    let recording = flink_recordings::Recording::read(&folder.join(format!("{name}.json"))).unwrap();
    let mut answer = recording.answer;
    change(&mut answer);
    Say::Json(200, answer)
}

#[tokio::test(start_paused = true)]
async fn a_savepoint_that_was_completed_since_is_told() {
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

fn state_backend(name: &str) -> Say {
    recorded("GetCheckpointConfig-running", |config| config["state_backend"] = json!(name))
}

/// A job on ForSt fails of the canonical savepoint that is Flink's default.
#[tokio::test(start_paused = true)]
async fn a_savepoint_has_a_format_that_the_state_backend_can_write() {
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
    // Refused before it is sent.
    let fake = Fake::new([state_backend("ForStStateBackend")]);
    let canonical = fake.client().job(JOB).savepoint().format_type(SavepointFormatType::Canonical).await;
    let error = canonical.unwrap_err();
    assert!(error.is_invalid_input() && error.to_string().contains("ForSt"), "{error}");
    assert_eq!(fake.asked().len(), 1);
    // Nobody is kept from stopping a job because this is not answered, or takes for ever.
    for silence in [Say::Json(500, json!({"errors": ["no"]})), Say::Nothing] {
        let fake = Fake::new([silence, triggered()]);
        fake.client().job(JOB).stop_with_savepoint().await.unwrap();
        assert_eq!(fake.asked().len(), 2);
    }
    // Nothing is asked where the answer is known.
    let fake = Fake::new([triggered()]);
    fake.client().job(JOB).savepoint().format_type(SavepointFormatType::Native).await.unwrap();
    client(&fake).job(JOB).savepoint().await.unwrap();
    assert_eq!(fake.asked().len(), 2);
}

/// Calls by name are how Python does it.
#[tokio::test(start_paused = true)]
async fn a_savepoint_by_name_has_a_format_that_the_state_backend_can_write() {
    for name in ["StopJob", "TriggerSavepoint"] {
        let fake = Fake::new([state_backend("ForStStateBackend"), triggered()]);
        fake.client().request_by_name(name, json!({"job": JOB.to_string()})).await.unwrap();
        let asked = fake.asked();
        assert!(asked.len() == 2 && asked[1].contains(r#""formatType":"NATIVE""#), "{asked:?}");

        let fake = Fake::new([state_backend("ForStStateBackend")]);
        let params = json!({"job": JOB.to_string(), "format_type": "CANONICAL"});
        let error = fake.client().request_by_name(name, params).await.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("ForSt"), "{error}");
        assert_eq!(fake.asked().len(), 1, "nothing is triggered");
    }
}

/// An operation that was accepted goes on, whoever may not ask for it any more.
#[tokio::test(start_paused = true)]
async fn a_status_that_is_refused_does_not_settle_the_operation() {
    let no_key =
        json!({"errors": ["org.apache.flink.runtime.rest.handler.async.UnknownOperationKeyException"]});
    for (refusal, is_forgotten) in [
        (Say::Json(401, json!({"message": "token expired"})), false),
        (Say::Json(403, json!({"errors": ["no"]})), false),
        (Say::Json(302, json!({})), false),
        (Say::Json(200, json!({"code": 401})), false),
        (Say::Json(500, json!({"errors": ["Internal server error."]})), false),
        (Say::Json(410, json!({"errors": ["gone"]})), true),
        (Say::Json(500, no_key.clone()), true),
        (Say::Json(400, no_key), true),
    ] {
        let fake = Fake::new([triggered(), refusal.clone()]);
        let operation = client(&fake).job(JOB).stop_with_savepoint().await.unwrap();
        let error = operation.wait().await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{refusal:?}: {error:?}");
        assert_eq!(matches!(error, Error::OperationForgotten { .. }), is_forgotten, "{refusal:?}: {error:?}");
        assert!(format!("{error:?}").contains(&operation.id().to_string()), "{error:?}");
    }
}
