//! What is sent to which release, and what is not.

use flink_rest_client::{
    FlinkVersion, JarId, Request, Timestamp, endpoint::Body, jars::ClaimMode, metrics::Aggregation,
};

use crate::requests::{JOB, client};

/// What is sent to this release: the JSON of the body, or else why nothing is.
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
fn each_release_gets_what_it_knows() {
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
