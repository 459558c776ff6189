//! Requests with unknown outcome: the jobs and ids that their errors name.

use flink_rest_client::{JobId, Retry};
use serde_json::{Value, json};

use crate::{
    fake::Fake,
    retry::{
        JOB, LOST, REFUSED, duplicate, election, error, in_vain, jar, methods, not_found, ok, outcome_of,
        run, somebody_else,
    },
};

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_names_the_id() {
    let error = run(&Fake::new([LOST]).client_of("1.14.6"), "run").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("RunJar: no answer; it may have been carried out, or not (its id is {JOB})")
    );
    assert!(error.hint().unwrap().contains(&JOB.to_string()));
    let error = run(&Fake::new([LOST]).client_of("2.3.0"), "dispose").await.unwrap_err();
    assert!(error.hint().unwrap().contains("look on the server"), "{error:?}");
}

/// An answer that settles nothing is not called «no answer».
#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_says_whether_there_was_an_answer() {
    const ERROR: &str = "the last answer was an error, but an earlier request may have been carried out";
    for (action, answers, message) in [
        ("stop", vec![LOST, not_found()], ERROR),
        ("run", vec![LOST, not_found(), error(400, "locked"), not_found()], ERROR),
        ("dispose", vec![error(504, "x")], "the answer leaves open whether it was carried out"),
        ("dispose", vec![LOST], "no answer; it may have been carried out, or not"),
    ] {
        let error = run(&Fake::new(answers).client_of("2.3.0"), action).await.unwrap_err();
        assert!(error.is_outcome_unknown() && error.to_string().contains(message), "{action}: {error:?}");
    }
}

/// The job was submitted by somebody else, or earlier.
#[tokio::test(start_paused = true)]
async fn a_duplicate_of_an_earlier_job_is_refused() {
    let older =
        ok(json!({"jid": JOB, "name": "Orders", "state": "RUNNING", "start-time": 0, "now": 3_600_000}));
    let fake = Fake::new([duplicate(), older]);
    let error = run(&fake.client_of("2.3.0"), "run").await.unwrap_err();
    assert!(!error.may_be_done() && error.jobs().is_empty(), "{error:?}");
    assert!(error.hint().unwrap().contains("choose another id"), "{error:?}");
}

/// Flink 2.3 gives the chosen id to each job of a program and refuses the second job; the first one keeps running.
#[tokio::test(start_paused = true)]
async fn a_program_with_several_jobs_and_one_id_is_explained() {
    let first = ok(json!({"jid": JOB, "name": "Orders", "state": "RUNNING", "start-time": 700, "now": 700}));
    let fake = Fake::new([duplicate(), first]);
    let error = run(&fake.client_of("2.3.0"), "run").await.unwrap_err();
    assert_eq!(error.to_string(), format!("RunJar: refused, but job {JOB} Orders (RUNNING) is there"));
    assert!(error.may_be_done() && error.hint().unwrap().contains("submits several jobs"), "{error:?}");
}

/// An entry of `/jobs`, or of `/jobs/overview`.
fn entry(id: JobId, name: &str, state: &str) -> Value {
    json!({"id": id, "status": state, "jid": id, "name": name, "state": state, "start-time": 1, "end-time": -1,
           "duration": 1, "last-modification": 1, "tasks": {}})
}

