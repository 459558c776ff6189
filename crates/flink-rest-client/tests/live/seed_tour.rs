//! The example, as it stands, on the cluster of this run.

#[allow(dead_code, reason = "its main is for the command line")]
#[path = "../../examples/seed_tour.rs"]
mod example;

use crate::support::{cluster, flink, streaming_jar};

#[tokio::test]
async fn the_seeds_own_sequence() {
    let savepoints = cluster().folder().join("savepoints");
    let arguments = ["--keyed-state".to_owned(), "5".to_owned()];
    let jar = streaming_jar();
    example::tour(&flink(), &jar.to_string_lossy(), &arguments, &savepoints.to_string_lossy()).await.unwrap();
    assert!(savepoints.read_dir().unwrap().count() >= 2, "the savepoints are there");
}
