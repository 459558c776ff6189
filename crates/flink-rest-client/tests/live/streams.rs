//! Streams on a real cluster: logs, profiles and jars.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{ErrorKind, Write},
    path::Path,
    time::Duration,
};

use flink_local::{Cluster, Flink};
use flink_rest_client::{
    Async, Bytes, Error, FlinkRestClient, LogFileName, TaskManagerId, Timestamp, Upload,
    follow::{LogLines, Process},
    processes::ProfilingMode,
};
use tempfile::TempDir;
use tokio::time::{Instant, timeout};

use crate::support::{PROFILER, at_least, cluster, distribution, flink, word_count_jar};

/// Small files, so that a few jobs fill several: a word count writes about 20 KB to the JobManager's log.
const ROLLING: &str = "\
rootLogger.level = INFO
rootLogger.appenderRef.file.ref = File
appender.file.name = File
appender.file.type = RollingFile
appender.file.fileName = ${sys:log.file}
appender.file.filePattern = ${sys:log.file}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 10KB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 1000
";

/// A separate cluster with such logs. The returned folder must outlive it.
fn rolling() -> (Cluster, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log4j.properties");
    fs::write(&file, ROLLING).unwrap();
    let option = format!("-Dlog4j.configurationFile={}", file.display());
    let flink = Flink::from(distribution().clone()).slots(2).config("env.java.opts.all", option);
    // Up to 1.14, only this tells the JobManager that a TaskManager has ended.
    let flink = flink.config("heartbeat.timeout", "15000");
    (flink.start_timeout(Duration::from_secs(300)).start().unwrap(), folder)
}

/// All lines of a log or standard output, from its oldest file to the newest.
fn written(folder: &Path, name: &str) -> Vec<Bytes> {
    let text = loop {
        // A rotation during the read could hide the current file.
        if let Some(text) = read_unless_rotated(folder, name) {
            break text;
        }
    };
    let lines = text.split_inclusive(|byte| *byte == b'\n').filter_map(|line| line.strip_suffix(b"\n"));
    lines.map(Bytes::copy_from_slice).collect()
}

/// The text of a log's files, or `None` if the log was rotated while they were read.
fn read_unless_rotated(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let rotated = |number: u32| folder.join(format!("{name}.{number}"));
    let before = (1..).take_while(|number| rotated(*number).exists()).count() as u32;
    let mut text = Vec::new();
    for number in 1..=before {
        text.extend(fs::read(rotated(number)).unwrap());
    }
    let current = fs::read(folder.join(name));
    // A rotation renames the files: without a next one, the one that was read is the newest.
    if rotated(before + 1).exists() {
        return None;
    }
    match current {
        // The newest file was just renamed, and the next one not created yet.
        Err(error) if error.kind() == ErrorKind::NotFound && before > 0 => {}
        current => text.extend(current.unwrap()),
    }
    Some(text)
}

#[test]
fn a_log_that_is_rotated_while_it_is_read_is_complete() {
    const LINES: usize = 2000;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    let create = || File::create_new(&file).unwrap();
    let mut log = create();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for line in 0..LINES {
                if line % 20 == 19 {
                    fs::rename(&file, folder.path().join(format!("log.{}", line / 20 + 1))).unwrap();
                    log = create();
                }
                writeln!(log, "{line}").unwrap();
            }
        });
        while !writer.is_finished() {
            let lines = written(folder.path(), "log");
            assert!(lines.iter().enumerate().all(|(at, line)| *line == at.to_string()), "{lines:?}");
        }
    });
    assert_eq!(written(folder.path(), "log").len(), LINES);
}

/// All received lines.
#[derive(Default)]
struct Got(BTreeMap<Process, Vec<Bytes>>);

impl Got {
    /// Reads until all lines are received that one process has written to this folder, and asserts that there are no
    /// others.
    async fn catch_up(&mut self, lines: &mut LogLines<Async>, folder: &Path, name: &str) -> Process {
        let started = Instant::now();
        loop {
            let expected = written(folder, name);
            let is_its = |got: &&Vec<Bytes>| got.first() == expected.first();
            let process = self.0.iter().find(|(_, got)| is_its(got)).map(|(process, _)| process.clone());
            let got = process.as_ref().and_then(|process| self.0.get(process)).map_or(&[][..], Vec::as_slice);
            let first_other = got.iter().zip(&expected).position(|(got, expected)| got != expected);
            // Received lines were written before the files were read.
            assert!(got.len() <= expected.len(), "of {process:?}, doubled: {:?}", &got[expected.len()..]);
            assert_eq!(
                first_other,
                None,
                "of {process:?}: {:?}",
                first_other.map(|at| (&got[at], &expected[at]))
            );
            if let Some(process) = process
                && got.len() >= expected.len()
            {
                return process;
            }
            assert!(
                started.elapsed() < Duration::from_secs(120),
                "{} of {} lines of {name}; in all {:?}",
                got.len(),
                expected.len(),
                self.0.values().map(|got| (got.len(), got.first())).collect::<Vec<_>>(),
            );
            // Once a line has arrived, the files are compared.
            let _ = timeout(Duration::from_secs(1), self.read_one(lines)).await;
        }
    }

