//! A JobManager is killed during requests, and a new one knows nothing of them. Each call succeeds or reports its
//! outcome soon, and nothing runs twice.

use std::{
    fs::File,
    io::Write,
    slice,
    sync::{LazyLock, mpsc},
    time::Duration,
};

use flink_local::{Cluster, Flink};
use flink_rest_client::{Error, FlinkRestClient, JobId, Retry, Upload};
use tokio::{sync::Mutex, task::block_in_place};

use crate::{
    proxy::{Fault, Proxy},
    support::{at_least, distribution, soon, streaming_jar},
};

/// Locked by each test: they run one after the other.
static CLUSTER: LazyLock<Mutex<Cluster>> = LazyLock::new(|| {
    Mutex::new(Flink::from(distribution().clone()).slots(4).start_timeout(TIMEOUT).start().unwrap())
});

/// Timeout for a new JobManager; usually much faster.
const TIMEOUT: Duration = Duration::from_secs(240);

/// A client with long timeouts.
fn patient(url: &str) -> FlinkRestClient {
    let retry = Retry::default().max_retries(1000).max_backoff(Duration::from_millis(500));
    FlinkRestClient::builder(url).retry(retry).timeout(TIMEOUT).build().unwrap()
}

fn restart(cluster: &mut Cluster) {
    block_in_place(|| {
        cluster.kill_jobmanager().unwrap();
        cluster.restart_jobmanager().unwrap();
    });
}

/// A unique job name.
fn name() -> String {
    format!("job of {}", JobId::random())
}

async fn jobs_named(flink: &FlinkRestClient, name: &str) -> Vec<JobId> {
    let jobs = flink.jobs().overview().await.unwrap().jobs;
    jobs.into_iter().filter(|job| job.name == name).map(|job| job.jid).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_during_an_upload() {
    let mut cluster = CLUSTER.lock().await;
    let flink = patient(cluster.url());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.jar");
    let mut file = File::create(&path).unwrap();
    file.write_all(b"PK\x03\x04").unwrap();
    file.set_len(64 * 1024 * 1024).unwrap();

    let (half, is_half) = mpsc::channel();
    let (killed, is_killed) = mpsc::channel::<()>();
    let is_killed = std::sync::Mutex::new(is_killed);
    let jar = Upload::new(&path).on_progress(move |sent, _| {
        if sent > 32 * 1024 * 1024 && half.send(()).is_ok() {
            // An error means that it was killed long ago.
            let _ = is_killed.lock().unwrap().recv();
        }
    });
    let upload = tokio::spawn(flink.jars().upload(jar).into_future());
    block_in_place(|| {
        is_half.recv().unwrap();
        cluster.kill_jobmanager().unwrap();
        drop((is_half, killed));
        cluster.restart_jobmanager().unwrap();
    });
    let id = upload.await.unwrap().unwrap().jar_id().unwrap();
    let files = flink.jars().list().await.unwrap().files;
    let ours: Vec<_> =
        files.into_iter().filter(|file| file.name == "large.jar").map(|file| file.id).collect();
    assert_eq!(ours, slice::from_ref(&id), "a cut off upload leaves no jar");
    flink.jar(id).delete().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_during_a_submission() {
    let mut cluster = CLUSTER.lock().await;
    let proxy = Proxy::before(cluster.url(), || Fault::Nothing);
    let (flink, name) = (patient(&proxy.url()), name());
    let run = flink.jars().upload_and_run(streaming_jar()).exactly_once().args(["--name", &name]);
    // Up to 1.14 it is unknown whether a missing job will still appear.
    let run = if at_least("1.15") { run } else { run.timeout(Duration::from_secs(30)) };
    let run = tokio::spawn(run.into_future());
    soon(TIMEOUT, || async { proxy.arrived().iter().any(|request| request.ends_with("/run")).then_some(()) })
        .await;
    restart(&mut cluster);
    let there = match run.await.unwrap() {
        Ok(run) => {
            flink.job(run.job_id).wait_until_running().await.unwrap();
            assert_eq!(jobs_named(&flink, &name).await, [run.job_id]);
            vec![run.job_id]
        }
        Err(error) => {
            assert!(error.is_outcome_unknown() && !at_least("1.15"), "{error:?}");
            jobs_named(&flink, &name).await
        }
    };
    assert!(there.len() <= 1, "{there:?}");
    for job in there {
        flink.job(job).cancel().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_during_a_wait() {
    let mut cluster = CLUSTER.lock().await;
    let flink = patient(cluster.url());
    let run = flink.jars().upload_and_run(streaming_jar()).args(["--keyed-state", "5"]).await.unwrap();
    let job = flink.job(run.job_id);
    job.wait_until_running().await.unwrap();
    let (seen, is_seen) = mpsc::channel();
    let wait = job.wait_until_finished().on_state(move |_| _ = seen.send(()));
    let finished = tokio::spawn(wait.timeout(TIMEOUT).into_future());
    // The wait must have seen the job: it cannot miss an unknown one.
    block_in_place(|| is_seen.recv()).unwrap();
    let savepoint = job.savepoint().await.unwrap();
    let taken = tokio::spawn(savepoint.wait().timeout(TIMEOUT).into_future());
    restart(&mut cluster);
    let error = finished.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::JobGone { .. }), "{error:?}");
    // It may have completed before.
    if let Err(error) = taken.await.unwrap() {
        assert!(error.is_not_found(), "the savepoint is gone too: {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_a_savepoint() {
    let mut cluster = CLUSTER.lock().await;
    let flink = patient(cluster.url());
    let run = flink.jars().upload_and_run(streaming_jar()).args(["--keyed-state", "5"]).await.unwrap();
    let job = flink.job(run.job_id);
    job.wait_until_running().await.unwrap();
    block_in_place(|| cluster.kill_jobmanager()).unwrap();
    let savepoint = tokio::spawn(job.savepoint().into_future());
    block_in_place(|| cluster.restart_jobmanager()).unwrap();
    let error = savepoint.await.unwrap().unwrap().wait().await.unwrap_err();
    assert!(error.is_not_found(), "the job is gone: {error:?}");
}
