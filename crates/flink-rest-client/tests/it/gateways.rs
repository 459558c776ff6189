//! Gateways in front of Flink: their JSON is not a response of Flink's, and their errors are shown.

use flink_rest_client::{ENDPOINTS, Error, Result, TransportErrorKind};
use serde_json::{Value, json};

use crate::{
    fake::{Fake, Reply},
    requests::JOB,
};

const LOGIN: &str = "200 OK with JSON that says “not logged in”, which is not Flink's answer";

fn login() -> Fake {
    Fake::without_metrics(Reply::Json(200, json!({"code": 401, "msg": "not logged in"})))
}

fn is_login<T: std::fmt::Debug>(answer: Result<T>) {
    let error = answer.unwrap_err();
    assert!(error.last().to_string().ends_with(LOGIN), "{error:?}");
    assert!(error.hint().is_some(), "{error:?}");
}

#[tokio::test]
async fn a_login_page_is_not_an_empty_list() {
    let client = login().client();
    is_login(client.jobs().overview().await);
    is_login(client.jobs().list().await);
    is_login(client.jars().list().await);
    is_login(client.taskmanagers().list().await);
    is_login(client.config().await);
    is_login(client.job(JOB).metrics().await);
    is_login(client.job(JOB).exceptions().await);
}

#[tokio::test]
async fn a_call_by_name_rejects_the_json_of_a_gateway() {
    let client = login().client();
    for (name, params) in [
        ("GetJobs", json!({})),
        ("GetJobsOverview", json!({})),
        ("GetJob", json!({"job": JOB})),
        ("GetJobResourceRequirements", json!({"job": JOB})),
        ("GetJobMetrics", json!({"job": JOB})),
    ] {
        is_login(client.request_by_name(name, params).await);
    }
}

/// The gateway responds with 200, and nothing is cancelled.
#[tokio::test]
async fn ok_from_a_gateway_is_not_success() {
    let error = login().client().job(JOB).cancel().await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
    is_login::<()>(Err(error));
}

#[tokio::test]
async fn json_that_is_not_an_object_is_shown() {
    for (json, shown) in [
        (json!([]), "`[]`"),
        (json!({}), "`{}`"),
        (json!(null), "`null`"),
        (json!(7), "`7`"),
        (json!("log in"), "JSON that says “log in”"),
        (json!({"jobs": null}), r#"`{"jobs":null}`"#),
        (json!({"errors": ["no leader"]}), "JSON that says “no leader”"),
    ] {
        let client = Fake::new([Reply::Json(200, json)]).client();
        for error in [
            client.jobs().overview().await.unwrap_err(),
            client.request_by_name("GetJobs", Value::Null).await.unwrap_err(),
        ] {
            assert!(error.to_string().contains(&format!("200 OK with {shown}, which")), "{error:?}");
        }
    }
}

#[tokio::test]
async fn the_reason_of_an_error_is_shown_without_secrets_and_on_one_line() {
    let reason = json!({"error": {"message": "role viewer may not PATCH:\nhunter2-token \u{1b}[2J"}});
    let client = Fake::new([Reply::Json(403, reason)]).builder("2.3.0").bearer_token("hunter2-token");
    let error = client.build().unwrap().job(JOB).cancel().await.unwrap_err();
    let expected = "403 Forbidden with JSON that says “role viewer may not PATCH: ****** \u{fffd}[2J”";
    assert!(error.to_string().contains(expected), "{error:?}");
    assert!(!error.is_outcome_unknown());
}

/// Flink's own errors are strings.
#[tokio::test]
async fn a_list_of_error_objects_is_not_flinks() {
    let errors = json!({"errors": [{"status": "403", "detail": "read only"}]});
    let error = Fake::new([Reply::Json(403, errors)]).client().overview().await.unwrap_err();
    assert!(matches!(error, Error::NotFlink { .. }), "{error:?}");
    assert!(error.to_string().contains("“read only”"), "{error:?}");
}

/// YARN's proxy does not support PATCH.
#[tokio::test]
async fn a_method_that_a_proxy_refuses_was_not_carried_out() {
    for status in [405, 501] {
        let error = Fake::new([Reply::Json(status, json!({}))]).client().job(JOB).cancel().await.unwrap_err();
        assert!(!error.is_outcome_unknown(), "{error:?}");
        assert!(error.hint().unwrap().contains("YarnCancelJob"), "{error:?}");
    }
}

/// The client looks up the job that a lost request may have started; a login page is not that job.
#[tokio::test(start_paused = true)]
async fn a_login_page_is_not_the_submitted_job() {
    let script = [Reply::Lost(TransportErrorKind::Interrupted), Reply::Json(200, json!({"code": 401}))];
    let client = Fake::new(script).client();
    let jar = "a.jar".parse().unwrap();
    let error = client.jar(&jar).run().job_id(JOB).await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
}

#[test]
fn no_endpoint_accepts_a_login_page() {
    for spec in ENDPOINTS.iter().filter(|spec| !spec.answer.is_file()) {
        let losses = spec.losses(json!({"code": 401, "msg": "not logged in"}).to_string());
        assert!(matches!(losses, Err(Error::NotFlink { .. })), "{}: {losses:?}", spec.name);
    }
}
