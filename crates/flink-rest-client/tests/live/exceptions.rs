use flink_rest_client::{
    JobId,
    jobs::{exceptions::JobExceptions, plan::JobPlanInfo},
};
use serde_json::json;

use crate::support::{finished, flink, lossless, streaming, submit};

#[tokio::test]
async fn a_failed_job_reports_its_cause() {
    let flink = flink();
    let job = submit(&["--fail-at", "3"]).await;
    job.wait_until_finished().await.unwrap_err();
    let answer = flink.request_by_name("GetJobExceptions", json!({"job": job.id()})).await.unwrap();
    let exceptions = lossless::<JobExceptions>(&answer);
    assert_eq!(exceptions.root_cause(), Some("told so by --fail-at"));
}

#[tokio::test]
async fn survived_failures_are_in_the_history() {
    let flink = flink();
    let flags = ["--fail-at", "3", "--fail-times", "2", "--records", "10", "--restart-delay", "100"];
    let job = submit(&flags).await;
    job.wait_until_finished().await.unwrap();
    let answer = flink
        .request_by_name("GetJobExceptions", json!({"job": job.id(), "max_exceptions": 1}))
        .await
        .unwrap();
    let newest = lossless::<JobExceptions>(&answer);
    assert!(newest.exception_history.entries.len() == 1 && newest.exception_history.truncated);
    let all = job.exceptions().await.unwrap();
    assert_eq!(all.exception_history.entries.len(), 2);
    let latest = all.latest().unwrap();
    assert_eq!(latest.exception_name, "java.lang.RuntimeException");
    assert!(latest.task_name.as_deref().unwrap().contains("Fail") && latest.endpoint().is_some());
}

#[tokio::test]
async fn a_job_without_failures() {
    let job = finished().await;
    let answer = flink().request_by_name("GetJobExceptions", json!({"job": job.id()})).await.unwrap();
    let exceptions = lossless::<JobExceptions>(&answer);
    assert!(exceptions.latest().is_none() && exceptions.root_cause().is_none());
    assert!(flink().job(JobId::from_bytes([7; 16])).exceptions().await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn the_plan_is_that_of_the_details() {
    let job = streaming(&["--no-chaining", "--chain", "2"]).await;
    let answer = flink().request_by_name("GetJobPlan", json!({"job": job.id()})).await.unwrap();
    let plan = lossless::<JobPlanInfo>(&answer).plan;
    assert_eq!(plan.nodes.len(), job.vertex_ids().await.unwrap().len());
    job.cancel().await.unwrap();
}
