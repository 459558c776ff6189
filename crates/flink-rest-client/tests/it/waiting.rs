//! Waiting for jobs, with simulated time.

use std::{sync::mpsc, time::Duration};

use flink_rest_client::{Error, JobId, JobStatus, TransportErrorKind};
use serde_json::{Value, json};

use crate::fake::{Fake, Reply};

const JOB: JobId = JobId::from_bytes([7; 16]);

fn ok(answer: Value) -> Reply {
    Reply::Json(200, answer)
}

fn state(state: &str) -> Reply {
    ok(json!({"status": state}))
}

fn details(state: &str, tasks: Value) -> Reply {
    ok(json!({
        "jid": JOB, "name": "", "isStoppable": false, "state": state, "start-time": 1, "end-time": -1, "duration": 1,
        "maxParallelism": -1, "now": 1, "timestamps": {}, "vertices": [], "status-counts": tasks, "plan": {},
    }))
}

fn unknown() -> Reply {
    Reply::Json(404, json!({"errors": ["org.apache.flink.runtime.rest.NotFoundException: Job 07 not found"]}))
}

fn failure(cause: &str) -> Reply {
    let trace = format!("java.lang.RuntimeException: {cause}\n\tat a.B.c(D.java:1)\n");
    ok(json!({"exceptionHistory": {"truncated": false, "entries": [
        {"exceptionName": "java.lang.RuntimeException", "stacktrace": trace, "timestamp": 1},
    ]}}))
}

#[tokio::test(start_paused = true)]
async fn running_means_that_all_tasks_run() {
    let fake = Fake::new([
        state("CREATED"),
        state("CREATED"),
        state("RUNNING"),
        details("RUNNING", json!({"RUNNING": 1, "SCHEDULED": 1})),
        details("RUNNING", json!({"RUNNING": 1, "FINISHED": 1, "FAILED": 0})),
    ]);
    fake.client().job(JOB).wait_until_running().await.unwrap();
    let (status, details) = (format!("GET /v1/jobs/{JOB}/status"), format!("GET /v1/jobs/{JOB}"));
    assert_eq!(fake.asked().iter().collect::<Vec<_>>(), [&status, &status, &status, &details, &details]);
}

/// The state that the details show first, and the state alone confirms.
#[tokio::test(start_paused = true)]
async fn a_job_that_has_finished_is_not_looked_at_again() {
    let fake = Fake::new([
        state("RUNNING"),
        details("RUNNING", json!({"SCHEDULED": 1})),
        details("FINISHED", json!({"FINISHED": 1})),
        state("FINISHED"),
    ]);
    fake.client().job(JOB).wait_until_running().await.unwrap();
    assert_eq!(fake.asked().len(), 4);
}

/// A job that needs more slots than there are.
#[tokio::test(start_paused = true)]
async fn a_long_wait_requests_the_details_less_and_less_often() {
    let fake = Fake::new([state("RUNNING"), details("RUNNING", json!({"RUNNING": 1, "SCHEDULED": 1}))]);
    let wait = fake.client().job(JOB).wait_until_running().timeout(Duration::from_secs(3600));
    assert!(wait.await.unwrap_err().is_timeout());
    let times = fake.asked().len();
    assert!((360..400).contains(&times), "{times} times in an hour");
}

#[tokio::test(start_paused = true)]
async fn each_state_is_reported_once() {
    let fake = Fake::new([
        state("CREATED"),
        state("CREATED"),
        state("RUNNING"),
        details("RUNNING", json!({"SCHEDULED": 1})),
        details("RUNNING", json!({"RUNNING": 1})),
    ]);
    let (sender, reports) = mpsc::channel();
    let wait = fake.client().job(JOB).wait_until_running();
    wait.on_state(move |state| sender.send(state.clone()).unwrap()).await.unwrap();
    assert_eq!(reports.iter().collect::<Vec<_>>(), [JobStatus::Created, JobStatus::Running]);
    assert_eq!(fake.asked().len(), 5);
}

