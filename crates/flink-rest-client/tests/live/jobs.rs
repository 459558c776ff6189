use std::time::Duration;

use flink_rest_client::{
    Error, ExecutionState, JobId, JobStatus,
    jobs::{
        JobIdsWithStatus, JobStatusInfo, JobsOverview,
        config::JobConfig,
        details::JobDetails,
        results::{JobAccumulators, JobExecutionResultResponse},
    },
};
use serde_json::json;

use crate::support::{at_least, finished, flink, lossless, streaming, submit};

#[tokio::test]
async fn jobs_are_listed_with_their_states() {
    let (flink, job) = (flink(), finished().await);
    let answer = flink.request_by_name("GetJobs", json!({})).await.unwrap();
    let listed =
        lossless::<JobIdsWithStatus>(&answer).jobs.into_iter().find(|entry| entry.id == job.id()).unwrap();
    assert_eq!(listed.status, JobStatus::Finished);

    let answer = flink.request_by_name("GetJobsOverview", json!({})).await.unwrap();
    let seen =
        lossless::<JobsOverview>(&answer).jobs.into_iter().find(|entry| entry.jid == job.id()).unwrap();
    assert_eq!(seen.state, JobStatus::Finished);
    assert!(seen.end_time.unwrap() >= seen.start_time);
    assert_eq!(seen.tasks["finished"], seen.tasks["total"]);
}

#[tokio::test]
async fn a_finished_job_has_a_result() {
    let (flink, job) = (flink(), finished().await);
    let id = json!({"job": job.id()});
    let details = lossless::<JobDetails>(&flink.request_by_name("GetJob", id.clone()).await.unwrap());
    assert_eq!((&details.state, details.name.as_str()), (&JobStatus::Finished, "Word count"));
    assert!(
        details.timestamps[&JobStatus::Finished].at.is_some()
            && details.timestamps[&JobStatus::Failed].at.is_none()
    );
    assert_eq!(
        details.status_counts[&ExecutionState::Finished],
        u32::try_from(details.vertices.len()).unwrap()
    );

    let counted =
        lossless::<JobAccumulators>(&flink.request_by_name("GetJobAccumulators", id.clone()).await.unwrap());
    let words =
        counted.user_task_accumulators.iter().find(|accumulator| accumulator.name == "words").unwrap();
    assert!(words.value.parse::<u64>().unwrap() > 0);
    let serialized = job.accumulators().include_serialized_value(true).await.unwrap();
    assert!(serialized.serialized_user_task_accumulators.contains_key("words"));

    let answer = flink.request_by_name("GetJobExecutionResult", id.clone()).await.unwrap();
    let result = lossless::<JobExecutionResultResponse>(&answer).job_execution_result.unwrap();
    assert_eq!(result.application_status, "SUCCEEDED");

    lossless::<JobConfig>(&flink.request_by_name("GetJobConfig", id.clone()).await.unwrap());
    let error = job.cancel().await.unwrap_err();
    assert_eq!(error.status().unwrap(), if at_least("1.15") { 409 } else { 404 }, "{error}");
}

#[tokio::test]
async fn a_running_job_is_shown_and_cancelled() {
    let (flink, job) = (flink(), streaming(&["--parallelism", "2"]).await);
    let id = json!({"job": job.id()});
    let details = lossless::<JobDetails>(&flink.request_by_name("GetJob", id.clone()).await.unwrap());
    assert_eq!(details.state, JobStatus::Running);
    assert!(details.end_time.is_none());
    let result = job.execution_result().await.unwrap();
    assert!(result.job_execution_result.is_none());
    if at_least("1.16") {
        let answer = flink.request_by_name("GetJobStatus", id).await.unwrap();
        assert_eq!(lossless::<JobStatusInfo>(&answer).status, JobStatus::Running);
    } else {
        assert!(matches!(job.status().await.unwrap_err(), Error::Unsupported { .. }));
    }

    job.cancel().await.unwrap();
    let error = job.wait_until_finished().await.unwrap_err();
    assert!(matches!(error, Error::JobEnded { state: JobStatus::Canceled, .. }), "{error}");
}

#[tokio::test]
async fn waiting_reports_a_failure_with_its_cause() {
    let job = submit(&["--fail-at", "3"]).await;
    let error = job.wait_until_finished().await.unwrap_err();
    let Error::JobEnded { state, root_cause, .. } = error else { panic!("{error}") };
    assert_eq!(state, JobStatus::Failed);
    assert_eq!(root_cause.unwrap(), "told so by --fail-at");
}

#[tokio::test]
async fn waiting_for_slots_that_never_come_ends_at_the_deadline() {
    let job = submit(&["--parallelism", "99"]).await;
    let error = job.wait_until_running().timeout(Duration::from_secs(2)).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn an_unknown_job() {
    let job = flink().job(JobId::from_bytes([7; 16]));
    assert!(job.details().await.unwrap_err().is_not_found());
    assert!(job.config().await.unwrap_err().is_not_found());
    assert!(job.cancel().await.unwrap_err().is_not_found());
    let error = job.wait_until_running().await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
}