    /// Reads without end.
    async fn read(&mut self, lines: &mut LogLines<Async>) {
        loop {
            self.read_one(lines).await;
        }
    }

    async fn read_one(&mut self, lines: &mut LogLines<Async>) {
        let line = lines.next().await.unwrap().unwrap();
        assert!(!line.gap, "{line:?}");
        self.0.entry(line.process).or_default().push(line.bytes);
    }
}

async fn count_words(flink: &FlinkRestClient) {
    let run = flink.jars().upload_and_run(word_count_jar()).await.unwrap();
    flink.job(run.job_id).wait_until_finished().await.unwrap();
}

#[tokio::test]
async fn no_line_is_lost_or_duplicated() {
    let (mut own, _configuration) = rolling();
    let flink = FlinkRestClient::new(own.url()).unwrap();
    let logs = own.folder().join("logs");
    let (jobmanager, taskmanager) = (logs.join("jobmanager"), logs.join("taskmanager-0"));
    // Some of it was rotated during the start of the cluster.
    let all = flink.follow_logs().since(Timestamp::UNIX_EPOCH);
    let mut lines = all.poll_between(Duration::from_millis(100), Duration::from_secs(1)).lines();
    let mut got = Got::default();

    // While jobs run and logs are rotated.
    for _ in 0..3 {
        count_words(&flink).await;
        got.catch_up(&mut lines, &jobmanager, "jobmanager.log").await;
    }
    for _ in 0..2 {
        count_words(&flink).await;
    }
    assert_eq!(got.catch_up(&mut lines, &jobmanager, "jobmanager.log").await, Process::JobManager);
    let first = got.catch_up(&mut lines, &taskmanager, "taskmanager.log").await;
    assert!(jobmanager.join("jobmanager.log.5").exists() && taskmanager.join("taskmanager.log.3").exists());

    // A TaskManager ends, and another starts.
    own.kill_taskmanager(0).unwrap();
    own.start_taskmanager().unwrap();
    let second = got.catch_up(&mut lines, &logs.join("taskmanager-1"), "taskmanager.log").await;
    assert_ne!(first, second);
    got.catch_up(&mut lines, &jobmanager, "jobmanager.log").await;

    // The JobManager is killed and restarted.
    own.kill_jobmanager().unwrap();
    let outage = timeout(Duration::from_secs(2), got.read(&mut lines)).await;
    assert!(outage.is_err(), "an outage is neither an error nor the end");
    own.restart_jobmanager().unwrap();
    count_words(&flink).await;
    got.catch_up(&mut lines, &jobmanager, "jobmanager.log").await;
    assert_eq!(got.catch_up(&mut lines, &logs.join("taskmanager-1"), "taskmanager.log").await, second);
    assert_eq!(got.0.len(), 3);

    // Its standard output.
    let Process::TaskManager(id) = second.clone() else { panic!("{second}") };
    let mut printed = flink.taskmanager(id).follow_stdout().lines();
    let mut got = Got::default();
    got.catch_up(&mut printed, &logs.join("taskmanager-1"), "taskmanager.out").await;
    assert!(got.0[&second].iter().any(|line| line == "(brimming,1)"), "{:?}", got.0);

    // Its log ends with it.
    let Process::TaskManager(id) = second else { panic!() };
    ends_with_its_taskmanager(&mut own, &flink, id).await;
}

async fn ends_with_its_taskmanager(own: &mut Cluster, flink: &FlinkRestClient, id: TaskManagerId) {
    let follow = flink.taskmanager(&id).follow_log().last(1).patience(Duration::from_secs(30));
    let mut lines = follow.lines();
    assert!(lines.next().await.unwrap().is_some());
    own.kill_taskmanager(1).unwrap();
    let end = async { while lines.next().await.unwrap().is_some() {} };
    timeout(Duration::from_secs(90), end).await.unwrap();
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
    // Other tests write too, but perhaps only before this test or not at all.
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
    assert_eq!(
        (size.unwrap(), saved.metadata().unwrap().len()),
        (SIZE, SIZE),
        "a growing file has its size at the start"
    );
    // Concurrent tests need less memory than this file.
    let grown = peak_memory().saturating_sub(before);
    assert!(grown < SIZE / 2, "{} MB", grown >> 20);

    let mut stream = large().stream().await.unwrap();
    stream.next_chunk().await.unwrap().unwrap();
    written.set_len(1000).unwrap();
    let rest = async {
        while stream.next_chunk().await?.is_some() {}
        Ok::<_, Error>(())
    };
    assert!(matches!(rest.await, Err(Error::Transport { .. })), "a truncated file is an error");
    fs::remove_file(file).unwrap();
}

/// Peak memory of this process, in bytes.
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
    let _turn = PROFILER.lock().await;
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
async fn a_changed_jar_is_not_uploaded() {
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
    assert_eq!(error.to_string(), format!("{}: it was changed while it was sent", path.display()));
    let listed = flink().jars().list().await.unwrap().files;
    assert!(listed.iter().all(|file| file.name != "Changing.jar"), "{listed:?}");
}