/// A program without a job id runs as with curl. Requests that may have arrived are not retried, and the error names
/// new jobs on the cluster.
#[tokio::test(start_paused = true)]
async fn new_jobs_of_a_program_without_an_id_are_named() {
    const OLD: JobId = JobId::from_bytes([1; 16]);
    const NEW: JobId = JobId::from_bytes([2; 16]);
    const OTHER: JobId = JobId::from_bytes([3; 16]);
    let jobs = |jobs: &[(JobId, &str, &str)]| {
        let entries: Vec<_> = jobs.iter().map(|(id, name, state)| entry(*id, name, state)).collect();
        ok(json!({"jobs": entries}))
    };
    let old = || jobs(&[(OLD, "Old", "RUNNING")]);
    let both = |state| jobs(&[(OLD, "Old", "RUNNING"), (NEW, "Orders", state)]);
    let other = || jobs(&[(OLD, "Old", "RUNNING"), (OTHER, "Other", "RUNNING")]);
    let two = || jobs(&[(OTHER, "Other", "RUNNING"), (NEW, "Orders", "RUNNING")]);
    let submitted = || ok(json!({"jobid": JOB}));
    let why = || {
        let entries = json!([{"exceptionName": "a.B", "stacktrace": "a.B: no such file", "timestamp": 1}]);
        ok(json!({"exceptionHistory": {"entries": entries, "truncated": false}}))
    };
    let failed =
        || error(400, "Caused by: a.ProgramInvocationException: The main method caused an error: mine");
    for (script, sent, outcome, named) in [
        (vec![old(), submitted()], "GEPO", "done", ""),
        // A request that surely did not arrive is retried.
        (vec![REFUSED, old(), REFUSED, election(), submitted()], "GEGEPOPOPO", "done", ""),
        (vec![REFUSED], "GEGEGEGEGEGE", "failed", ""),
        // If the server does not list its jobs, the program runs nevertheless.
        (vec![somebody_else(403), submitted()], "GEPO", "done", ""),
        (vec![somebody_else(403), LOST], "GEPO", "unknown", ""),
        // Other requests are not retried.
        (vec![old(), LOST, both("RUNNING"), both("RUNNING")], "GEPO", "unknown", "Orders (RUNNING)"),
        (vec![old(), in_vain(), both("CREATED"), both("RUNNING")], "GEPO", "unknown", "Orders (RUNNING)"),
        (vec![old(), error(504, "x"), old(), both("RUNNING")], "GEPO", "unknown", "Orders (RUNNING)"),
        // The first new job may be somebody else's.
        (vec![old(), LOST, other(), other(), other(), two()], "GEPO", "unknown", "Orders (RUNNING)"),
        // An outage does not end the lookup.
        (vec![old(), LOST, REFUSED, LOST, both("FAILED")], "GEPO", "unknown", "Orders (FAILED)"),
        (vec![old(), LOST, somebody_else(403)], "GEPO", "unknown", ""),
        // A refused program may leave jobs; their current state is shown.
        (vec![old(), failed(), old()], "GEPOGE", "failed", ""),
        (vec![old(), failed(), REFUSED], "GEPOGE", "failed", ""),
        (vec![old(), failed(), both("RUNNING")], "GEPOGE", "started anyway", "Orders (RUNNING)"),
        (vec![old(), failed(), both("FAILED"), why()], "GEPOGEGE", "ended", "Orders (FAILED)"),
        (vec![old(), error(500, "Jar file /x/a.jar does not exist")], "GEPO", "failed", ""),
    ] {
        let fake = Fake::new(script.clone());
        let result = run(&fake.client(), "curl").await;
        let jobs = result.as_ref().map_or_else(|error| error.jobs().to_vec(), |()| Vec::new());
        let jobs: Vec<_> = jobs.iter().filter(|job| job.id != OTHER).map(ToString::to_string).collect();
        let expected = if named.is_empty() { String::new() } else { format!("{NEW} {named}") };
        let mut asked = methods(&fake);
        // The lookup continues until no more jobs appear.
        if outcome == "unknown" {
            asked.truncate(asked.trim_end_matches("GE").len());
        }
        let seen = (asked, outcome_of(&result), jobs.join(", "));
        assert_eq!(seen, (sent.to_owned(), outcome, expected), "{script:?}: {result:?}");
        assert!(
            !fake.asked().iter().any(|asked| asked.contains("jobId")),
            "the request is the same as curl's"
        );
    }

    // The lookup ends soon if there is no new job, and at the deadline if the server does not respond.
    for (after, longest) in [(vec![old()], 7), (vec![REFUSED], 60)] {
        let fake = Fake::new([vec![old(), LOST], after].concat());
        let started = tokio::time::Instant::now();
        let error = run(&fake.client(), "curl").await.unwrap_err();
        assert!(error.is_outcome_unknown() && error.jobs().is_empty(), "{error:?}");
        let took = started.elapsed().as_secs();
        assert!((5..=longest).contains(&took), "{took}");
        assert_eq!(methods(&fake).matches("PO").count(), 1);
    }
    let fake = Fake::new([old(), LOST, REFUSED]);
    let error = fake.client().jar(jar()).run().retry(Retry::never()).await.unwrap_err();
    assert!(error.is_outcome_unknown() && methods(&fake) == "GEPOGE", "{error:?}");
    let fake = Fake::new([old(), failed(), both("FAILED"), why()]);
    let error = run(&fake.client(), "curl").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("RunJar: refused, but job {NEW} Orders (FAILED) has ended: no such file")
    );

    // The hint is about the job's failure.
    let entries =
        json!([{"exceptionName": "a.B", "stacktrace": "a.B: set --allowNonRestoredState", "timestamp": 1}]);
    let why = ok(json!({"exceptionHistory": {"entries": entries, "truncated": false}}));
    let fake = Fake::new([old(), failed(), both("FAILED"), why]);
    let hint = run(&fake.client(), "curl").await.unwrap_err().hint().unwrap();
    assert!(hint.contains("allow_non_restored_state(true)"), "{hint}");
}
