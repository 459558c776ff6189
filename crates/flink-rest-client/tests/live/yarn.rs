//! Two GETs for YARN's proxy, one of which cancels the job: available by name only.

use flink_rest_client::{Error, JobStatus};
use serde_json::json;

use crate::support::{flink, streaming};

#[tokio::test]
async fn one_cancels_and_one_is_refused() {
    let (flink, job) = (flink(), streaming(&[]).await);
    let error = flink.request_by_name("YarnStopJob", json!({"job": job.id()})).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 308, "{error}");
    flink.request_by_name("YarnCancelJob", json!({"job": job.id()})).await.unwrap();
    let error = job.wait_until_finished().await.unwrap_err();
    assert!(matches!(error, Error::JobEnded { state: JobStatus::Canceled, .. }), "{error}");
}
