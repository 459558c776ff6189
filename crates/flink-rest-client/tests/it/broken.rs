//! Connections that break while idle, and calls that the caller drops.

use std::{
    fs::File,
    io::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

use flink_rest_client::{
    Action, Async, Call, Error, FlinkRestClient, JarId, JobId, Retry, TransportErrorKind, blocking,
    jobs::savepoints::SavepointFormatType,
};

use crate::{
    proxy::{End, Fault, Proxy, Stage},
    upstream::Upstream,
};

const JOB: JobId = JobId::from_bytes([7; 16]);
/// Timeout for things that usually happen at once; generous, for a busy machine.
const TIMEOUT: Duration = Duration::from_secs(20);

fn client(proxy: &Proxy) -> FlinkRestClient {
    FlinkRestClient::builder(proxy.url()).flink_version("2.3.0".parse().unwrap()).build().unwrap()
}

fn a_large_jar(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("a.jar");
    let mut file = File::create(&path).unwrap();
    file.write_all(b"PK\x03\x04").unwrap();
    // More than the system buffers of a connection hold.
    file.set_len(32 * 1024 * 1024).unwrap();
    path
}

/// Polls until the condition holds.
fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// If a server closes a kept-open connection, the client cannot know if it has seen the request. Therefore a request
/// that must not be repeated gets a new connection.
#[tokio::test]
async fn a_silently_closed_connection_loses_nothing() {
    let upstream = Upstream::start();
    let proxy = Proxy::before(&upstream.url(), || Fault::Cut(Stage::Answered, End::Close));
    let flink = client(&proxy);
    let job = flink.job(JOB);
    for round in 1..=100 {
        flink.jobs().list().await.unwrap();
        flink.dispose_savepoint("/s").await.unwrap();
        job.savepoint().format_type(SavepointFormatType::Native).await.unwrap();
        assert_eq!(upstream.done().len(), 2 * round);
    }
}

/// Lets other tasks finish: one of them returns a connection to the pool, and an immediate request would come too
/// early.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn connections_are_reused_for_repeatable_requests() {
    let upstream = Upstream::start();
    let proxy = Proxy::before(&upstream.url(), || Fault::Nothing);
    let flink = client(&proxy);
    for _ in 0..10 {
        flink.jobs().list().await.unwrap();
        settle().await;
    }
    assert_eq!(proxy.connections().0, 1, "one for 10 requests");
    flink.dispose_savepoint("/s").await.unwrap();
    settle().await;
    assert_eq!(proxy.connections().0, 2);
    eventually("that one is closed", || proxy.connections().1 == 1);
}

#[tokio::test]
async fn an_upload_that_breaks_before_its_end_was_not_carried_out() {
    let folder = tempfile::tempdir().unwrap();
    let jar = a_large_jar(&folder);
    for (stage, end) in [(Stage::Middle, End::Reset), (Stage::Middle, End::Close), (Stage::Begun, End::Reset)]
    {
        let upstream = Upstream::start();
        let proxy = Proxy::before(&upstream.url(), move || Fault::Cut(stage, end));
        let error = client(&proxy).jars().upload(&jar).retry(Retry::never()).await.unwrap_err();
        let Error::Transport { kind, .. } = error else { panic!("{stage:?}, {end:?}: {error:?}") };
        assert_eq!(kind, TransportErrorKind::Incomplete);
    }
}

/// Makes two calls, each dropped in the middle.
async fn drop_in_the_middle<A: Action + 'static>(call: Call<Async, A>, stage: Stage, proxy: &Proxy) {
    let (made, _) = proxy.connections();
    let call = tokio::spawn(call.into_future());
    eventually("it is sent", || proxy.connections() == (made + 1, 1));
    eventually("it is on its way", || stage < Stage::Forwarded || !proxy.arrived().is_empty());
    call.abort();
    eventually("its connection is closed", || proxy.connections() == (made + 1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_call_that_is_dropped_closes_its_connection() {
    let folder = tempfile::tempdir().unwrap();
    let jar = a_large_jar(&folder);
    for stage in [Stage::Connected, Stage::Middle, Stage::Done, Stage::Body] {
        let upstream = Upstream::start();
        let proxy = Proxy::before(&upstream.url(), move || Fault::Cut(stage, End::Stall));
        let flink = client(&proxy);
        drop_in_the_middle(flink.jobmanager().log(), stage, &proxy).await;
        drop_in_the_middle(flink.job(JOB).cancel(), stage, &proxy).await;
        drop_in_the_middle(flink.jar("a.jar".parse::<JarId>().unwrap()).run().exactly_once(), stage, &proxy)
            .await;
        drop_in_the_middle(flink.jars().upload_and_run(&jar), stage, &proxy).await;
    }
}

#[test]
fn a_blocking_call_that_takes_too_long_closes_its_connection() {
    let upstream = Upstream::start();
    let proxy = Proxy::before(&upstream.url(), || Fault::Cut(Stage::Done, End::Stall));
    let flink = blocking::FlinkRestClient::new(proxy.url()).unwrap();
    let error = flink.jobs().list().timeout(Duration::from_millis(300)).send().unwrap_err();
    assert!(error.is_timeout(), "{error}");
    eventually("its connection is closed", || proxy.connections() == (1, 0));
}
