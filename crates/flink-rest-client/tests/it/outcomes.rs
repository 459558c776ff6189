//! Requests of unknown outcome: the jobs and ids that an error names.

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
async fn an_unknown_outcome_says_what_to_look_for() {
    let error = run(&Fake::new([LOST, not_found()]).client_of("1.14.6"), "run").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("RunJar: no answer; it may have been carried out, or not (its id is {JOB})")
    );
    assert!(error.hint().unwrap().contains(&JOB.to_string()));
    let error = run(&Fake::new([LOST]).client_of("2.3.0"), "dispose").await.unwrap_err();
    assert!(error.hint().unwrap().contains("look on the server"), "{error:?}");
}

/// It is somebody else's job, or one of before.
#[tokio::test(start_paused = true)]
async fn a_duplicate_of_what_was_not_sent_before_is_refused() {
    let older =
        ok(json!({"jid": JOB, "name": "Orders", "state": "RUNNING", "start-time": 0, "now": 3_600_000}));
    let fake = Fake::new([duplicate(), older]);
    let error = run(&fake.client_of("2.3.0"), "run").await.unwrap_err();
    assert!(!error.may_be_done() && error.jobs().is_empty(), "{error:?}");
    assert!(error.hint().unwrap().contains("choose another id"), "{error:?}");
}

/// Flink 2.3 gives the chosen id to each job of a program, and refuses the second one: the first one goes on.
#[tokio::test(start_paused = true)]
async fn a_duplicate_of_the_job_that_this_program_began_says_that_it_has_several() {
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

/// A program without an id for its jobs is run as curl would: nothing is repeated that may have arrived, and what is new
/// on the cluster since then is told.
#[tokio::test(start_paused = true)]
async fn what_may_have_come_of_a_program_without_an_id_is_told() {
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
    for (script, sent, outcome, told) in [
        (vec![old(), submitted()], "GEPO", "done", ""),
        // What surely did not arrive is sent again.
        (vec![REFUSED, old(), REFUSED, election(), submitted()], "GEGEPOPOPO", "done", ""),
        (vec![REFUSED], "GEGEGEGEGEGE", "failed", ""),
        // A server that does not list its jobs is asked to run the program all the same.
        (vec![somebody_else(403), submitted()], "GEPO", "done", ""),
        (vec![somebody_else(403), LOST], "GEPO", "unknown", ""),
        // The rest never is.
        (vec![old(), LOST, both("RUNNING"), both("RUNNING")], "GEPO", "unknown", "Orders (RUNNING)"),
        (vec![old(), in_vain(), both("CREATED"), both("RUNNING")], "GEPO", "unknown", "Orders (RUNNING)"),
        (vec![old(), error(504, "x"), old(), both("RUNNING")], "GEPO", "unknown", "Orders (RUNNING)"),
        // What is new at first may be somebody else's.
        (vec![old(), LOST, other(), other(), other(), two()], "GEPO", "unknown", "Orders (RUNNING)"),
        // An outage is waited through.
        (vec![old(), LOST, REFUSED, LOST, both("FAILED")], "GEPO", "unknown", "Orders (FAILED)"),
        (vec![old(), LOST, somebody_else(403)], "GEPO", "unknown", ""),
        // A refusal, too, may leave jobs behind; what is said of them is their state now.
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
        let expected = if told.is_empty() { String::new() } else { format!("{NEW} {told}") };
        let mut asked = methods(&fake);
        // It is looked for until no more jobs come.
        if outcome == "unknown" {
            asked.truncate(asked.trim_end_matches("GE").len());
        }
        let seen = (asked, outcome_of(&result), jobs.join(", "));
        assert_eq!(seen, (sent.to_owned(), outcome, expected), "{script:?}: {result:?}");
        assert!(!fake.asked().iter().any(|asked| asked.contains("jobId")), "it is what curl sends");
    }

    // With nothing to be found, it is looked for no longer than a little; with nobody there, until the deadline.
    for (after, most) in [(vec![old()], 7), (vec![REFUSED], 60)] {
        let fake = Fake::new([vec![old(), LOST], after].concat());
        let started = tokio::time::Instant::now();
        let error = run(&fake.client(), "curl").await.unwrap_err();
        assert!(error.is_outcome_unknown() && error.jobs().is_empty(), "{error:?}");
        let took = started.elapsed().as_secs();
        assert!((5..=most).contains(&took), "{took}");
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

    // What helps against its failure is told.
    let entries =
        json!([{"exceptionName": "a.B", "stacktrace": "a.B: set --allowNonRestoredState", "timestamp": 1}]);
    let why = ok(json!({"exceptionHistory": {"entries": entries, "truncated": false}}));
    let fake = Fake::new([old(), failed(), both("FAILED"), why]);
    let hint = run(&fake.client(), "curl").await.unwrap_err().hint().unwrap();
    assert!(hint.contains("allow_non_restored_state(true)"), "{hint}");
}
