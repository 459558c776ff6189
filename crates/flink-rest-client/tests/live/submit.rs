use std::{fs, path::PathBuf};

use tempfile::NamedTempFile;

use flink_rest_client::{Error, JobStatus, jobs::submit::JobSubmission};
use serde_json::json;

use crate::support::{at_least, distribution, flink, lossless, own_jar};

/// A job graph in a file, and the jar with its classes.
fn prepared() -> (NamedTempFile, PathBuf) {
    let jar = own_jar("PreparedJob");
    let job = NamedTempFile::new().unwrap();
    distribution().run(&jar, "PreparedJob", [job.path()]).unwrap();
    (job, jar)
}

fn text(content: &str) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), content).unwrap();
    file
}

#[tokio::test]
async fn a_job_is_submitted_with_its_jar_and_its_file() {
    let flink = flink();
    let (job, jar) = prepared();
    let words = text("one\ntwo\nthree\n");
    let submit = flink.jobs().submit(job.path()).jars([&jar]).artifacts([("words", words.path())]);
    let id = submit.await.unwrap().job_id().unwrap();
    assert_eq!(flink.job(id).wait_until_finished().await.unwrap().state, JobStatus::Finished);

    // The id is in the job graph: Flink refuses it a second time, except after the job has ended (up to 1.14).
    let artifacts = json!([{"entryName": "words", "fileName": words.path()}]);
    let params = json!({"job": job.path(), "jars": [jar], "artifacts": artifacts});
    let again = flink.request_by_name("SubmitJob", params).await;
    if at_least("1.15") {
        let error = again.unwrap_err();
        assert!(matches!(&error, Error::Api(error) if error.condensed().contains("Duplicate")), "{error}");
    } else {
        assert_eq!(lossless::<JobSubmission>(&again.unwrap()).job_id().unwrap(), id);
    }
}

#[tokio::test]
async fn a_job_without_its_file_or_its_classes_fails() {
    let flink = flink();
    let ((job, jar), (other_job, _)) = (prepared(), prepared());
    for (params, reason) in [
        (json!({"job": job.path(), "jars": [jar]}), "/no/such/file"),
        (json!({"job": other_job.path()}), "PreparedJob$Word"),
    ] {
        let answer = flink.request_by_name("SubmitJob", params).await.unwrap();
        let id = lossless::<JobSubmission>(&answer).job_id().unwrap();
        let error = flink.job(id).wait_until_finished().await.unwrap_err();
        assert!(matches!(error, Error::JobEnded { state: JobStatus::Failed, .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_a_job_is_refused() {
    let error = flink().jobs().submit(text("no job").path()).await.unwrap_err();
    assert!(matches!(error, Error::Api(_)), "{error}");
}
