//! Retries, with simulated time.

use std::time::Duration;

use flink_rest_client::{
    ENDPOINTS, Error, FlinkRestClient, JarId, JobId, Repeat, Retry, TransportErrorKind, endpoint::Spec,
};
use serde_json::{Value, json};

use crate::fake::{Fake, Piece, Reply};

pub(crate) const JOB: JobId = JobId::from_bytes([7; 16]);
pub(crate) const LOST: Reply = Reply::Lost(TransportErrorKind::Interrupted);
pub(crate) const REFUSED: Reply = Reply::Lost(TransportErrorKind::Connect);

pub(crate) fn election() -> Reply {
    error(503, "Service temporarily unavailable due to an ongoing leader election. Please refresh.")
}

/// The response of a JobManager without a leader: the main method could not submit its job.
fn no_leader(status: u16) -> Reply {
    error(
        status,
        "org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute application.\n\
         Caused by: org.apache.flink.runtime.rpc.exceptions.RecipientUnreachableException: Could not send message [x] \
         from sender [y] to recipient [z], because the recipient is unreachable.",
    )
}

/// The response if a main method's submission timed out: its outcome is unknown despite the status 400.
pub(crate) fn in_vain() -> Reply {
    error(
        400,
        "org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute application.\n\
         Caused by: java.util.concurrent.TimeoutException: Invocation of [LocalRpcInvocation(DispatcherGateway\
         .submitJob(JobGraph, Time))] at recipient [akka://flink/user/rpc/dispatcher_2] timed out.\n\
         Caused by: akka.pattern.AskTimeoutException: Ask timed out on [Actor[akka://flink/user/rpc/dispatcher_2#1]] \
         after [60000 ms]. Message of type [org.apache.flink.runtime.rpc.messages.LocalFencedMessage].",
    )
}

pub(crate) fn error(status: u16, text: &str) -> Reply {
    Reply::Json(status, json!({"errors": [text]}))
}

pub(crate) fn duplicate() -> Reply {
    error(
        400,
        "Could not execute application.\n\
         Caused by: org.apache.flink.runtime.client.DuplicateJobSubmissionException: Job has already been submitted.",
    )
}

pub(crate) fn not_found() -> Reply {
    error(404, "org.apache.flink.runtime.rest.NotFoundException: Job 07 not found")
}

/// A response of a proxy, not of Flink.
pub(crate) fn somebody_else(status: u16) -> Reply {
    Reply::Json(status, json!({"message": "default backend"}))
}

/// The response that shows the job.
pub(crate) fn there() -> Reply {
    ok(json!({"jid": JOB}))
}

pub(crate) fn ok(answer: Value) -> Reply {
    Reply::Json(200, answer)
}

pub(crate) fn jar() -> JarId {
    "a.jar".parse().unwrap()
}

/// The first two letters of each request's method.
pub(crate) fn methods(fake: &Fake) -> String {
    fake.asked().iter().filter_map(|asked| asked.split(' ').next()?.get(..2).map(str::to_owned)).collect()
}

/// A savepoint with a given format, so that the state backend is not requested.
fn native() -> Value {
    json!({"job": JOB, "format_type": "NATIVE"})
}

/// A script of responses, and the expected methods and outcome.
struct Case<'a> {
    what: &'a str,
    script: Vec<Reply>,
    sent: &'a str,
    outcome: &'a str,
}

fn case<'a>(
    what: &'a str,
    script: impl IntoIterator<Item = Reply>,
    sent: &'a str,
    outcome: &'a str,
) -> Case<'a> {
    Case { what, script: script.into_iter().collect(), sent, outcome }
}

pub(crate) async fn run(client: &FlinkRestClient, what: &str) -> Result<(), Error> {
    match what {
        "read" => client.jobs().list().await.map(drop),
        "curl" => client.jar(jar()).run().await.map(|run| assert_eq!(run.job_id, JOB)),
        "run" => client.jar(jar()).run().job_id(JOB).await.map(|run| assert_eq!(run.job_id, JOB)),
        "plan" => client.jar(jar()).plan().await.map(drop),
        "delete" => client.jar(jar()).delete().await.map(drop),
        "cancel" => client.job(JOB).cancel().await.map(drop),
        "savepoint" => client.request_by_name("TriggerSavepoint", native()).await.map(drop),
        "savepoint without a format" => {
            client.request_by_name("TriggerSavepoint", json!({"job": JOB})).await.map(drop)
        }
        "stop" => client.request_by_name("StopJob", native()).await.map(drop),
        "dispose" => client.dispose_savepoint("/s").await.map(drop),
        "yarn-cancel" => client.request_by_name("YarnCancelJob", json!({"job": JOB})).await.map(drop),
        "rescale" => client.job(JOB).trigger_rescaling(2_u32).await.map(drop),
        other => panic!("{other}"),
    }
}

