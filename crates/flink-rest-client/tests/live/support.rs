//! One cluster for the whole run, of the release in `FLINK_VERSION`, and jobs for the tests.
//!
//! Panics without a Flink: a live test never passes without one.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use flink_local::{Cluster, Distribution, Flink, Progress};
use flink_rest_client::{
    Answer, Async, Error, FlinkRestClient, FlinkVersion, JarId, JobStatus, jars::JarRun, jobs::Job,
};
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, OnceCell};

use crate::calls;

/// The Flink under test: `FLINK_VERSION`, else the newest.
pub(crate) fn distribution() -> &'static Distribution {
    static DISTRIBUTION: OnceLock<Distribution> = OnceLock::new();
    DISTRIBUTION.get_or_init(|| {
        let version = std::env::var("FLINK_VERSION").unwrap_or_else(|_| flink_local::NEWEST.into());
        Distribution::obtain(&version, Progress::Stderr).unwrap()
    })
}

/// The cluster of this run; it is stopped at the end, whatever the cause.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let flink = Flink::from(distribution().clone()).taskmanagers(2).slots(8);
        // After it, 5 minutes otherwise, a job that wants more slots than there are fails at once.
        flink.config("resourcemanager.standalone.start-up-time", "3600000").start().unwrap()
    })
}

/// Locked while a TaskManager is profiled: a process runs one profiler at a time and refuses another.
pub(crate) static PROFILER: Mutex<()> = Mutex::const_new(());

/// A client of that cluster. Each test has its own, because each has its own async runtime.
pub(crate) fn flink() -> FlinkRestClient {
    calls::record();
    FlinkRestClient::new(cluster().url()).unwrap()
}

/// Tells if the Flink under test is this release or a newer one.
pub(crate) fn at_least(release: &str) -> bool {
    let version: FlinkVersion = distribution().version().parse().unwrap();
    version >= release.parse().unwrap()
}

pub(crate) fn word_count_jar() -> PathBuf {
    static JAR: OnceLock<PathBuf> = OnceLock::new();
    JAR.get_or_init(|| flink_jobs::word_count(distribution()).unwrap()).clone()
}

pub(crate) fn streaming_jar() -> PathBuf {
    static JAR: OnceLock<PathBuf> = OnceLock::new();
    JAR.get_or_init(|| flink_jobs::streaming_job(distribution()).unwrap()).clone()
}

pub(crate) fn many_jobs_jar() -> PathBuf {
    static JAR: OnceLock<PathBuf> = OnceLock::new();
    JAR.get_or_init(|| flink_jobs::many_jobs(distribution()).unwrap()).clone()
}

/// Compiles the Java program of this name in this folder.
pub(crate) fn own_jar(name: &str) -> PathBuf {
    let source =
        flink_workspace::root().join("crates/flink-rest-client/tests/live").join(name).with_extension("java");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(distribution().version());
    distribution().compile(&[source], name, folder.join(name).with_extension("jar")).unwrap()
}

/// Submits the streaming job with these flags and does not wait.
pub(crate) async fn submit(flags: &[&str]) -> Job<Async> {
    flink().job(try_to_submit(flags).await.unwrap().job_id)
}

/// Submits the streaming job, which may be refused.
pub(crate) async fn try_to_submit(flags: &[&str]) -> Result<JarRun, Error> {
    static UPLOADED: OnceCell<JarId> = OnceCell::const_new();
    let flink = flink();
    let upload = || async { flink.jars().upload(streaming_jar()).await.unwrap().jar_id().unwrap() };
    let jar = UPLOADED.get_or_init(upload).await;
    // Up to 1.15, two main methods that start concurrently may share an environment, and so the job's id.
    static MAIN: Mutex<()> = Mutex::const_new(());
    let _alone = if at_least("1.16") { None } else { Some(MAIN.lock().await) };
    flink.jar(jar).run().args(flags.iter().copied()).await
}

/// The streaming job with these flags, with all tasks running. The caller cancels it.
pub(crate) async fn streaming(flags: &[&str]) -> Job<Async> {
    let job = submit(flags).await;
    job.wait_until_running().await.unwrap();
    job
}

/// A finished word count.
pub(crate) async fn finished() -> Job<Async> {
    static FINISHED: OnceCell<flink_rest_client::JobId> = OnceCell::const_new();
    let flink = flink();
    let run = || async {
        let run = flink.jars().upload_and_run(word_count_jar()).await.unwrap();
        let details = flink.job(run.job_id).wait_until_finished().await.unwrap();
        assert_eq!(details.state, JobStatus::Finished);
        run.job_id
    };
    let job = FINISHED.get_or_init(run).await;
    flink.job(*job)
}

/// Polls until the result is `Some`; Flink computes many values only on request.
pub(crate) async fn soon<T, F: Future<Output = Option<T>>>(
    within: Duration,
    mut ask: impl FnMut() -> F,
) -> T {
    let asked = async {
        loop {
            if let Some(value) = ask().await {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(within, asked).await.unwrap_or_else(|_| panic!("not within {within:?}"))
}

/// Decodes a response and asserts that the type loses nothing.
pub(crate) fn lossless<T: DeserializeOwned>(answer: &Answer) -> T {
    let name = answer.endpoint.name;
    let losses = answer.endpoint.losses(answer.body.clone()).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(losses.is_empty(), "{name}: {losses:#?}");
    answer.decode().unwrap()
}
