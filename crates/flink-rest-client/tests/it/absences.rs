//! What a server does not have: told as that, from its `/config`, as Flink 1.13.6 and 2.3.0 answer.

use flink_rest_client::{Absence, Error, FlinkRestClient, JarId, TransportErrorKind};
use serde_json::{Value, json};

use crate::{
    fake::{Fake, Say},
    requests::JOB,
};

fn refused(status: u16, text: &str) -> Say {
    Say::Json(status, json!({"errors": [text]}))
}

fn config(version: Value, features: Value) -> Say {
    Say::Json(200, json!({"refresh-interval": 3000, "flink-version": version, "features": features}))
}

fn options(submit: &str) -> Say {
    Say::Json(200, json!([{"key": "web.submit.enable", "value": submit}]))
}

fn absence(error: Error) -> Absence {
    let Error::Absent { absence, .. } = error else { panic!("{error:?}") };
    absence
}

#[tokio::test]
async fn submission_that_is_switched_off_is_told() {
    let off = || config(json!("2.3.0"), json!({"web-submit": false}));
    let jar: JarId = "a.jar".parse().unwrap();
    for text in ["Not found: /v1/jars/a.jar/run", "Not found."] {
        let jobs = Say::Json(200, json!({"jobs": []}));
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

/// There, `/config` says as well that submission is off, and nobody has set the option.
#[tokio::test]
async fn a_cluster_of_one_application_is_told() {
    let list = [
        refused(404, "Unable to load requested file /v1/jars."),
        config(json!("2.3.0"), json!({"web-submit": false})),
        Say::Json(200, json!([{"key": "rest.port", "value": "8081"}])),
    ];
    assert_eq!(absence(Fake::new(list).client().jars().list().await.unwrap_err()), Absence::ApplicationMode);
}

#[tokio::test]
async fn the_profiler_that_is_off_is_told() {
    let script = [
        refused(404, "Unable to load requested file /v1/jobmanager/profiler."),
        config(json!("2.3.0"), json!({"web-submit": true})),
    ];
    let error = Fake::new(script).client().jobmanager().profiling_list().await.unwrap_err();
    assert_eq!(absence(error), Absence::Profiler);
}

#[tokio::test]
async fn a_history_server_is_told() {
    let history = || config(json!("2.3.0"), json!({"web-submit": false, "web-history": true}));
    let missing = || refused(404, "File not found.");
    let fake = Fake::new([missing(), missing(), history()]);
    assert_eq!(absence(fake.client().jobs().overview().await.unwrap_err()), Absence::HistoryServer);
    assert_eq!(fake.asked()[1..], ["GET /v1/config", "GET /config"]);

    // It never answers a POST: the question for its release tells before.
    let fake = Fake::new([missing(), missing(), history()]);
    let client = FlinkRestClient::builder("http://fake").transport(fake.clone()).build().unwrap();
    let error = client.job(JOB).savepoint().await.unwrap_err();
    assert_eq!(absence(error), Absence::HistoryServer);
    assert!(fake.asked().iter().all(|asked| asked.starts_with("GET ")), "{:?}", fake.asked());
}

#[tokio::test]
async fn what_a_release_does_not_have_is_told_though_it_was_not_known() {
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
async fn a_wrong_address_stays_one() {
    let nothing = || refused(404, "Unable to load requested file /x/v1/jars.");
    let error = Fake::new([nothing()]).client().jars().list().await.unwrap_err();
    assert!(matches!(error, Error::Api(_)) && error.hint().unwrap().contains("address"), "{error:?}");
    // A job that is not there is another matter, and nobody asks for the configuration.
    let fake = Fake::new([refused(404, "Job could not be found.")]);
    assert!(fake.client().job(JOB).details().await.unwrap_err().is_not_found());
    assert_eq!(fake.asked().len(), 1);
}

/// That a look after a lost answer finds no endpoint does not tell what the request did.
#[tokio::test(start_paused = true)]
async fn an_outcome_that_is_not_known_is_no_absence() {
    let lost = Say::Lost(TransportErrorKind::Interrupted);
    let fake = Fake::new([
        lost,
        refused(404, "Not found: /v1/jobs/1"),
        config(json!("2.3.0"), json!({"web-submit": false})),
    ]);
    let jar: JarId = "a.jar".parse().unwrap();
    let error = fake.client().jar(&jar).run().job_id(JOB).await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
}
