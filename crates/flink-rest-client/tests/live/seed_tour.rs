//! Runs the example on the cluster of this run.

#[allow(dead_code, reason = "its main function is not called")]
#[path = "../../examples/seed_tour.rs"]
mod example;

use crate::support::{cluster, flink, streaming_jar};

#[tokio::test]
async fn the_example_tour_runs() {
    let savepoints = cluster().folder().join("savepoints");
    let arguments = ["--keyed-state".to_owned(), "5".to_owned()];
    let jar = streaming_jar();
    example::tour(&flink(), &jar.to_string_lossy(), &arguments, &savepoints.to_string_lossy()).await.unwrap();
    assert!(savepoints.read_dir().unwrap().count() >= 2, "both savepoints exist");
}
