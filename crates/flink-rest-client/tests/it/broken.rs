//! Connections that break where no request sees it, and those that the caller gives up.

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
/// For what happens at once, on a machine that has other things to do.
const SOON: Duration = Duration::from_secs(20);

fn client(proxy: &Proxy) -> FlinkRestClient {
    FlinkRestClient::builder(proxy.url()).flink_version("2.3.0".parse().unwrap()).build().unwrap()
}

fn a_large_jar(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("a.jar");
    let mut file = File::create(&path).unwrap();
    file.write_all(b"PK\x03\x04").unwrap();
    // More than the system buffers of a connection.
    file.set_len(32 * 1024 * 1024).unwrap();
    path
}

/// Looks until it is so.
fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a server that closes a connection just then has seen the request cannot be known: what must not be done twice
/// is never sent over a connection that was kept open.
#[tokio::test]
async fn a_connection_that_was_closed_without_a_word_loses_nothing() {
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

/// Lets all go on that can: a connection is put back by a task of its own, and whoever asks again at once is faster.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn connections_are_kept_open_for_what_may_be_sent_twice() {
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

/// One call after the other, each given up in the middle.
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
