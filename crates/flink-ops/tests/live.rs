//! The functions of this crate, and its examples, on a real Flink of the release in `FLINK_VERSION` (1.18+).

use std::{path::PathBuf, sync::OnceLock, time::Duration};

use flink_local::{Cluster, Distribution, Flink, Progress};
use flink_ops::{Goal, Measurement, Obstacle};
use flink_rest_client::{FlinkRestClient, JobId, JobStatus};
use tokio::time::timeout;

#[expect(dead_code, reason = "its main function")]
#[path = "../examples/autoscaler.rs"]
mod autoscaler;
#[expect(dead_code, reason = "its main function")]
#[path = "../examples/deployer.rs"]
mod deployer;
#[expect(dead_code, reason = "its main function")]
#[path = "../examples/monitor.rs"]
mod monitor;

fn distribution() -> &'static Distribution {
    static DISTRIBUTION: OnceLock<Distribution> = OnceLock::new();
    DISTRIBUTION.get_or_init(|| {
        let version = std::env::var("FLINK_VERSION").unwrap_or_else(|_| flink_local::NEWEST.into());
        Distribution::obtain(&version, Progress::Stderr).unwrap()
    })
}

/// The cluster of this run; it is stopped when the run ends, however it does.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Flink::from(distribution().clone()).slots(8).start().unwrap())
}

fn flink() -> FlinkRestClient {
    FlinkRestClient::new(cluster().url()).unwrap()
}

fn jar() -> PathBuf {
    static JAR: OnceLock<PathBuf> = OnceLock::new();
    JAR.get_or_init(|| flink_jobs::streaming_job(distribution()).unwrap()).clone()
}

async fn submit(flink: &FlinkRestClient, flags: &[&str]) -> JobId {
    let run = flink.jars().upload_and_run(jar()).args(flags.iter().copied()).parallelism(1);
    run.await.unwrap().job_id
}

async fn running(flink: &FlinkRestClient, flags: &[&str]) -> JobId {
    let job = submit(flink, flags).await;
    flink_ops::wait(flink, job, Goal::Running).await.unwrap();
    job
}

#[tokio::test]
async fn a_job_that_fails_again_and_again_has_an_obstacle() {
    let flags = ["--no-chaining", "--fail-at", "1", "--fail-times", "1000", "--restart-attempts", "1000"];
    let flink = flink();
    let job = submit(&flink, &flags).await;
    let seen = async {
        loop {
            if let Some(obstacle) = flink_ops::obstacle(&flink, job).await.unwrap() {
                return obstacle;
            }
            tokio::task::yield_now().await;
        }
    };
    let Obstacle::Failing { failure, .. } = timeout(Duration::from_secs(60), seen).await.unwrap() else {
        panic!("there are slots")
    };
    assert!(failure.task.as_deref().is_some_and(|task| task.starts_with("Fail")), "{failure:?}");
    let failures = flink_ops::failures(&flink, job).await.unwrap();
    assert_eq!(failures.len(), 1, "they have one reason: {failures:#?}");
    assert_eq!(flink_ops::cancel(&flink, job).await.unwrap(), JobStatus::Canceled);
}

#[tokio::test]
async fn the_monitor_shows_the_load_of_jobs_and_the_autoscaler_gives_them_more() {
    // Only the adaptive scheduler rescales jobs.
    let own = Flink::from(distribution().clone()).slots(4).config("jobmanager.scheduler", "adaptive");
    let cooldown = "jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling";
    let own = own.config(cooldown, "1 s").start().unwrap();
    let flink = FlinkRestClient::new(own.url()).unwrap();
    let flags = ["--name", "Slow", "--no-chaining", "--slow", "20", "--rate", "1000"];
    let job = running(&flink, &flags).await;
    let lines = monitor::report(&flink).await.unwrap();
    assert!(lines.iter().any(|line| line == "Slow is RUNNING"), "{lines:#?}");
    assert!(lines.iter().any(|line| line.starts_with("  End: ")), "{lines:#?}");

    let placement = flink_ops::placement(&flink, job).await.unwrap();
    let taskmanagers: Vec<_> = flink
        .taskmanagers()
        .list()
        .await
        .unwrap()
        .taskmanagers
        .into_iter()
        .map(|one| one.id.to_string())
        .collect();
    let placed: Vec<_> = placement.vertices.iter().flat_map(|vertex| &vertex.subtasks).collect();
    assert!(!placed.is_empty());
    for subtask in placed {
        assert!(taskmanagers.contains(subtask.taskmanager.as_ref().unwrap()), "{subtask:?}");
    }

    let scaled = async {
        loop {
            if let Some(parallelism) = autoscaler::step(&flink, job, 2).await.unwrap() {
                return parallelism;
            }
            // Flink measures every 5 seconds.
            let load = flink_ops::load(&flink, job).await.unwrap();
            assert!(load.vertices.iter().all(|vertex| vertex.measurement != Measurement::Unread), "{load:?}");
        }
    };
    assert_eq!(timeout(Duration::from_secs(120), scaled).await.unwrap(), 2);
    flink_ops::cancel(&flink, job).await.unwrap();
}

#[tokio::test]
async fn the_deployer_replaces_a_job_or_lets_the_old_one_run_again() {
    let (flink, folder) = (flink(), tempfile::tempdir().unwrap());
    let old = running(&flink, &[]).await;
    let savepoints = format!("file://{}", folder.path().display());
    let mut deployment = deployer::Deployment { old: jar(), new: jar(), savepoints };
    let new = deployment.run(&flink, old).await.unwrap();
    flink_ops::wait(&flink, old, Goal::Finished).await.unwrap();

    deployment.new = folder.path().join("broken.jar");
    std::fs::write(&deployment.new, "not a jar").unwrap();
    let error = deployment.run(&flink, new).await.unwrap_err().to_string();
    let again =
        error.strip_prefix("the old version runs again, as job ").unwrap_or_else(|| panic!("{error}"));
    let again: JobId = again[..32].parse().unwrap();
    flink_ops::wait(&flink, again, Goal::Running).await.unwrap();
    flink_ops::cancel(&flink, again).await.unwrap();
}