/// The request for the cause of a restart fills the server's cache with the job's state at that time.
#[tokio::test(start_paused = true)]
async fn outdated_details_are_ignored() {
    let old = || details("RESTARTING", json!({"CREATED": 1}));
    let fake = Fake::new([
        state("RESTARTING"),
        failure("no disk"),
        state("RUNNING"),
        old(),
        state("RUNNING"),
        old(),
        state("RUNNING"),
        details("RUNNING", json!({"RUNNING": 1})),
    ]);
    let (sender, reports) = mpsc::channel();
    let wait = fake.client().job(JOB).wait_until_running();
    wait.on_state(move |state| sender.send(state.clone()).unwrap()).await.unwrap();
    assert_eq!(reports.iter().collect::<Vec<_>>(), [JobStatus::Restarting, JobStatus::Running]);
    assert_eq!(fake.asked().len(), 8);

    // A job that has stopped running is not taken for a running one.
    let fake = Fake::new([
        state("RUNNING"),
        details("RESTARTING", json!({})),
        state("RESTARTING"),
        failure("no disk"),
        state("RESTARTING"),
    ]);
    let wait = fake.client().job(JOB).wait_until_running().timeout(Duration::from_secs(60));
    let error = wait.await.unwrap_err().to_string();
    assert!(error.contains("(it is RESTARTING, was restarted, last because of: no disk)"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_job_ends_every_wait() {
    let fake = Fake::new([state("RUNNING"), state("FAILED"), failure("no disk")]);
    let error = fake.client().job(JOB).wait_until_finished().await.unwrap_err();
    assert_eq!(error.to_string(), format!("job {JOB} is FAILED: no disk"));
    let Error::JobEnded { state: JobStatus::Failed, .. } = error else { panic!("{error:?}") };

    // A short job may have run before the first poll.
    let fake = Fake::new([state("FINISHED"), details("FINISHED", json!({"FINISHED": 2}))]);
    let details = fake.client().job(JOB).wait_until_running().await.unwrap();
    assert_eq!(details.state, JobStatus::Finished);
}

/// The server caches responses about a job for up to three seconds.
#[tokio::test(start_paused = true)]
async fn the_cause_of_a_failure_is_reported_despite_the_servers_cache() {
    let none_yet = || ok(json!({"exceptionHistory": {"truncated": false, "entries": []}}));
    let fake = Fake::new([state("FAILED"), none_yet(), none_yet(), failure("no disk")]);
    let error = fake.client().job(JOB).wait_until_finished().await.unwrap_err();
    assert_eq!(error.to_string(), format!("job {JOB} is FAILED: no disk"));

    let fake = Fake::new([state("FAILED"), none_yet()]);
    let error = fake.client().job(JOB).wait_until_finished().await.unwrap_err();
    assert_eq!(error.to_string(), format!("job {JOB} is FAILED"));
}

#[tokio::test(start_paused = true)]
async fn old_releases_send_the_whole_job() {
    let fake = Fake::new([details("CREATED", json!({})), details("RUNNING", json!({"RUNNING": 1}))]);
    fake.client_of("1.13.6").job(JOB).wait_until_running().await.unwrap();
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_release_is_treated_like_an_old_one() {
    let config = || ok(json!({"flink-version": "<unknown>", "features": {"web-submit": true}}));
    let no_endpoint =
        Reply::Json(404, json!({"errors": ["Unable to load requested file /v1/jobs/07/status."]}));
    let script = [
        config(),
        no_endpoint,
        config(),
        details("CREATED", json!({})),
        details("RUNNING", json!({"RUNNING": 1})),
    ];
    let fake = Fake::new(script);
    let client =
        flink_rest_client::FlinkRestClient::builder("http://fake").transport(fake.clone()).build().unwrap();
    client.job(JOB).wait_until_running().await.unwrap();
    assert_eq!(fake.asked().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn an_odd_number_does_not_end_a_wait() {
    for odd in [json!(null), json!(-7), json!("x"), json!({"a": 1}), json!([1]), json!(1e300)] {
        let job = ok(json!({
            "jid": odd, "name": odd, "state": "RUNNING", "start-time": odd, "maxParallelism": odd, "timestamps": odd,
            "vertices": [{"id": odd, "name": odd, "status": "RUNNING", "parallelism": odd, "metrics": odd}],
            "status-counts": {"RUNNING": 1, "CREATED": odd}, "plan": odd,
        }));
        let fake = Fake::new([state("RUNNING"), job]);
        fake.client().job(JOB).wait_until_running().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_loop_is_reported_at_the_deadline() {
    let mut script = Vec::new();
    for _ in 0..3 {
        script.extend([state("RUNNING"), state("RESTARTING"), failure("no disk"), state("RESTARTING")]);
    }
    let fake = Fake::new(script);
    let wait = fake.client().job(JOB).wait_until_finished().timeout(Duration::from_secs(60));
    assert_eq!(
        wait.await.unwrap_err().to_string(),
        format!(
            "waiting until job {JOB} has finished (it is RESTARTING, was restarted at least 3 times, last because of: no disk) took \
             longer than 60s"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn the_servers_text_is_reported_without_secrets_and_on_one_line() {
    let odd = || state("NEW_HUNTER_TOKEN");
    let fake = Fake::new([state("RESTARTING"), failure("401 for Bearer HUNTER_TOKEN \u{1b}[2J"), odd()]);
    let client = fake.builder("2.3.0").bearer_token("HUNTER_TOKEN").build().unwrap();
    let wait = client.job(JOB).wait_until_finished().timeout(Duration::from_secs(60));
    let error = wait.await.unwrap_err().to_string();
    let reports = "it is NEW_******, was restarted, last because of: 401 for ****** \u{fffd}[2J";
    assert!(error.contains(reports), "{error:?}");

    let fake = Fake::new([odd(), unknown()]);
    let client = fake.builder("2.3.0").bearer_token("HUNTER_TOKEN").build().unwrap();
    let error = client.job(JOB).wait_until_finished().await.unwrap_err().to_string();
    assert!(error.contains("it was NEW_******, and"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_job_without_a_cause_is_not_a_timeout() {
    let fake = Fake::new([state("FAILED"), Reply::Nothing]);
    let wait = fake.client().job(JOB).wait_until_finished().timeout(Duration::from_secs(3));
    let error = wait.await.unwrap_err();
    assert!(matches!(error, Error::JobEnded { state: JobStatus::Failed, .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_job_may_be_unknown_for_a_while_but_not_for_ever() {
    let lost = Reply::Lost(TransportErrorKind::Connect);
    let script =
        [state("RUNNING"), lost.clone(), lost, unknown(), unknown(), state("RUNNING"), state("FINISHED")];
    let end = details("FINISHED", json!({"FINISHED": 1}));
    let fake = Fake::new(script.into_iter().chain([end]));
    fake.client().job(JOB).wait_until_finished().await.unwrap();

    let error =
        Fake::new([state("RUNNING"), unknown()]).client().job(JOB).wait_until_finished().await.unwrap_err();
    assert!(error.is_not_found() && matches!(error, Error::JobGone { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!("job {JOB} is gone: it was RUNNING, and the server no longer knows it")
    );

    let fake = Fake::new([unknown()]);
    assert!(fake.client().job(JOB).wait_until_running().await.unwrap_err().is_not_found());
    assert_eq!(fake.asked().len(), 1, "an unknown job is not waited for");
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_reported_and_survived_for_a_while() {
    let gone = [
        Reply::Lost(TransportErrorKind::Connect),
        Reply::Lost(TransportErrorKind::Resolve),
        Reply::RetryAfter(503, "1"),
        Reply::Nothing,
    ];
    for gone in gone {
        let fake = Fake::new([state("RUNNING"), gone.clone()]);
        let client = fake.builder("2.3.0").outage_patience(Duration::from_secs(100)).build().unwrap();
        let (sender, reports) = mpsc::channel();
        let wait = client.job(JOB).wait_until_finished().timeout(Duration::MAX);
        let wait = wait.on_outage(move |outage| sender.send(outage.lasting).unwrap());
        let begun = tokio::time::Instant::now();
        let error = wait.await.unwrap_err();
        assert!(error.is_unreachable() && matches!(error, Error::Outage { .. }), "{gone:?}: {error:?}");
        let text = format!("waiting until job {JOB} has finished: no answer for 100s");
        assert_eq!(error.to_string(), text);
        assert!((100..103).contains(&begun.elapsed().as_secs()), "{gone:?}: {:?}", begun.elapsed());
        let reports: Vec<_> = reports.iter().collect();
        assert!(reports.len() > 2 && reports.is_sorted(), "{gone:?}: {reports:?}");
    }
    let lost = Reply::Lost(TransportErrorKind::Connect);
    let operation = Fake::new([lost]).client().job(JOB).savepoint_status("07".repeat(16).parse().unwrap());
    let error = operation.wait().timeout(Duration::MAX).await.unwrap_err();
    assert!(matches!(error, Error::Outage { .. }), "{error:?}");
}

/// The timeout of a request is half a minute, too long to leave the caller without a message.
#[tokio::test(start_paused = true)]
async fn a_hanging_request_is_reported() {
    let lost = Reply::Lost(TransportErrorKind::Connect);
    for (script, why) in [
        (vec![state("RUNNING"), Reply::Nothing], None),
        (vec![state("RUNNING"), lost.clone(), Reply::Nothing], Some(TransportErrorKind::Connect)),
    ] {
        let (sender, reports) = mpsc::channel();
        let wait = Fake::new(script).client().job(JOB).wait_until_finished();
        let wait = wait.timeout(Duration::from_secs(20)).on_outage(move |outage| {
            let why = outage.error.as_ref().map(|error| match error {
                Error::Transport { kind, .. } => *kind,
                other => panic!("{other:?}"),
            });
            sender.send((why, outage.lasting)).unwrap();
        });
        let error = wait.await.unwrap_err();
        assert_eq!(error.is_timeout(), why.is_none(), "{error:?}");
        let reports: Vec<_> = reports.iter().collect();
        let reports = if why.is_some() { &reports[1..] } else { &reports };
        assert!(reports.iter().all(|(of, _)| *of == why), "{reports:?}");
        let seconds: Vec<_> = reports.iter().map(|(_, lasting)| lasting.as_secs()).collect();
        assert_eq!(seconds, [3, 6, 9, 12, 15, 18], "{why:?}");
    }
    // Waits for operations do the same.
    let (sender, reports) = mpsc::channel();
    let operation =
        Fake::new([Reply::Nothing]).client().job(JOB).savepoint_status("07".repeat(16).parse().unwrap());
    let wait = operation.wait().timeout(Duration::from_secs(4));
    wait.on_outage(move |outage| sender.send(outage.lasting).unwrap()).await.unwrap_err();
    assert_eq!(reports.iter().collect::<Vec<_>>(), [Duration::from_secs(3)]);
}

/// The server always responds, with cached values.
#[tokio::test(start_paused = true)]
async fn the_lookup_of_a_cause_is_not_an_outage() {
    let none_yet = ok(json!({"exceptionHistory": {"truncated": false, "entries": []}}));
    let wait = Fake::new([state("FAILED"), none_yet]).client().job(JOB).wait_until_finished();
    let error = wait.on_outage(|outage| panic!("{outage:?}")).await.unwrap_err();
    assert!(matches!(error, Error::JobEnded { root_cause: None, .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn short_outages_do_not_add_up() {
    let lost = || std::iter::repeat_n(Reply::Lost(TransportErrorKind::Connect), 40);
    let script = lost().chain([state("RUNNING")]).chain(lost()).chain([state("FINISHED")]);
    let fake = Fake::new(script.chain([details("FINISHED", json!({"FINISHED": 1}))]));
    let client = fake.builder("2.3.0").outage_patience(Duration::from_secs(100)).build().unwrap();
    client.job(JOB).wait_until_finished().timeout(Duration::MAX).await.unwrap();
}

/// A job with running tasks and two vertices with these parallelisms and maximum parallelisms.
fn parallel(state: &str, vertices: [(u32, u32); 2]) -> Reply {
    let vertex = |(parallelism, maximum): (u32, u32)| json!({"id": JOB, "name": "", "status": state, "parallelism": parallelism, "maxParallelism": maximum});
    let (vertices, tasks) = (vertices.map(vertex), json!({state: 3}));
    ok(json!({"jid": JOB, "name": "", "state": state, "vertices": vertices, "status-counts": tasks}))
}

#[tokio::test(start_paused = true)]
async fn a_new_parallelism_can_be_waited_for() {
    let old = || parallel("RUNNING", [(1, 128), (1, 2)]);
    // Each vertex is limited by its maximum parallelism.
    let new = || parallel("RUNNING", [(3, 128), (2, 2)]);
    let end = || parallel("FINISHED", [(1, 128), (1, 2)]);
    let lost = || Reply::Lost(TransportErrorKind::Connect);
    let fake =
        Fake::new([state("RUNNING"), old(), lost(), Reply::RetryAfter(503, "1"), unknown(), old(), new()]);
    let (sender, reports) = mpsc::channel();
    let wait = fake.client().job(JOB).wait_until_rescaled(3);
    let progress = wait.on_outage(move |outage| sender.send(outage.lasting).unwrap()).await.unwrap();
    assert_eq!(progress.vertices.len(), 2);
    assert_eq!(reports.iter().count(), 2);

    let error = Fake::new([state("RUNNING"), old(), end(), state("FINISHED"), end()])
        .client()
        .job(JOB)
        .wait_until_rescaled(3)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::JobEnded { state: JobStatus::Finished, .. }), "{error:?}");

    let wait = Fake::new([state("RUNNING"), old()]).client().job(JOB).wait_until_rescaled(3);
    let error = wait.timeout(Duration::from_secs(60)).await.unwrap_err();
    let reports =
        format!("waiting until job {JOB} runs with parallelism 3 (it is RUNNING) took longer than 60s");
    assert_eq!(error.to_string(), reports);

    let fake = Fake::new([state("RUNNING"), old(), lost()]);
    let wait = fake.client().job(JOB).wait_until_rescaled(3).timeout(Duration::MAX);
    assert!(matches!(wait.await.unwrap_err(), Error::Outage { .. }));
}

#[test]
fn an_unknown_state_does_not_end_a_wait() {
    assert!(!JobStatus::Other("NEW".into()).is_terminal());
}
