//! What streams, on a real cluster: logs, profiles and jars.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Write,
    time::Duration,
};

use flink_rest_client::{Error, FlinkRestClient, LogFileName, Timestamp, Upload, processes::ProfilingMode};
use tokio::time::timeout;

use crate::support::{at_least, cluster, flink, word_count_jar};

async fn count_words(flink: &FlinkRestClient) {
    let run = flink.jars().upload_and_run(word_count_jar()).await.unwrap();
    flink.job(run.job_id).wait_until_finished().await.unwrap();
}

#[tokio::test]
async fn lines_have_their_times() {
    let started = Timestamp::now();
    let mut lines = flink().follow_logs().last(0).lines();
    let words = flink();
    let read = async {
        let mut processes = BTreeSet::new();
        while processes.len() < 2 {
            let line = lines.next().await.unwrap().unwrap();
            let (time, minute) = (line.time.unwrap(), Duration::from_secs(60));
            assert!(time > started - minute && time < Timestamp::now() + minute, "{line:?}");
            processes.insert(line.process);
        }
    };
    // Other tests write as well, but not before this begins, or not at all.
    tokio::join!(timeout(Duration::from_secs(60), read), count_words(&words)).0.unwrap();
}

#[tokio::test]
async fn a_large_file_is_saved() {
    const SIZE: u64 = 300 << 20;
    let logs = cluster().folder().join("logs/jobmanager");
    let (file, folder) = (logs.join("large.txt"), tempfile::tempdir().unwrap());
    let written = File::create(&file).unwrap();
    written.set_len(SIZE - 4).unwrap();
    let end = File::options().append(true).open(&file).unwrap();
    (&end).write_all(b"end\n").unwrap();
    let saved = folder.path().join("saved");
    let large = || flink().jobmanager().log_file("large.txt".parse::<LogFileName>().unwrap());
    let before = peak_memory();
    let size = large().save(&saved).on_progress(move |_, _| (&end).write_all(b"more\n").unwrap()).await;
    assert_eq!((size.unwrap(), saved.metadata().unwrap().len()), (SIZE, SIZE), "what grows is as it was");
    // Other tests run at the same time, and take less than this file would.
    let grown = peak_memory().saturating_sub(before);
    assert!(grown < SIZE / 2, "{} MB", grown >> 20);

    let mut stream = large().stream().await.unwrap();
    stream.next_chunk().await.unwrap().unwrap();
    written.set_len(1000).unwrap();
    let rest = async {
        while stream.next_chunk().await?.is_some() {}
        Ok::<_, Error>(())
    };
    assert!(matches!(rest.await, Err(Error::Transport { .. })), "what is truncated is cut off");
    fs::remove_file(file).unwrap();
}

/// The most memory that this process ever had.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[tokio::test]
async fn a_profile_is_saved() {
    if !at_least("1.19") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile.html");
    let id = flink().taskmanagers().list().await.unwrap().taskmanagers[0].id.clone();
    let profile = flink().taskmanager(id).profile(ProfilingMode::Itimer, Duration::from_secs(1));
    let size = profile.save(&path).await.unwrap();
    let page = fs::read_to_string(&path).unwrap();
    assert!(page.len() as u64 == size && page.contains("<html"), "{page}");
}

#[tokio::test]
async fn a_jar_comes_from_a_reader() {
    let flink = flink();
    let size = word_count_jar().metadata().unwrap().len();
    for size in [None, Some(size)] {
        let reader = Upload::from_reader("Streamed.jar", size, File::open(word_count_jar()).unwrap());
        let run = flink.jars().upload_and_run(reader).await.unwrap();
        flink.job(run.job_id).wait_until_finished().await.unwrap();
    }
    let reader = tokio::fs::File::open(word_count_jar()).await.unwrap();
    let jar = flink.jars().upload(Upload::from_async_reader("Async.jar", None, reader)).await.unwrap();
    assert!(jar.jar_id().unwrap().as_str().ends_with("_Async.jar"));
}

#[tokio::test]
async fn a_jar_that_changes_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Changing.jar");
    let mut jar = fs::read(word_count_jar()).unwrap();
    jar.resize(10_000_000, 0);
    fs::write(&path, jar).unwrap();
    let file = path.clone();
    let upload = Upload::new(&path).on_progress(move |_, _| {
        let mut file = File::options().append(true).open(&file).unwrap();
        file.write_all(b"more").unwrap();
    });
    let error = flink().jars().upload(upload).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{}: it changed while it was sent", path.display()));
    let listed = flink().jars().list().await.unwrap().files;
    assert!(listed.iter().all(|file| file.name != "Changing.jar"), "{listed:?}");
}
