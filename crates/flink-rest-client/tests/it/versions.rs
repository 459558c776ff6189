//! Adaptation of requests to releases.

use flink_rest_client::{
    FlinkRestClient, FlinkVersion, JarId, Request, Timestamp, endpoint::Body, jars::ClaimMode,
    metrics::Aggregation,
};

use crate::{
    fake::{Fake, Reply},
    requests::{JOB, client},
};

/// The JSON body that this release gets, or the reason of the refusal.
fn sent(request: &Request, server: &str) -> String {
    let server: FlinkVersion = server.parse().unwrap();
    match request.clone().for_version(&server).map(|request| request.body) {
        Ok(Body::Json(json) | Body::Form { request: Some(json), .. }) => {
            String::from_utf8(json.into()).unwrap()
        }
        Ok(_) => "no body".into(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn each_release_gets_the_parameters_that_it_supports() {
    let (client, jar) = (client(), "a.jar".parse::<JarId>().unwrap());
    let run = client.jar(&jar).run();
    let claim = client.jar(&jar).run().claim_mode(ClaimMode::NoClaim);
    let heartbeat = client.job(JOB).heartbeat(Timestamp::UNIX_EPOCH);
    let submit = client.jobs().submit("a.job");
    let skew = client.jobs().metrics().get(["a"]).agg([Aggregation::Max, Aggregation::Skew]);
    let status = client.job(JOB).status();
    let configured = client.jar(&jar).run().flink_configuration([("a", "b")]);
    let needs = |what: &str, needs: &str, server: &str| {
        format!("{what} needs Flink {needs}, and the server is Flink {server}")
    };
    for (request, server, expected) in [
        (run.to_request(), "1.13.6", "{}".into()),
        (claim.to_request(), "1.14.6", needs("`claim_mode` of RunJar", "1.15 or newer", "1.14.6")),
        (claim.to_request(), "1.15.4", r#"{"restoreMode":"NO_CLAIM"}"#.into()),
        (claim.to_request(), "1.19.3", r#"{"restoreMode":"NO_CLAIM"}"#.into()),
        (claim.to_request(), "1.20.5", r#"{"claimMode":"NO_CLAIM"}"#.into()),
        (claim.to_request(), "2.3.0", r#"{"claimMode":"NO_CLAIM"}"#.into()),
        (heartbeat.to_request(), "1.19.3", "0".into()),
        (heartbeat.to_request(), "1.20.5", r#"{"expiredTimestamp":0}"#.into()),
        (submit.to_request(), "1.20.5", r#"{"jobGraphFileName":"a.job"}"#.into()),
        (submit.to_request(), "2.0.2", r#"{"executionPlanFileName":"a.job"}"#.into()),
        (
            skew.to_request(),
            "1.19.3",
            needs("`skew` as `agg` of GetAggregatedJobMetrics", "1.20 or newer", "1.19.3"),
        ),
        (skew.to_request(), "1.20.5", "no body".into()),
        (status.to_request(), "1.15.4", needs("GetJobStatus", "1.16 or newer", "1.15.4")),
        (
            configured.to_request(),
            "1.16.3",
            needs("`flink_configuration` of RunJar", "1.17 or newer", "1.16.3"),
        ),
    ] {
        assert_eq!(sent(&request.unwrap(), server), expected);
    }
}

/// With an unreadable release, only parameters that it might silently ignore are refused.
#[test]
fn an_unreadable_release_gets_all_parameters_that_it_cannot_ignore() {
    let (client, jar) = (client(), "a.jar".parse::<JarId>().unwrap());
    let unknown: FlinkVersion = serde_json::from_str("\"<unknown>\"").unwrap();
    for request in [
        client.jar(&jar).run().claim_mode(ClaimMode::NoClaim).flink_configuration([("a", "b")]).to_request(),
        client.job(JOB).status().to_request(),
        client.job(JOB).savepoint().to_request(),
        client.job(JOB).stop_with_savepoint().to_request(),
        client.applications().overview().to_request(),
    ] {
        let request = request.unwrap();
        assert!(request.clone().for_version(&unknown).is_ok(), "{}", request.path);
    }
}

async fn asked_of(config: serde_json::Value) -> Vec<String> {
    let say = |json| Reply::Json(200, json);
    let id = serde_json::json!({"request-id": "00000000000000000000000000000001"});
    let fake = Fake::new([say(config), say(id)]);
    let client = FlinkRestClient::builder("http://fake").transport(fake.clone()).build().unwrap();
    client.job(JOB).stop_with_savepoint().await.unwrap();
    fake.asked()
}

/// An odd version string must not prevent a savepoint. The request is one that all releases accept.
#[tokio::test]
async fn a_job_can_be_stopped_on_an_unknown_release() {
    use serde_json::json;
    for version in [json!("<unknown>"), json!(null), json!(""), json!("vvr-8.0.9"), json!(7)] {
        let asked = asked_of(json!({"timezone-name": "UTC", "flink-version": version, "features": {}})).await;
        // Its state backend may require another format than the default.
        assert_eq!(asked[1], format!("GET /v1/jobs/{JOB}/checkpoints/config"), "{version}");
        assert_eq!(asked[2], format!("POST /v1/jobs/{JOB}/stop {{}}"), "{version}");
    }
    let asked = asked_of(json!({"flink-version": "1.19.1-amzn-0", "features": {}})).await;
    assert!(asked[1].contains("triggerId"), "{asked:?}");
    let asked = asked_of(json!({"features": {}})).await;
    assert_eq!(asked.len(), 3, "{asked:?}");
}

#[tokio::test]
async fn a_job_can_be_stopped_if_a_gateway_hides_the_configuration() {
    let id = serde_json::json!({"request-id": "00000000000000000000000000000001"});
    let fake =
        Fake::new([Reply::Json(403, serde_json::json!({"error": "not for you"})), Reply::Json(200, id)]);
    let client = FlinkRestClient::builder("http://fake").transport(fake.clone()).build().unwrap();
    client.job(JOB).stop_with_savepoint().await.unwrap();
    assert_eq!(client.known_version().unwrap().release(), None);
}

#[tokio::test]
async fn a_given_release_is_not_requested() {
    let fake =
        Fake::new([Reply::Json(200, serde_json::json!({"request-id": "00000000000000000000000000000001"}))]);
    fake.client_of("1.14").job(JOB).stop_with_savepoint().await.unwrap();
    assert_eq!(fake.asked(), [format!("POST /v1/jobs/{JOB}/stop {{}}")]);
}
