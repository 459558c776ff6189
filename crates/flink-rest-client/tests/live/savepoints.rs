use std::{path::Path, time::Duration};

use flink_rest_client::{
    Error, JobId, JobStatus, Progress, TriggerId,
    jars::ClaimMode,
    jobs::savepoints::{SavepointFormatType, SavepointInfo},
    operation::{AsynchronousOperation, Done},
};
use serde_json::json;

use crate::support::{at_least, cluster, flink, lossless, soon, streaming, streaming_jar};

fn is_there(savepoint: &str) -> bool {
    Path::new(savepoint.trim_start_matches("file:")).join("_metadata").is_file()
}

#[tokio::test]
async fn a_savepoint_is_taken_restored_and_disposed_of() {
    let flink = flink();
    let job = streaming(&["--keyed-state", "5"]).await;
    let operation = job.savepoint().await.unwrap();
    let savepoint = operation.wait().await.unwrap();
    assert!(is_there(&savepoint), "{savepoint}");
    assert_eq!(operation.status().await.unwrap(), Progress::Completed(savepoint.clone()));
    assert_eq!(job.savepoint_status(operation.id()).wait().await.unwrap(), savepoint);
    let params = json!({"job": job.id(), "trigger": operation.id()});
    let answer = flink.request_by_name("GetSavepoint", params).await.unwrap();
    lossless::<AsynchronousOperation<SavepointInfo>>(&answer);
    job.cancel().await.unwrap();

    let run =
        flink.jars().upload_and_run(streaming_jar()).args(["--keyed-state", "5"]).savepoint_path(&savepoint);
    let restored = flink.job(run.await.unwrap().job_id);
    restored.wait_until_running().await.unwrap();
    assert_eq!(restored.checkpoints().statistics().await.unwrap().counts.restored, 1);
    restored.cancel().await.unwrap();

    let disposal = flink.dispose_savepoint(&savepoint).await.unwrap();
    disposal.wait().await.unwrap();
    assert!(!is_there(&savepoint), "{savepoint}");
    let answer =
        flink.request_by_name("GetSavepointDisposal", json!({"trigger": disposal.id()})).await.unwrap();
    lossless::<AsynchronousOperation<Done>>(&answer);
    let error = flink.dispose_savepoint(&savepoint).await.unwrap().wait().await.unwrap_err();
    assert!(matches!(error, Error::OperationFailed { .. }), "{error}");
}

#[tokio::test]
async fn a_job_is_stopped_with_a_savepoint() {
    let job = streaming(&["--keyed-state", "5"]).await;
    let folder = cluster().folder().join("stopped");
    let stop = job.stop_with_savepoint().target_directory(folder.to_string_lossy()).drain(true);
    let savepoint = stop.await.unwrap().wait().await.unwrap();
    assert!(savepoint.contains("/stopped/") && is_there(&savepoint), "{savepoint}");
    assert_eq!(job.wait_until_finished().await.unwrap().state, JobStatus::Finished);
    let unknown = flink().job(JobId::from_bytes([7; 16])).savepoint().await.unwrap();
    let error = unknown.wait().await.unwrap_err();
    assert!(matches!(error, Error::OperationFailed { .. }) && error.is_not_found(), "{error}");
}

#[tokio::test]
async fn a_savepoint_that_cannot_be_written_is_an_error() {
    let flink = flink();
    let job = streaming(&[]).await;
    let operation = job.savepoint().target_directory("nowhere://at/all").await.unwrap();
    let error = operation.wait().await.unwrap_err();
    assert!(matches!(error, Error::OperationFailed { .. }), "{error}");
    assert!(!error.root_cause().is_empty() && !error.to_string().contains('\n'), "{error}");
    let params = json!({"job": job.id(), "trigger": operation.id()});
    let answer = flink.request_by_name("GetSavepoint", params).await.unwrap();
    assert!(
        lossless::<AsynchronousOperation<SavepointInfo>>(&answer).operation.unwrap().failure_cause.is_some()
    );

    let unknown: TriggerId = "0123456789abcdef0123456789abcdef".parse().unwrap();
    assert!(job.savepoint_status(unknown).status().await.unwrap_err().is_not_found());
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn a_repeated_trigger_id_starts_no_second_savepoint() {
    let job = streaming(&[]).await;
    let id: TriggerId = "abababababababababababababababab".parse().unwrap();
    let trigger = || job.savepoint().trigger_id(id).format_type(SavepointFormatType::Canonical);
    if at_least("1.15") {
        let savepoint = trigger().await.unwrap().wait().await.unwrap();
        assert_eq!(trigger().await.unwrap().wait().await.unwrap(), savepoint);
    } else {
        assert!(matches!(trigger().await.unwrap_err(), Error::Unsupported { .. }));
    }
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn a_claimed_savepoint_is_deleted_by_the_next_checkpoints() {
    let (flink, flags) = (flink(), ["--keyed-state", "5", "--checkpoint-interval", "200"]);
    let job = streaming(&flags).await;
    let savepoint = job.stop_with_savepoint().await.unwrap().wait().await.unwrap();
    let run = flink.jars().upload_and_run(streaming_jar()).args(flags);
    let run = run.savepoint_path(&savepoint).claim_mode(ClaimMode::Claim).await;
    if at_least("1.15") {
        let job = flink.job(run.unwrap().job_id);
        soon(Duration::from_secs(60), async || (!is_there(&savepoint)).then_some(())).await;
        job.cancel().await.unwrap();
    } else {
        assert!(matches!(run.unwrap_err(), Error::Unsupported { .. }));
    }
}