pub(crate) fn outcome_of(result: &Result<(), Error>) -> &'static str {
    match result {
        Ok(()) => "done",
        Err(error) if error.is_outcome_unknown() => "unknown",
        Err(error @ Error::StartedAnyway { .. }) if error.may_be_done() => "started anyway",
        Err(Error::StartedAnyway { .. }) => "ended",
        Err(_) => "failed",
    }
}

async fn check(version: &str, cases: Vec<Case<'_>>) {
    for Case { what, script, sent, outcome } in cases {
        let fake = Fake::new(script.clone());
        let client = fake.client_of(version);
        let result = run(&client, what).await;
        assert_eq!(
            (methods(&fake).as_str(), outcome_of(&result)),
            (sent, outcome),
            "{what} {script:?}: {result:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn requests_are_retried_only_where_that_is_safe() {
    let jobs = || ok(json!({"jobs": []}));
    let submitted = || ok(json!({"jobid": JOB}));
    let triggered = || Reply::Json(202, json!({"request-id": JOB}));
    let busy = || error(429, "slowly");
    let cases = vec![
        // Reads are always retried.
        case("read", [jobs()], "GE", "done"),
        case("read", [LOST, REFUSED, election(), busy(), error(502, "x"), jobs()], "GEGEGEGEGEGE", "done"),
        case("read", [LOST], "GEGEGEGEGEGE", "failed"),
        case("read", [error(500, "oops"), jobs()], "GE", "failed"),
        case(
            "read",
            [error(500, "x\nCaused by: a.b.AskTimeoutException: Ask timed out on [b]."), jobs()],
            "GEGE",
            "done",
        ),
        case("read", [error(404, "no"), jobs()], "GE", "failed"),
        case("read", [Reply::Lost(TransportErrorKind::Tls), jobs()], "GE", "failed"),
        case("read", [Reply::Lost(TransportErrorKind::Resolve), jobs()], "GE", "failed"),
        case("read", [Reply::Lost(TransportErrorKind::NotHttp), jobs()], "GE", "failed"),
        // A request that surely did not arrive is retried.
        case("run", [REFUSED, REFUSED, submitted()], "POPOPO", "done"),
        case("run", [election(), submitted()], "POPO", "done"),
        case("run", [no_leader(400), no_leader(400), submitted()], "POPOPO", "done"),
        case("run", [LOST, no_leader(500), not_found(), no_leader(400), there()], "POGEGEPOGE", "done"),
        case("dispose", [no_leader(500), triggered()], "POPO", "done"),
        case("read", [no_leader(500), jobs()], "GEGE", "done"),
        case("run", [REFUSED], "POPOPOPOPOPO", "failed"),
        case("dispose", [REFUSED, triggered()], "POPO", "done"),
        case("dispose", [Reply::Lost(TransportErrorKind::Incomplete), triggered()], "POPO", "done"),
        // If the response of a submission is lost, the job is looked up, then the submission is retried. A refusal
        // because of its own id is success.
        case("run", [LOST, there()], "POGE", "done"),
        case("run", [LOST, not_found(), submitted()], "POGEPO", "done"),
        case("run", [LOST, not_found(), duplicate(), there()], "POGEPOGE", "done"),
        case("run", [LOST, not_found(), duplicate(), REFUSED], "POGEPOGE", "done"),
        case("run", [LOST, REFUSED, election(), not_found(), submitted()], "POGEGEGEPO", "done"),
        // Another refusal of the retry does not settle the first request, which may still run: the job is looked up
        // again.
        case("run", [LOST, not_found(), error(500, "no such class"), not_found()], "POGEPOGE", "unknown"),
        case("run", [LOST, not_found(), error(400, "locked"), there()], "POGEPOGE", "done"),
        case(
            "run",
            [error(504, "x.TimeoutException"), not_found(), error(400, "locked")],
            "POGEPOGE",
            "unknown",
        ),
        case(
            "run",
            [LOST, not_found(), error(500, "Jar file /x/a.jar does not exist")],
            "POGEPOGE",
            "unknown",
        ),
        case("run", [LOST, not_found(), somebody_else(404), REFUSED], "POGEPOGE", "unknown"),
        case("run", [LOST, not_found(), somebody_else(401), REFUSED], "POGEPOGE", "unknown"),
        case("run", [LOST, somebody_else(403)], "POGE", "unknown"),
        case("run", [somebody_else(401)], "PO", "failed"),
        case("run", [LOST, error(500, "oops")], "POGE", "unknown"),
        // An unreadable response counts as lost.
        case("run", [Reply::Lost(TransportErrorKind::NotHttp), there()], "POGE", "done"),
        case("run", [Reply::Lost(TransportErrorKind::NotHttp)], "POGE", "unknown"),
        case("run", [ok(json!({"error": "we are moving"}))], "POGE", "unknown"),
        case("plan", [ok(json!({"error": "we are moving"}))], "PO", "failed"),
        case("run", [duplicate(), not_found()], "POGE", "failed"),
        // After a refusal the job is looked up: a main method may fail after it has submitted a job.
        case("run", [error(500, "no such class"), not_found()], "POGE", "failed"),
        case("run", [error(400, "my own mistake"), there()], "POGE", "started anyway"),
        case("run", [error(500, "Jar file /x/a.jar does not exist")], "PO", "failed"),
        case(
            "run",
            [error(500, "x\nCaused by: a.b.TimeoutException: Invocation of [b] timed out."), there()],
            "POGE",
            "done",
        ),
        // A main method whose submission timed out is refused like a wrong program.
        case("run", [in_vain(), there()], "POGE", "done"),
        case("run", [in_vain(), not_found(), duplicate(), there()], "POGEPOGE", "done"),
        case("run", [in_vain(), not_found(), error(400, "locked"), not_found()], "POGEPOGE", "unknown"),
        // If it waited for something else, nothing was submitted.
        case(
            "run",
            [error(400, "Caused by: org.apache.kafka.TimeoutException: no broker")],
            "POGE",
            "failed",
        ),
        // The server recognises repeated triggers, and harmless changes may be repeated.
        case("savepoint", [LOST, triggered()], "POPO", "done"),
        case("savepoint", [LOST, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED], "POPOPOPOPOPO", "unknown"),
        case("savepoint", [LOST, not_found()], "POPO", "unknown"),
        case("savepoint", [not_found()], "PO", "failed"),
        case("stop", [LOST, not_found()], "POPO", "unknown"),
        case("stop", [LOST, somebody_else(401)], "POPO", "unknown"),
        case("cancel", [LOST, not_found()], "PAPA", "unknown"),
        case("cancel", [not_found()], "PA", "failed"),
        case("plan", [LOST], "POPOPOPOPOPO", "failed"),
        case("plan", [LOST, error(500, "no such class")], "POPO", "failed"),
        case("yarn-cancel", [LOST], "GE", "unknown"),
        case("plan", [LOST, ok(json!({"plan": {"jid": JOB, "name": "", "nodes": []}}))], "POPO", "done"),
        case("delete", [LOST, error(400, "File a.jar does not exist in /tmp.")], "DEDE", "done"),
        case("delete", [error(400, "File a.jar does not exist in /tmp."), ok(json!({}))], "DE", "failed"),
        case("cancel", [LOST, error(409, "it is CANCELED")], "PAPA", "done"),
        case("cancel", [error(409, "it is FINISHED")], "PA", "failed"),
        // Requests that the server does not recognise may have been carried out.
        case("dispose", [LOST, triggered()], "PO", "unknown"),
        case("dispose", [error(502, "x"), triggered()], "PO", "unknown"),
        case("dispose", [error(500, "x"), triggered()], "PO", "failed"),
        // A gateway's error does not tell what Flink did, even in JSON.
        case("run", [error(504, "upstream request timeout"), there()], "POGE", "done"),
        case("savepoint", [error(503, "busy"), triggered()], "POPO", "done"),
        case("run", [LOST, Reply::Bytes(None, vec![Piece::Chunk(b"zzz")])], "POGE", "unknown"),
        case("rescale", [error(503, "Rescaling is temporarily disabled."), triggered()], "PA", "failed"),
    ];
    check("2.3.0", cases).await;
}

#[tokio::test(start_paused = true)]
async fn old_releases_allow_fewer_retries() {
    let cases = vec![
        // Up to 1.14, a second job is refused only while the first one exists: it is looked up, not retried.
        case("run", [LOST, not_found(), not_found(), there()], "POGEGEGE", "done"),
        case("run", [REFUSED, ok(json!({"jobid": JOB}))], "POPO", "done"),
        // Savepoints have no client-chosen id.
        case(
            "savepoint without a format",
            [LOST, Reply::Json(202, json!({"request-id": JOB}))],
            "PO",
            "unknown",
        ),
    ];
    check("1.14.6", cases).await;

    let fake = Fake::new([LOST, not_found()]);
    let error = run(&fake.client_of("1.14.6"), "run").await.unwrap_err();
    let asked = methods(&fake);
    assert!(error.is_outcome_unknown() && asked.matches("PO").count() == 1 && asked.len() > 20, "{asked}");
}

#[tokio::test(start_paused = true)]
async fn retries_send_the_same_id() {
    let fake = Fake::new([REFUSED, LOST, not_found(), Reply::Json(202, json!({"jobid": JOB}))]);
    fake.client().jar(jar()).run().exactly_once().await.unwrap();
    let asked = fake.asked();
    assert!(asked[0].contains("\"jobId\":") && asked[0] == asked[1] && asked[1] == asked[3], "{asked:?}");
    let other = Fake::new([Reply::Json(202, json!({"jobid": JOB}))]);
    other.client().jar(jar()).run().exactly_once().await.unwrap();
    assert_ne!(other.asked()[0], asked[0], "each call has a new id");
}

#[tokio::test(start_paused = true)]
async fn retrying_ends_at_the_deadline_and_names_the_attempts() {
    let fake = Fake::new([REFUSED]);
    let error = fake.client().jobs().list().await.unwrap_err();
    assert!(error.to_string().contains(" (tried 6 times in "), "{error}");
    assert!(error.is_unreachable() && matches!(error, Error::Transport { .. }));

    let started = tokio::time::Instant::now();
    let patient = Retry::default().max_retries(u32::MAX);
    let call = fake.client().jobs().list().retry(patient).timeout(Duration::from_secs(20));
    assert!(call.await.unwrap_err().is_unreachable());
    assert!(started.elapsed() <= Duration::from_secs(20));

    let fake = Fake::new([REFUSED]);
    fake.client().jobs().list().retry(Retry::never()).await.unwrap_err();
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_respected() {
    for (value, seconds) in [("7", 7), ("0", 0), ("nonsense", 0)] {
        let fake = Fake::new([Reply::RetryAfter(503, value), Reply::Json(200, json!({"jobs": []}))]);
        let started = tokio::time::Instant::now();
        fake.client().jobs().list().await.unwrap();
        let waited = started.elapsed();
        assert!(
            waited >= Duration::from_secs(seconds) && waited < Duration::from_secs(seconds + 1),
            "{value}"
        );
    }
    let fake = Fake::new([Reply::RetryAfter(429, "3600")]);
    let error = fake.client().jobs().list().await.unwrap_err();
    assert_eq!((fake.asked().len(), error.retry_after()), (1, Some(Duration::from_secs(3600))));
}

#[tokio::test(start_paused = true)]
async fn a_slow_attempt_is_retried_if_it_only_reads() {
    let fake = Fake::new([Reply::Nothing, Reply::Json(200, json!({"jobs": []}))]);
    let call = fake.client().jobs().list().attempt_timeout(Duration::from_secs(1));
    call.await.unwrap();
    assert_eq!(fake.asked().len(), 2);

    let fake = Fake::new([Reply::Nothing]);
    let error = fake.client().dispose_savepoint("/s").await.unwrap_err();
    assert!(error.is_outcome_unknown() && error.is_timeout() && fake.asked().len() == 1, "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_has_time_limits_of_its_own() {
    let fake = Fake::new([Reply::Nothing, Reply::Json(200, json!({"jobs": []}))]);
    let client = fake.builder("2.3.0").attempt_timeout(Duration::from_secs(3)).build().unwrap();
    let started = tokio::time::Instant::now();
    client.jobs().list().await.unwrap();
    assert!(fake.asked().len() == 2 && started.elapsed() >= Duration::from_secs(3));

    let folder = tempfile::tempdir().unwrap();
    let jar_file = folder.path().join("a.jar");
    std::fs::write(&jar_file, b"PK\x03\x04").unwrap();
    let fake = Fake::new([Reply::Nothing]);
    let client = fake.builder("2.3.0").timeout(Duration::from_secs(5)).build().unwrap();
    // An upload has ten times the timeout; a call's own timeout takes precedence.
    for (seconds, error) in [
        (5, client.jobs().list().await.unwrap_err()),
        (50, client.jars().upload(&jar_file).await.unwrap_err()),
        (7, client.jobs().list().timeout(Duration::from_secs(7)).await.unwrap_err()),
    ] {
        let Error::Timeout { after, .. } = error.last() else { panic!("{error:?}") };
        assert_eq!(*after, Duration::from_secs(seconds), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_address_is_tried_at_once() {
    let fake = Fake::new([REFUSED, Reply::Json(200, json!({"jobs": []}))]);
    let client = fake.builder("2.3.0").or_address("http://second/base").build().unwrap();
    let started = tokio::time::Instant::now();
    client.jobs().list().await.unwrap();
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(fake.hosts(), ["fake", "second"]);
    assert_eq!(client.address(), "http://second/base");
    client.jobs().list().await.unwrap();
    assert_eq!(fake.hosts(), ["fake", "second", "second"], "the working address is kept");

    let fake = Fake::new([REFUSED]);
    let client = fake.builder("2.3.0").or_address("second").build().unwrap();
    client.jobs().list().await.unwrap_err();
    assert_eq!(fake.asked().len(), 12, "each has as many attempts as a single one");
    assert!(fake.builder("2.3.0").or_address("ftp://x").build().is_err());

    let unknown_host = Reply::Lost(TransportErrorKind::Resolve);
    let fake = Fake::new([unknown_host.clone(), Reply::Json(200, json!({"jobs": []}))]);
    fake.builder("2.3.0").or_address("second").build().unwrap().jobs().list().await.unwrap();
    let fake = Fake::new([unknown_host]);
    let client = fake.builder("2.3.0").or_address("second").build().unwrap();
    client.jobs().list().await.unwrap_err();
    assert_eq!(fake.asked().len(), 2, "a retry would not help");
}

#[tokio::test(start_paused = true)]
async fn the_first_contact_is_tried_once_on_request() {
    let retry = Retry::default().retry_first_contact(false);
    let fake = Fake::new([REFUSED]);
    fake.builder("2.3.0").retry(retry).build().unwrap().jobs().list().await.unwrap_err();
    assert_eq!(fake.asked().len(), 1);

    let fake = Fake::new([REFUSED]);
    let client = fake.builder("2.3.0").or_address("second").retry(retry).build().unwrap();
    client.jobs().list().await.unwrap_err();
    assert_eq!(fake.asked().len(), 2, "each address is tried");

    let fake = Fake::new([Reply::Lost(TransportErrorKind::Proxy)]);
    fake.builder("2.3.0").retry(retry).build().unwrap().jobs().list().await.unwrap_err();
    assert_eq!(fake.asked().len(), 1, "the same with a proxy");

    let fake = Fake::new([election(), REFUSED]);
    fake.builder("2.3.0").retry(retry).build().unwrap().jobs().list().await.unwrap_err();
    assert_eq!(fake.asked().len(), 6, "it was reachable before");
}

/// Lists the endpoints that are never retried blindly. Whoever adds an endpoint that starts something must extend it.
#[test]
fn endpoints_that_are_never_retried_blindly() {
    let blind = |spec: &&&Spec| matches!(spec.repeat, Repeat::Another);
    let names: Vec<_> = ENDPOINTS.iter().filter(blind).map(|spec| spec.name).collect();
    assert_eq!(
        names,
        [
            "UploadJar",
            "SubmitJob",
            "StartJobManagerProfiling",
            "StartTaskManagerProfiling",
            "DisposeSavepoint",
            "TriggerRescaling",
            "SendCoordinationRequest",
            "YarnCancelJob",
            "YarnStopJob",
        ]
    );
}
