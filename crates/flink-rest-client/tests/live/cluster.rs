use flink_rest_client::{
    blocking,
    cluster::{DashboardConfiguration, Overview},
};
use serde_json::json;

use crate::support::{cluster, distribution, flink, lossless};

#[tokio::test]
async fn the_overview_counts_taskmanagers_and_slots() {
    let flink = flink();
    let overview = flink.overview().await.unwrap();
    assert_eq!((overview.taskmanagers, overview.slots_total), (2, 16));
    assert_eq!(overview.flink_version.to_string(), distribution().version());
    lossless::<Overview>(&flink.request_by_name("GetOverview", json!({})).await.unwrap());
}

#[tokio::test]
async fn the_configuration_contains_the_release() {
    let flink = flink();
    let config = flink.config().await.unwrap();
    assert_eq!(config.flink_version.to_string(), distribution().version());
    assert!(config.features.web_submit);
    lossless::<DashboardConfiguration>(&flink.request_by_name("GetConfig", json!({})).await.unwrap());
}

#[test]
fn the_blocking_client_does_the_same() {
    let flink = blocking::FlinkRestClient::new(cluster().url()).unwrap();
    assert_eq!(flink.overview().send().unwrap().slots_total, 16);
    let answer = flink.request_by_name("GetOverview", json!({})).send().unwrap();
    assert_eq!(answer.json().unwrap()["slots-total"], 16);
}

#[test]
fn the_cluster_can_be_shut_down() {
    let own = flink_local::Flink::from(distribution().clone()).taskmanagers(0).start().unwrap();
    let flink = blocking::FlinkRestClient::new(own.url()).unwrap();
    flink.shutdown_cluster().send().unwrap();
    let gone = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while flink.overview().send().is_ok() {
        assert!(std::time::Instant::now() < gone, "the cluster still responds");
        std::thread::yield_now();
    }
}
