use std::time::Duration;

use flink_rest_client::{
    DatasetId, Progress, TriggerId,
    datasets::DatasetList,
    operation::{AsynchronousOperation, Done, QueueState, Triggered},
};
use serde_json::json;

use crate::support::{at_least, flink, lossless, own_jar, soon};

/// Timeout for a few heartbeats.
const TIMEOUT: Duration = Duration::from_secs(60);

const NO_DATASET: DatasetId = DatasetId::from_bytes([0xff; 16]);
const NO_DELETION: TriggerId = TriggerId::from_bytes([0xff; 16]);

/// Runs a job that leaves exactly one dataset.
async fn dataset() -> DatasetId {
    let flink = flink();
    let run = flink.jars().upload_and_run(own_jar("CachedDataset")).await.unwrap();
    flink.job(run.job_id).wait_until_finished().await.unwrap();
    // The JobManager learns of each part with a heartbeat of its TaskManager.
    soon(TIMEOUT, async || match flink.datasets().list().await.unwrap().datasets.as_slice() {
        [dataset] if dataset.is_complete => Some(dataset.id),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_dataset_is_listed_and_deleted() {
    let flink = flink();
    if !at_least("1.16") {
        // No job leaves a dataset. The deletion of a missing dataset never ends.
        let listed = flink.request_by_name("GetDatasets", json!({})).await.unwrap();
        assert!(lossless::<DatasetList>(&listed).datasets.is_empty());
        let deletion = flink.datasets().delete(NO_DATASET).await.unwrap();
        assert_eq!(deletion.status().await.unwrap(), Progress::InProgress);
        assert!(deletion.wait().timeout(Duration::from_secs(1)).await.unwrap_err().is_timeout());
        return;
    }
    let id = dataset().await;
    let listed = flink.request_by_name("GetDatasets", json!({})).await.unwrap();
    assert_eq!(lossless::<DatasetList>(&listed).datasets[0].id, id);

    let answer = flink.request_by_name("DeleteDataset", json!({"dataset": id})).await.unwrap();
    let trigger = lossless::<Triggered>(&answer).request_id;
    flink.datasets().deletion(trigger).wait().await.unwrap();
    let answer = flink.request_by_name("GetDatasetDeletion", json!({"trigger": trigger})).await.unwrap();
    let status = lossless::<AsynchronousOperation<Done>>(&answer);
    assert_eq!(status.status.id, QueueState::Completed);
    // A late heartbeat may still report it.
    soon(TIMEOUT, async || flink.datasets().list().await.unwrap().datasets.is_empty().then_some(())).await;

    flink.datasets().delete(NO_DATASET).await.unwrap().wait().await.unwrap();
}

#[tokio::test]
async fn an_unknown_deletion_is_not_found() {
    let error = flink().datasets().deletion(NO_DELETION).status().await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    let error = flink().request_by_name("DeleteDataset", json!({"dataset": "numbers"})).await.unwrap_err();
    assert!(error.is_invalid_input(), "{error}");
}
