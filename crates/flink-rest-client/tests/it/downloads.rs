//! Streamed responses: to the caller, and into a file that is written completely or not at all.

use std::{
    fs,
    io::Read,
    sync::{Arc, Mutex},
    time::Duration,
};

use flink_rest_client::{Error, FlinkRestClient, TransportErrorKind, blocking, processes::ProfilingMode};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    fake::{Fake, Piece, Reply},
    server::Server,
};

const SECOND: Duration = Duration::from_secs(1);

/// A server whose log is cut off.
fn cut_off() -> Server {
    Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nHello, world")
}

fn files(folder: &TempDir) -> Vec<String> {
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_log_arrives_in_chunks() {
    let pieces = vec![Piece::Chunk(b"Hello, "), Piece::Pause(SECOND), Piece::Chunk(b"\xffworld")];
    let fake = Fake::new([Reply::Bytes(Some(13), pieces)]);
    let mut log = fake.client().jobmanager().log().stream().await.unwrap();
    assert_eq!(fake.asked(), ["GET /v1/jobmanager/log"]);
    assert_eq!((log.size(), log.received()), (Some(13), 0));
    assert_eq!(log.next_chunk().await.unwrap().unwrap(), "Hello, ");
    assert_eq!(log.next_chunk().await.unwrap().unwrap(), &b"\xffworld"[..]);
    assert_eq!(log.received(), 13);
    assert_eq!(log.next_chunk().await.unwrap(), None);
    assert_eq!(log.next_chunk().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn only_pauses_are_limited_in_time() {
    let steady = [Piece::Chunk(b"x"), Piece::Pause(9 * SECOND)].repeat(10);
    let fake = Fake::new([
        Reply::Bytes(Some(10), steady),
        Reply::Bytes(Some(10), vec![Piece::Chunk(b"x"), Piece::Pause(11 * SECOND), Piece::Chunk(b"x")]),
    ]);
    let log = || fake.client().jobmanager().log().timeout(10 * SECOND).stream();
    let mut steady = log().await.unwrap();
    while steady.next_chunk().await.unwrap().is_some() {}
    assert_eq!(steady.received(), 10);

    // A file uses the configured time limit.
    let folder = tempfile::tempdir().unwrap();
    let slow = [Piece::Chunk(b"x"), Piece::Pause(9 * SECOND)].repeat(10);
    let save =
        Fake::new([Reply::Bytes(Some(10), slow)]).client().jobmanager().log().save(folder.path().join("log"));
    let started = tokio::time::Instant::now();
    assert!(save.timeout(20 * SECOND).await.unwrap_err().is_timeout());
    assert_eq!((started.elapsed().as_secs(), files(&folder).len()), (20, 0));

    let mut stalled = log().await.unwrap();
    stalled.next_chunk().await.unwrap().unwrap();
    let error = stalled.next_chunk().await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.to_string(), "GetJobManagerLog at http://fake after 1 bytes took longer than 10s");
    assert_eq!(stalled.next_chunk().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn the_clients_deadline_limits_the_whole_download() {
    let slow = [Piece::Chunk(b"x"), Piece::Pause(9 * SECOND)].repeat(10);
    let client = Fake::new([Reply::Bytes(Some(10), slow)]).builder("2.3.0");
    let started = tokio::time::Instant::now();
    let client = client.deadline(started.into_std(), 20 * SECOND).build().unwrap();
    let mut log = client.jobmanager().log().stream().await.unwrap();
    for _ in 0..3 {
        assert!(log.next_chunk().await.unwrap().is_some());
    }
    let late = log.next_chunk().await.unwrap_err();
    assert_eq!(late.to_string(), "GetJobManagerLog at http://fake after 3 bytes took longer than 20s");
    assert_eq!(started.elapsed().as_secs(), 20);
}

#[tokio::test]
async fn the_start_is_limited_in_time() {
    let server = Server::silent();
    let flink = FlinkRestClient::new(server.url()).unwrap();
    let log = flink.jobmanager().log().stream().timeout(Duration::from_millis(300)).await;
    assert!(log.unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_cut_off_download_is_an_error() {
    let server = cut_off();
    let flink = FlinkRestClient::new(server.url()).unwrap();
    let scripts = [vec![Piece::Chunk(b"Hello, world")], vec![Piece::Chunk(b"Hello, world"), Piece::Lost]];
    let fakes = scripts.map(|pieces| Fake::new([Reply::Bytes(Some(20), pieces)]).client());
    for flink in fakes.iter().chain([&flink]) {
        let mut log = flink.jobmanager().log().stream().await.unwrap();
        assert_eq!(log.next_chunk().await.unwrap().unwrap(), "Hello, world");
        let error = log.next_chunk().await.unwrap_err();
        assert!(matches!(error, Error::Transport { kind: TransportErrorKind::Interrupted, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn the_size_limit_does_not_apply_to_streams() {
    let server = Server::http("200 OK", "", "Hello, world");
    let flink = FlinkRestClient::builder(server.url()).max_answer_bytes(5).build().unwrap();
    assert!(matches!(flink.jobmanager().log().await.unwrap_err(), Error::TooLarge { .. }));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(flink.jobmanager().log().save(folder.path().join("log")).await.unwrap(), 12);
}

#[tokio::test]
async fn a_file_is_replaced_when_the_new_one_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    fs::write(&path, "before").unwrap();

    let server = cut_off();
    let flink = FlinkRestClient::new(server.url()).unwrap();
    let error = flink.jobmanager().log().save(&path).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert_eq!((files(&folder), fs::read(&path).unwrap()), (vec!["log".into()], b"before".into()));

    let chunks = vec![Piece::Chunk(b"Hello, "), Piece::Chunk(b"\xffworld")];
    let flink = Fake::new([Reply::Bytes(Some(13), chunks)]).client();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let progress = seen.clone();
    let save = flink.jobmanager().log().save(&path);
    let size = save.on_progress(move |done, size| progress.lock().unwrap().push((done, size))).await.unwrap();
    assert_eq!(size, 13);
    assert_eq!(*seen.lock().unwrap(), [(7, Some(13)), (13, Some(13))]);
    assert_eq!((files(&folder), fs::read(&path).unwrap()), (vec!["log".into()], b"Hello, \xffworld".into()));
}

#[tokio::test]
async fn a_failed_download_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let missing =
        Fake::new([Reply::Json(404, json!({"errors": ["This file does not exist in JobManager log dir."]}))]);
    let error = missing.client().jobmanager().log().save(folder.path().join("log")).await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");

    // It writes, then waits for more when it is dropped.
    let stalling = Fake::new([Reply::Bytes(None, vec![Piece::Chunk(b"Hello"), Piece::Pause(Duration::MAX)])]);
    let written = Arc::new(tokio::sync::Notify::new());
    let progress = written.clone();
    let save = stalling.client().jobmanager().log().save(folder.path().join("log"));
    let mut save = save.on_progress(move |_, _| progress.notify_one()).timeout(Duration::MAX).into_future();
    tokio::select! {
        saved = &mut save => panic!("{saved:?}"),
        () = written.notified() => assert_eq!(files(&folder).len(), 1),
    }
    drop(save);
    assert_eq!(files(&folder), [""; 0]);
}

#[tokio::test]
async fn an_unwritable_path_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::new([Reply::Lost(TransportErrorKind::Connect)]);
    let cases = [
        (folder.path().to_owned(), "it is a folder"),
        (folder.path().join(".."), "it has no file name"),
        (folder.path().join("missing/log"), "No such file or directory (os error 2)"),
    ];
    for (path, reason) in cases {
        let error = fake.client().jobmanager().log().save(&path).await.unwrap_err();
        assert_eq!(error.to_string(), format!("{}: {reason}", path.display()));
        assert!(error.is_invalid_input());
    }
    assert_eq!(fake.asked(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_profile_is_saved_once_it_is_complete() {
    let run = json!({
        "status": "FINISHED", "mode": "ITIMER", "triggerTime": 1, "finishedTime": 2, "duration": 1,
        "message": null, "outputFile": "profile.html", "profilingMode": "ITIMER",
    });
    let fake = Fake::new([
        Reply::Json(200, run.clone()),
        Reply::Json(200, json!({"profilingList": [run]})),
        Reply::Bytes(None, vec![Piece::Chunk(b"<html>")]),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let profile = fake.client().jobmanager().profile(ProfilingMode::Itimer, SECOND);
    assert_eq!(profile.save(folder.path().join("profile.html")).await.unwrap(), 6);
    assert_eq!(fake.asked()[2], "GET /v1/jobmanager/profiler/profile.html");
    assert_eq!(fs::read(folder.path().join("profile.html")).unwrap(), b"<html>");
}

#[test]
fn blocking_code_reads_and_iterates() {
    let server = Server::http("200 OK", "", "Hello, world");
    let flink = blocking::FlinkRestClient::new(server.url()).unwrap();
    let mut log = flink.jobmanager().log().stream().send().unwrap();
    let mut start = [0; 5];
    log.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"Hello");
    let rest: Vec<_> = log.map(Result::unwrap).collect();
    assert_eq!(rest.concat(), b", world");

    let server = cut_off();
    let flink = blocking::FlinkRestClient::new(server.url()).unwrap();
    let mut text = String::new();
    let error = flink.jobmanager().log().stream().send().unwrap().read_to_string(&mut text).unwrap_err();
    assert!(error.to_string().contains("lost the connection"), "{error}");
}
