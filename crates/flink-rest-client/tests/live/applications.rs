use std::time::Duration;

use flink_rest_client::{
    ApplicationId, Async, Error, JobStatus,
    applications::{
        Application, ApplicationDetails, ApplicationExceptions, ApplicationState, ApplicationsOverview,
    },
    jobs::details::Entered,
    processes::Configuration,
};
use serde_json::json;

use crate::support::{at_least, flink, lossless, soon, streaming, submit, word_count_jar};

const NO_APPLICATION: ApplicationId = ApplicationId::from_bytes([0xff; 16]);

/// Timeout for changes to be visible: Flink shows cached copies of applications.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Waits until an application has ended, and returns it with its jobs.
async fn ended(application: &Application<Async>) -> ApplicationDetails {
    let is_over = |details: &ApplicationDetails| {
        let jobs = &details.jobs;
        details.status.is_terminal() && !jobs.is_empty() && jobs.iter().all(|job| job.state.is_terminal())
    };
    soon(TIMEOUT, async || Some(application.details().await.unwrap()).filter(is_over)).await
}

#[tokio::test]
async fn an_application_is_shown_and_cancelled() {
    let flink = flink();
    if !at_least("2.3") {
        assert!(matches!(flink.applications().overview().await.unwrap_err(), Error::Unsupported { .. }));
        return;
    }
    let job = streaming(&["--name", "An application"]).await;
    let id = job.details().await.unwrap().application_id.unwrap();
    let application = flink.application(id);

    let listed = soon(TIMEOUT, async || {
        let answer = flink.request_by_name("GetApplicationsOverview", json!({})).await.unwrap();
        let all = lossless::<ApplicationsOverview>(&answer).applications;
        all.into_iter().find(|one| one.id == id && one.jobs.contains_key(&JobStatus::Running))
    })
    .await;
    assert!(listed.name.contains("An application") && listed.end_time.is_none());
    assert_eq!((listed.status, listed.jobs[&JobStatus::Running]), (ApplicationState::Running, 1));

    let answer = flink.request_by_name("GetApplication", json!({"application": id})).await.unwrap();
    let details = lossless::<ApplicationDetails>(&answer);
    assert_eq!((details.id, details.status), (id, ApplicationState::Running));
    assert_eq!(details.jobs.iter().map(|job| job.jid).collect::<Vec<_>>(), [job.id()]);
    let entered = |state| details.timestamps.get(&state).and_then(|Entered { at, .. }| *at);
    assert_eq!(entered(ApplicationState::Running), details.start_time);
    assert!(entered(ApplicationState::Created).is_some() && entered(ApplicationState::Finished).is_none());

    let answer = flink.request_by_name("GetApplicationExceptions", json!({"application": id})).await.unwrap();
    assert!(lossless::<ApplicationExceptions>(&answer).exception_history.entries.is_empty());
    let answer =
        flink.request_by_name("GetApplicationJobManagerConfig", json!({"application": id})).await.unwrap();
    assert_eq!(lossless::<Configuration>(&answer).get("jobmanager.rpc.address"), Some("127.0.0.1"));

    application.cancel().await.unwrap();
    let details = ended(&application).await;
    assert_eq!((details.status, &details.jobs[0].state), (ApplicationState::Canceled, &JobStatus::Canceled));
    assert!(details.end_time >= details.start_time);
    assert!(application.cancel().await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_program_is_an_application_with_its_jobs() {
    let flink = flink();
    if !at_least("2.3") {
        let error = flink.application(NO_APPLICATION).details().await.unwrap_err();
        assert!(error.to_string().contains("2.3 or newer"), "{error}");
        return;
    }
    let jar = flink.jars().upload(word_count_jar()).await.unwrap().jar_id().unwrap();
    let run = flink.jar(&jar).run_application().await.unwrap();
    let details = ended(&flink.application(run.application_id)).await;
    assert_eq!((details.status, &details.jobs[0].state), (ApplicationState::Finished, &JobStatus::Finished));
    flink.jar(&jar).delete().await.unwrap();
}

#[tokio::test]
async fn an_application_reports_its_failures() {
    if !at_least("2.3") {
        return;
    }
    let flink = flink();
    let job = submit(&["--fail-at", "1", "--restart-attempts", "0"]).await;
    let id = job.details().await.unwrap().application_id.unwrap();
    let details = ended(&flink.application(id)).await;
    assert_eq!(details.status, ApplicationState::Failed);
    let failures = soon(TIMEOUT, async || {
        let answer =
            flink.request_by_name("GetApplicationExceptions", json!({"application": id})).await.unwrap();
        let failures = lossless::<ApplicationExceptions>(&answer).exception_history.entries;
        Some(failures).filter(|failures| !failures.is_empty())
    })
    .await;
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].job_id, Some(job.id()));
    assert!(failures[0].exception_name.contains("Exception"));
    assert!(failures[0].stacktrace.contains("failed at record 1"), "{}", failures[0].stacktrace);
}

#[tokio::test]
async fn an_unknown_application_is_not_found() {
    if !at_least("2.3") {
        return;
    }
    let application = flink().application(NO_APPLICATION);
    assert!(application.details().await.unwrap_err().is_not_found());
    assert!(application.exceptions().await.unwrap_err().is_not_found());
    assert!(application.cancel().await.unwrap_err().is_not_found());
    assert!(application.jobmanager_config().await.is_ok(), "the server does not check the application");
}
