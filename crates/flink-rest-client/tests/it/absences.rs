//! Missing endpoints: the client derives the reason from `/config`, as sent by Flink 1.13.6 and 2.3.0.

use flink_rest_client::{Absence, Error, FlinkRestClient, JarId, TransportErrorKind};
use serde_json::{Value, json};

use crate::{
    fake::{Fake, Reply},
    requests::JOB,
};

fn refused(status: u16, text: &str) -> Reply {
    Reply::Json(status, json!({"errors": [text]}))
}

fn config(version: Value, features: Value) -> Reply {
    Reply::Json(200, json!({"refresh-interval": 3000, "flink-version": version, "features": features}))
}

fn options(submit: &str) -> Reply {
    Reply::Json(200, json!([{"key": "web.submit.enable", "value": submit}]))
}

fn absence(error: Error) -> Absence {
    let Error::Absent { absence, .. } = error else { panic!("{error:?}") };
    absence
}

#[tokio::test]
async fn disabled_submission_is_reported() {
    let off = || config(json!("2.3.0"), json!({"web-submit": false}));
    let jar: JarId = "a.jar".parse().unwrap();
    for text in ["Not found: /v1/jars/a.jar/run", "Not found."] {
        let jobs = Reply::Json(200, json!({"jobs": []}));
        let client = Fake::new([jobs, refused(404, text), off(), options("false")]).client();
        let error = client.jar(&jar).run().await.unwrap_err();
        assert!(error.hint().unwrap().contains("web.submit.enable"), "{error:?}");
        assert_eq!(absence(error), Absence::Submission);
    }
    let list = [refused(404, "Unable to load requested file /v1/jars."), off(), options("false")];
    let error = Fake::new(list).client().jars().list().await.unwrap_err();
    assert!(!error.is_not_found());
    assert_eq!(absence(error), Absence::Submission);
}

/// Its `/config` disables submission as well, but nobody has set the option.
#[tokio::test]
async fn application_mode_is_reported() {
    let list = [
        refused(404, "Unable to load requested file /v1/jars."),
        config(json!("2.3.0"), json!({"web-submit": false})),
        Reply::Json(200, json!([{"key": "rest.port", "value": "8081"}])),
    ];
    assert_eq!(absence(Fake::new(list).client().jars().list().await.unwrap_err()), Absence::ApplicationMode);
}

#[tokio::test]
async fn a_disabled_profiler_is_reported() {
    let script = [
        refused(404, "Unable to load requested file /v1/jobmanager/profiler."),
        config(json!("2.3.0"), json!({"web-submit": true})),
    ];
    let error = Fake::new(script).client().jobmanager().profiling_list().await.unwrap_err();
    assert_eq!(absence(error), Absence::Profiler);
}

#[tokio::test]
async fn a_history_server_is_reported() {
    let history = || config(json!("2.3.0"), json!({"web-submit": false, "web-history": true}));
    let missing = || refused(404, "File not found.");
    let fake = Fake::new([missing(), missing(), history()]);
    assert_eq!(absence(fake.client().jobs().overview().await.unwrap_err()), Absence::HistoryServer);
    assert_eq!(fake.asked()[1..], ["GET /v1/config", "GET /config"]);

    // It never responds to a POST: the earlier request for its release reveals it.
    let fake = Fake::new([missing(), missing(), history()]);
    let client = FlinkRestClient::builder("http://fake").transport(fake.clone()).build().unwrap();
    let error = client.job(JOB).savepoint().await.unwrap_err();
    assert_eq!(absence(error), Absence::HistoryServer);
    assert!(fake.asked().iter().all(|asked| asked.starts_with("GET ")), "{:?}", fake.asked());
}

#[tokio::test]
async fn an_endpoint_of_a_newer_release_is_reported_if_the_release_was_unknown() {
    let script = [
        config(json!("<unknown>"), json!({"web-submit": true})),
        refused(404, "Unable to load requested file /v1/applications/overview."),
        config(json!("<unknown>"), json!({"web-submit": true})),
    ];
    let client = FlinkRestClient::builder("http://fake").transport(Fake::new(script)).build().unwrap();
    let error = client.applications().overview().await.unwrap_err();
    assert!(matches!(absence(error), Absence::Release { needs, .. } if needs == "2.3 or newer"));
}

#[tokio::test]
async fn a_wrong_address_is_reported_as_such() {
    let nothing = || refused(404, "Unable to load requested file /x/v1/jars.");
    let error = Fake::new([nothing()]).client().jars().list().await.unwrap_err();
    assert!(matches!(error, Error::Api(_)) && error.hint().unwrap().contains("address"), "{error:?}");
    // A missing job is another matter: the configuration is not requested.
    let fake = Fake::new([refused(404, "Job could not be found.")]);
    assert!(fake.client().job(JOB).details().await.unwrap_err().is_not_found());
    assert_eq!(fake.asked().len(), 1);
}

/// A failed lookup after a lost response does not tell what became of the request.
#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_is_not_an_absence() {
    let lost = Reply::Lost(TransportErrorKind::Interrupted);
    let fake = Fake::new([
        lost,
        refused(404, "Not found: /v1/jobs/1"),
        config(json!("2.3.0"), json!({"web-submit": false})),
    ]);
    let jar: JarId = "a.jar".parse().unwrap();
    let error = fake.client().jar(&jar).run().job_id(JOB).await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
}
