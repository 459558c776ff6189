//! Two JobManagers, of which the leader is killed during requests: jobs are found again, and nothing is submitted
//! twice.

use std::{path::Path, time::Duration};

use flink_local::{Cluster, Distribution, Flink, Progress};
use flink_rest_client::{Async, FlinkRestClient, JobId, JobStatus, Retry, jobs::Job};
use tokio::task::block_in_place;

use crate::{
    support::{at_least, distribution},
    zookeeper::ZooKeeper,
};

/// Session timeout after which ZooKeeper drops a leader.
const SESSION_TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout for a new leader that has recovered its jobs; usually much faster.
const TIMEOUT: Duration = Duration::from_secs(240);

/// The Flink under test; the newest one if its ZooKeeper cannot parse the addresses of Java 14 and newer.
fn flink_under_test() -> Distribution {
    match at_least("1.15") {
        true => distribution().clone(),
        false => Distribution::obtain(flink_local::NEWEST, Progress::Stderr).unwrap(),
    }
}

/// Starts one JobManager of the cluster, with this many TaskManagers.
fn start(flink: &Distribution, zookeeper: &ZooKeeper, storage: &Path, taskmanagers: usize) -> Cluster {
    Flink::from(flink.clone())
        .taskmanagers(taskmanagers)
        .slots(8)
        // The key up to 1.16, and the one since.
        .config("high-availability", "zookeeper")
        .config("high-availability.type", "zookeeper")
        .config("high-availability.cluster-id", "/flink-rest-client")
        .config("high-availability.storageDir", format!("file://{}", storage.display()))
        .config("high-availability.zookeeper.quorum", zookeeper.address())
        .config("high-availability.zookeeper.client.session-timeout", SESSION_TIMEOUT.as_millis().to_string())
        .start_timeout(TIMEOUT)
        .start()
        .unwrap()
}

/// Arguments of a job that runs until it is cancelled and survives slow checkpoints.
fn endless(name: &str) -> [String; 8] {
    let flags =
        ["--name", name, "--checkpoint-interval", "500", "--keyed-state", "5", "--restart-attempts", "1000"];
    flags.map(str::to_owned)
}

async fn is_one(flink: &FlinkRestClient, job: &Job<Async>, name: &str) {
    job.wait_until_running().timeout(TIMEOUT).await.unwrap();
    let jobs = flink.jobs().overview().await.unwrap().jobs;
    let named: Vec<JobId> = jobs.into_iter().filter(|job| job.name == name).map(|job| job.jid).collect();
    assert_eq!(named, [job.id()], "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leader_is_killed_and_its_successor_too() {
    let distribution = flink_under_test();
    let jar = flink_jobs::streaming_job(&distribution).unwrap();
    let storage = tempfile::tempdir().unwrap();
    let (zookeeper, mut first, mut second) = block_in_place(|| {
        let zookeeper = ZooKeeper::start(&distribution);
        let first = start(&distribution, &zookeeper, storage.path(), 1);
        let second = start(&distribution, &zookeeper, storage.path(), 0);
        (zookeeper, first, second)
    });
    let retry = Retry::default().max_retries(1000).max_backoff(Duration::from_millis(500));
    let flink = FlinkRestClient::builder(first.url())
        .or_address(second.url())
        .retry(retry)
        .timeout(TIMEOUT)
        .build()
        .unwrap();

    // The new leader restores the job and its jar from the high-availability store.
    let run = flink.jars().upload_and_run(&jar).args(endless("from before")).delete_jar().await.unwrap();
    let job = flink.job(run.job_id);
    job.wait_until_running().await.unwrap();
    let to_the_end = tokio::spawn(job.wait_until_finished().timeout(2 * TIMEOUT).into_future());
    let mut names = Vec::new();
    for round in ["first", "second"] {
        let underway = tokio::spawn(job.savepoint().into_future());
        let leader = if round == "first" { &mut first } else { &mut second };
        block_in_place(|| leader.kill_jobmanager()).unwrap();

        // The other JobManager gets requests before it knows that it is the leader.
        let name = format!("submitted to the new leader of round {round}");
        let run = flink.jars().upload_and_run(&jar).exactly_once().args(endless(&name)).await.unwrap();
        is_one(&flink, &flink.job(run.job_id), &name).await;
        is_one(&flink, &job, "from before").await;
        names.push((flink.job(run.job_id), name));

        // The operation was lost with the leader, or has completed.
        if let Err(error) = underway.await.unwrap().unwrap().wait().timeout(TIMEOUT).await {
            assert!(
                error.is_not_found() || matches!(error, flink_rest_client::Error::OperationFailed { .. }),
                "{error:?}"
            );
        }
        let savepoint = job.savepoint().await.unwrap().wait().timeout(TIMEOUT).await.unwrap();
        assert!(Path::new(savepoint.trim_start_matches("file:")).join("_metadata").is_file(), "{savepoint}");
        block_in_place(|| leader.restart_jobmanager()).unwrap();
    }
    for (job, name) in &names {
        is_one(&flink, job, name).await;
    }

    job.cancel().await.unwrap();
    let error = to_the_end.await.unwrap().unwrap_err();
    let is_cancelled =
        matches!(&error, flink_rest_client::Error::JobEnded { state: JobStatus::Canceled, .. });
    assert!(is_cancelled, "the wait outlived both: {error:?}");
    drop(zookeeper);
}
