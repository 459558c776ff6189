//! From a local jar to a job: retries, refusals, and deletion of the jar.

use std::time::Duration;

use serde_json::json;

use crate::{
    bad_input::shown,
    fake::{Fake, Reply},
    retry::{JOB, LOST, REFUSED, duplicate, error, methods, not_found, ok, there},
};

#[tokio::test(start_paused = true)]
async fn a_jar_is_deleted_after_its_submission_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jar");
    std::fs::write(&path, b"PK\x03\x04").unwrap();
    let uploaded = || ok(json!({"filename": "/x/1_a.jar", "status": "success"}));
    let submitted = || ok(json!({"jobid": JOB}));
    let run = async |script: Vec<Reply>| {
        let fake = Fake::new(script);
        let outcome = fake.client().jars().upload_and_run(&path).exactly_once().delete_jar().await;
        (outcome.map(|run| run.job_id), fake.asked())
    };
    let (outcome, asked) = run(vec![uploaded(), submitted(), ok(json!({}))]).await;
    assert_eq!((outcome.unwrap(), asked[2].trim_end()), (JOB, "DELETE /v1/jars/1_a.jar"));

    // A failed deletion does not fail the call.
    for refusal in [error(400, "File 1_a.jar does not exist in /x."), Reply::Nothing] {
        let (outcome, asked) = run(vec![uploaded(), submitted(), refusal]).await;
        assert_eq!((outcome.unwrap(), asked.len()), (JOB, 3));
    }

    // The deletion waits only briefly, and not beyond the call's deadline.
    for answers in [vec![submitted()], vec![error(500, "no such class"), not_found()]] {
        for (timeout, longest) in [(None, 5), (Some(1), 1)] {
            let script = [vec![uploaded()], answers.clone(), vec![Reply::Nothing]].concat();
            let most = script.len();
            let fake = Fake::new(script);
            let mut call = fake.client().jars().upload_and_run(&path).exactly_once().delete_jar();
            if let Some(seconds) = timeout {
                call = call.timeout(Duration::from_secs(seconds));
            }
            let started = tokio::time::Instant::now();
            let _ = call.await;
            assert_eq!((started.elapsed().as_secs(), fake.asked().len()), (longest, most), "{answers:?}");
        }
    }
    let fake = Fake::new([uploaded(), error(500, "no such class"), not_found(), REFUSED]);
    fake.client().jars().upload_and_run(&path).exactly_once().await.unwrap_err();
    assert_eq!(fake.asked().len(), 4, "no retry");

    // The jar may be needed by a retry, or by a main method that still runs.
    let held = || error(400, "The lock is held by another submission.");
    let busy = || error(504, "x\nCaused by: a.b.TimeoutException: Invocation of [b] timed out.");
    for script in [vec![uploaded(), LOST], vec![uploaded(), busy(), not_found(), held(), not_found()]] {
        let (outcome, asked) = run(script).await;
        assert!(outcome.unwrap_err().is_outcome_unknown());
        assert!(!asked.iter().any(|request| request.starts_with("DELETE")), "{asked:?}");
    }
}

/// The jar is on the server, so the input was valid.
#[tokio::test]
async fn an_invalid_id_from_the_server_is_not_invalid_input() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jar");
    std::fs::write(&path, b"PK\x03\x04").unwrap();
    for filename in ["/tmp/..", "/tmp/", "", "/tmp/a\u{1}.jar"] {
        let fake = Fake::new([ok(json!({"filename": filename, "status": "success"}))]);
        let error = fake.client().jars().upload_and_run(&path).await.unwrap_err();
        assert_eq!(error.to_string(), "UploadJar: the answer has an unexpected value at `filename`");
        assert!(!error.is_invalid_input() && methods(&fake) == "PO", "{error:?}");
    }
    let fake = Fake::new([ok(json!({"jobUrl": "/jobs/none"}))]);
    let error = fake.client().jobs().submit(&path).await.unwrap().job_id().unwrap_err();
    assert!(!error.is_invalid_input(), "{error:?}");
}

