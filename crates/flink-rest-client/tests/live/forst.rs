//! Savepoints of jobs on ForSt (2.0+), a state backend that Flink does not include.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use flink_local::{Cluster, Flink};
use flink_rest_client::{
    Async, FlinkRestClient, JobStatus, TriggerId,
    jobs::{Job, savepoints::SavepointFormatType},
};
use serde_json::json;

use crate::support::{at_least, distribution, streaming_jar};

/// The version of ForSt's native library that Flink 2.3.0 depends on: a jar of 52 MB.
const NATIVE_LIBRARY: &str = "com.ververica:forstjni:0.1.8";

/// The jars of ForSt from Maven Central, cached in the build folder.
fn jars() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("forst");
    let backend = format!("org.apache.flink:flink-statebackend-forst:{}", distribution().version());
    [backend.as_str(), NATIVE_LIBRARY].map(|artifact| from_maven(artifact, &folder)).into()
}

fn from_maven(artifact: &str, folder: &Path) -> PathBuf {
    let (_, name) = artifact.split_once(':').unwrap();
    let jar = folder.join(format!("{}.jar", name.replace(':', "-")));
    if !jar.is_file() {
        let copied = Command::new("mvn")
            .args(["--quiet", "--batch-mode", "dependency:copy"])
            .args([format!("-Dartifact={artifact}"), format!("-DoutputDirectory={}", folder.display())])
            .output();
        let copied = copied.unwrap_or_else(|error| panic!("mvn: {error}"));
        assert!(copied.status.success() && jar.is_file(), "{artifact}: {copied:?}");
    }
    jar
}

/// A cluster of the Flink under test with the additional jars of ForSt.
fn cluster(home: &Path) -> Cluster {
    let lib = home.join("lib");
    fs::create_dir(&lib).unwrap();
    let own = fs::read_dir(distribution().home().join("lib")).unwrap().map(|jar| jar.unwrap().path());
    for jar in own.chain(jars()) {
        symlink(&jar, lib.join(jar.file_name().unwrap())).unwrap();
    }
    Flink::home(home).unwrap().slots(2).config("state.backend.type", "forst").start().unwrap()
}

async fn stateful(flink: &FlinkRestClient) -> Job<Async> {
    let run = flink.jars().upload_and_run(streaming_jar()).args(["--keyed-state", "5"]);
    let job = flink.job(run.await.unwrap().job_id);
    job.wait_until_running().await.unwrap();
    job
}

#[tokio::test]
async fn a_savepoint_of_a_job_on_forst_is_native() {
    if !at_least("2.3") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let cluster = cluster(home.path());
    let flink = FlinkRestClient::new(cluster.url()).unwrap();

    let job = stateful(&flink).await;
    job.savepoint().await.unwrap().wait().await.unwrap();
    let canonical = job.savepoint().format_type(SavepointFormatType::Canonical).await;
    assert!(canonical.unwrap_err().is_invalid_input());
    job.stop_with_savepoint().await.unwrap().wait().await.unwrap();
    assert_eq!(job.wait_until_finished().await.unwrap().state, JobStatus::Finished);

    // Also with a call by name, which Python uses. Flink's default format, canonical, would fail the job.
    let job = stateful(&flink).await;
    let answer = flink.request_by_name("TriggerSavepoint", json!({"job": job.id()})).await.unwrap();
    let id: TriggerId = answer.json().unwrap()["request-id"].as_str().unwrap().parse().unwrap();
    job.savepoint_status(id).wait().await.unwrap();
    assert_eq!(job.status().await.unwrap().status, JobStatus::Running);
}