/// A client that uploads a jar or starts a TaskManager with an odd name cannot make the list unreadable.
#[tokio::test]
async fn an_odd_name_does_not_hide_others() {
    let jar = |id: &str| json!({"id": id, "name": id, "uploaded": 1, "entry": []});
    let names = ["1_a.jar", "../a", "a\nb.jar", "", ".."];
    let fake = Fake::new([ok(json!({"address": "http://x", "files": names.map(jar)}))]);
    let listed = fake.client().jars().list().await.unwrap().files;
    assert_eq!(listed.iter().map(|jar| jar.id.as_str()).collect::<Vec<_>>(), names);
    for jar in &listed[1..] {
        fake.client().jar(&jar.id).delete().await.unwrap_err();
    }
    assert_eq!(methods(&fake), "GE", "nothing is sent");
}

/// A main method that fails after it has submitted its job.
#[tokio::test(start_paused = true)]
async fn a_refused_program_that_started_a_job_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jar");
    std::fs::write(&path, b"PK\x03\x04").unwrap();
    let refused = [ok(json!({"filename": "/x/1_a.jar", "status": "success"})), error(400, "my own mistake")];
    let fake = Fake::new(
        [&refused[..], &[ok(json!({"jid": JOB, "name": "Orders", "state": "RUNNING"})), ok(json!({}))]]
            .concat(),
    );
    let error = fake.client().jars().upload_and_run(&path).job_id(JOB).delete_jar().await.unwrap_err();
    assert_eq!(methods(&fake), "POPOGEDE", "its job does not need the jar");
    assert_eq!(error.to_string(), format!("RunJar: refused, but job {JOB} Orders (RUNNING) is there"));
    assert!(shown(error.last()).contains("my own mistake"), "{error:?}");
    assert!(error.hint().unwrap().contains("before you do it again"), "{error:?}");

    // The lookup after a refusal is brief.
    let fake = Fake::new([&refused[..], &[Reply::Nothing]].concat());
    let started = tokio::time::Instant::now();
    fake.client().jars().upload_and_run(&path).exactly_once().await.unwrap_err();
    assert_eq!(started.elapsed().as_secs(), 10, "lookup and deletion");
}

#[tokio::test(start_paused = true)]
async fn a_lost_jar_is_uploaded_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jar");
    std::fs::write(&path, b"PK\x03\x04").unwrap();
    let uploaded = || ok(json!({"filename": "/x/1_a.jar", "status": "success"}));
    let gone = || error(500, "Caused by: a.b.RestHandlerException: Jar file /x/1_a.jar does not exist");
    let submitted = || ok(json!({"jobid": JOB}));
    let fake = Fake::new([uploaded(), gone(), uploaded(), submitted()]);
    fake.client().jars().upload_and_run(&path).exactly_once().await.unwrap();
    let asked = fake.asked();
    assert_eq!((asked.len(), &asked[1]), (4, &asked[3]), "the same job id each time");

    // A program that lacks another jar is not retried.
    let other =
        || error(400, "Caused by: java.io.FileNotFoundException: Jar file /opt/udf.jar does not exist");
    let fake = Fake::new([uploaded(), other(), there()]);
    fake.client().jars().upload_and_run(&path).exactly_once().await.unwrap_err();
    assert_eq!(methods(&fake).matches("PO").count(), 2, "{:?}", fake.asked());

    // A second uploaded jar does no harm.
    let fake = Fake::new([LOST, uploaded(), submitted()]);
    fake.client().jars().upload_and_run(&path).exactly_once().await.unwrap();
    let error = Fake::new([LOST]).client().jars().upload_and_run(&path).exactly_once().await.unwrap_err();
    assert!(!error.is_outcome_unknown(), "no job was submitted: {error}");

    // The JobManager that may have run it is gone. The new one does not know the jar, but may have the job.
    let lost_then_gone = || [uploaded(), LOST, not_found(), gone(), not_found(), uploaded()];
    let fake = Fake::new(lost_then_gone().into_iter().chain([there()]));
    fake.client().jars().upload_and_run(&path).exactly_once().await.unwrap();
    assert_eq!(methods(&fake), "POPOGEPOGEPOGE", "it is found");
    let fake = Fake::new(lost_then_gone().into_iter().chain([not_found(), duplicate(), there()]));
    fake.client().jars().upload_and_run(&path).exactly_once().await.unwrap();
    assert_eq!(methods(&fake), "POPOGEPOGEPOGEPOGE", "it is found a little later");
    let fake = Fake::new([uploaded(), LOST, not_found(), gone(), REFUSED, REFUSED]);
    let error = fake.client().jars().upload_and_run(&path).exactly_once().await.unwrap_err();
    assert!(error.is_outcome_unknown() && error.to_string().contains("RunJar"), "{error}");
}
