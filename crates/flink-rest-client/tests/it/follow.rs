//! Following logs that are written, rotated and truncated, of processes that start and end. Time is simulated.

pub(crate) mod cluster;

use std::time::Duration;

use flink_rest_client::{
    Async, FlinkRestClient, TaskManagerId,
    follow::{LogLine, LogLines},
};
use tokio::time::{Instant, timeout};

use self::cluster::{Cluster, JOBMANAGER};

const SECOND: Duration = Duration::from_secs(1);

/// A cluster whose JobManager has written this log.
fn cluster(log: &str) -> Cluster {
    let cluster = Cluster::default();
    cluster.now().write(JOBMANAGER, "jobmanager.log", log);
    cluster
}

async fn next(lines: &mut LogLines<Async>) -> LogLine {
    let line = timeout(60 * SECOND, lines.next()).await;
    line.expect("a line in time").unwrap().expect("another line")
}

async fn texts(lines: &mut LogLines<Async>, count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    for _ in 0..count {
        texts.push(next(lines).await.to_string_lossy().into_owned());
    }
    texts
}

/// Asserts that no line arrives within a minute.
async fn quiet(lines: &mut LogLines<Async>) {
    assert!(timeout(60 * SECOND, lines.next()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn lines_arrive_when_complete() {
    let cluster = cluster("2026-11-23 14:34:10,310 first\n\tat second\nhalf");
    cluster.now().write(JOBMANAGER, "jobmanager.log", b"\xff\nnext");
    let mut lines = cluster.client().jobmanager().follow_log().lines();
    let line = next(&mut lines).await;
    // The JobManager's clock is an hour ahead.
    assert_eq!(line.time.unwrap().to_string(), "2026-11-23T13:34:10.31Z");
    assert!(!line.continues && !line.gap);
    let second = next(&mut lines).await;
    assert!(second.continues && second.time == line.time);
    assert_eq!(next(&mut lines).await.bytes, &b"half\xff"[..]);
    quiet(&mut lines).await;
    cluster.now().write(JOBMANAGER, "jobmanager.log", " line\n\nmore\n");
    assert_eq!(texts(&mut lines, 3).await, ["next line", "", "more"]);
}

#[tokio::test(start_paused = true)]
async fn a_poll_without_changes_is_one_request() {
    let cluster = cluster("one\n");
    let follow = cluster.client().jobmanager().follow_log();
    let mut lines = follow.poll_between(SECOND, 4 * SECOND).lines();
    assert_eq!(cluster.asked(), [""; 0]);
    assert_eq!(texts(&mut lines, 1).await, ["one"]);
    cluster.asked();
    let started = Instant::now();
    tokio::select! {
        line = lines.next() => panic!("{line:?}"),
        () = tokio::time::sleep(100 * SECOND) => {}
    }
    let asked = cluster.asked();
    assert!(asked.iter().all(|path| path == "/v1/jobmanager/logs"), "{asked:?}");
    // After 1, 1.5, 2.25 and 3.4 seconds, then every 4.
    assert!((25..=27).contains(&asked.len()), "{} in {:?}", asked.len(), started.elapsed());
    cluster.now().write(JOBMANAGER, "jobmanager.log", "two\n");
    assert_eq!(texts(&mut lines, 1).await, ["two"]);
    assert_eq!(cluster.asked(), ["/v1/jobmanager/logs", "/v1/jobmanager/logs/jobmanager.log"]);
}

#[tokio::test(start_paused = true)]
async fn following_starts_at_the_requested_line() {
    let times = ["09", "10", "11", "12"];
    let log: String = times.map(|time| format!("2026-11-23 14:34:{time},000 at {time}\n\tand\n")).concat();
    let cluster = cluster(&log);
    let follow = || cluster.client().jobmanager().follow_log();
    assert_eq!(texts(&mut follow().lines(), 8).await.len(), 8);
    let mut last = follow().last(3).lines();
    assert_eq!(texts(&mut last, 3).await, ["\tand", "2026-11-23 14:34:12,000 at 12", "\tand"]);
    let since = "2026-11-23T13:34:10.5Z".parse().unwrap();
    assert_eq!(texts(&mut follow().since(since).lines(), 1).await, ["2026-11-23 14:34:11,000 at 11"]);
    let mut now = follow().last(0).lines();
    quiet(&mut now).await;
    cluster.now().write(JOBMANAGER, "jobmanager.log", "new\n");
    assert_eq!(texts(&mut now, 1).await, ["new"]);
    assert_eq!(texts(&mut last, 1).await, ["new"]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_when_a_log_is_rotated() {
    let cluster = cluster("one\n");
    let mut lines = cluster.client().jobmanager().follow_log().lines();
    assert_eq!(texts(&mut lines, 1).await, ["one"]);
    {
        let mut now = cluster.now();
        now.write(JOBMANAGER, "jobmanager.log", "two\nthree");
        now.rotate(JOBMANAGER, "jobmanager.log.1");
        now.write(JOBMANAGER, "jobmanager.log", "four\n");
        now.rotate(JOBMANAGER, "jobmanager.log.2");
        now.write(JOBMANAGER, "jobmanager.log", "five\n");
    }
    assert_eq!(texts(&mut lines, 4).await, ["two", "three", "four", "five"]);
    quiet(&mut lines).await;
}

#[tokio::test(start_paused = true)]
async fn rotated_files_since_a_time_are_read() {
    let cluster = cluster("1970-01-01 00:00:00,000 one\n");
    cluster.now().rotate(JOBMANAGER, "jobmanager.log.1");
    for number in 2..5 {
        cluster.now().write(
            JOBMANAGER,
            "jobmanager.log",
            format!("2026-11-23 14:00:0{number},000 {number}\n"),
        );
        cluster.now().rotate(JOBMANAGER, &format!("jobmanager.log.{number}"));
    }
    cluster.now().write(JOBMANAGER, "jobmanager.log", "2026-11-23 14:00:05,000 5\n");
    let since = |time: &str| cluster.client().jobmanager().follow_log().since(time.parse().unwrap()).lines();
    assert_eq!(texts(&mut since("1960-01-01T00:00Z"), 5).await.len(), 5);
    // The files were modified 1, 2, 3, … milliseconds after the epoch.
    let mut lines = since("1970-01-01T00:00:00.002Z");
    cluster.asked();
    assert_eq!(texts(&mut lines, 4).await[0], "2026-11-23 14:00:02,000 2");
    assert!(!cluster.asked().contains(&"/v1/jobmanager/logs/jobmanager.log.1".into()));
    quiet(&mut lines).await;
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_reported() {
    let cluster = cluster("one\ntwo\n");
    let mut lines = cluster.client().jobmanager().follow_log().lines();
    assert_eq!(texts(&mut lines, 2).await, ["one", "two"]);
    cluster.now().folders.get_mut(JOBMANAGER).unwrap().files.clear();
    cluster.now().write(JOBMANAGER, "jobmanager.log", "three\nfour\n");
    let (three, four) = (next(&mut lines).await, next(&mut lines).await);
    assert_eq!((three.to_string_lossy(), three.gap), ("three".into(), true));
    assert_eq!((four.to_string_lossy(), four.gap), ("four".into(), false));
}

#[tokio::test(start_paused = true)]
async fn the_log_is_found_among_other_files() {
    let cluster = cluster("mine\n");
    for name in ["a.log", "jobmanager.out", "z.log"] {
        cluster.now().write(JOBMANAGER, name, format!("of {name}\n"));
    }
    assert_eq!(texts(&mut cluster.client().jobmanager().follow_log().lines(), 1).await, ["mine"]);
    let mut stdout = cluster.client().jobmanager().follow_stdout().lines();
    assert_eq!(texts(&mut stdout, 1).await, ["of jobmanager.out"]);
}

#[tokio::test(start_paused = true)]
async fn all_logs_are_merged() {
    let cluster = cluster("2026-11-23 14:00:01,000 jm 1\n\tat trace\n2026-11-23 14:00:04,000 jm 4\n");
    let tm = |time: u8| format!("2026-11-23 14:00:0{time},000 tm {time}\n");
    cluster.now().write("tm-1", "taskmanager.log", tm(2) + &tm(3) + &tm(5));
    let mut lines = cluster.client().follow_logs().lines();
    let all = texts(&mut lines, 6).await;
    let ends: Vec<_> = all.iter().map(|line| &line[line.len() - 5..]).collect();
    assert_eq!(ends, [" jm 1", "trace", " tm 2", " tm 3", " jm 4", " tm 5"]);

    // While nothing changes, each process gets one request per poll.
    cluster.asked();
    quiet(&mut lines).await;
    let asked = cluster.asked();
    let lists = ["/v1/taskmanagers", "/v1/jobmanager/logs", "/v1/taskmanagers/tm-1/logs"];
    for list in lists {
        assert_eq!(asked.iter().filter(|path| *path == list).count(), asked.len() / 3, "{asked:?}");
    }

    // A TaskManager starts, and another ends with an unfinished line.
    cluster.now().write("tm-2", "taskmanager.log", "from the start\n");
    cluster.now().write("tm-1", "taskmanager.log", "no end");
    assert_eq!(texts(&mut lines, 1).await, ["from the start"]);
    let gone = cluster.now().folders.remove("tm-1").unwrap();
    cluster.now().write(JOBMANAGER, "jobmanager.log", "still there\n");
    assert_eq!(texts(&mut lines, 1).await, ["still there"]);
    // It was gone only for a moment.
    cluster.now().folders.insert("tm-1".into(), gone);
    cluster.now().write("tm-1", "taskmanager.log", " yet\n");
    assert_eq!(texts(&mut lines, 1).await, ["no end yet"]);
    cluster.now().write("tm-1", "taskmanager.log", "no end");
    quiet(&mut lines).await;
    cluster.now().folders.remove("tm-1");
    quiet(&mut lines).await;
    quiet(&mut lines).await;
    assert_eq!(texts(&mut lines, 1).await, ["no end"]);
}

#[tokio::test(start_paused = true)]
async fn a_dead_process_does_not_delay_the_others() {
    let cluster = cluster("one\n");
    for number in 0..30 {
        cluster.now().write(&format!("tm-{number}"), "taskmanager.log", format!("tm-{number}\n"));
    }
    let mut lines = cluster.client().follow_logs().poll_between(SECOND, SECOND).lines();
    assert_eq!(texts(&mut lines, 31).await.len(), 31);
    for number in 0..20 {
        cluster.now().dead.insert(format!("tm-{number}/"));
    }
    let mut slow = 0;
    for _ in 0..20 {
        cluster.now().write(JOBMANAGER, "jobmanager.log", "more\n");
        let started = Instant::now();
        assert_eq!(texts(&mut lines, 1).await, ["more"]);
        slow += usize::from(started.elapsed() > 2 * SECOND);
    }
    assert!(slow <= 5, "{slow} of 20 lines came late");
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_log_is_reported_once() {
    let cluster = cluster("one\n");
    cluster.now().write("tm-1", "other.txt", "no log");
    let (sender, reports) = std::sync::mpsc::channel();
    let follow = cluster.client().follow_logs();
    let mut lines = follow.on_unread(move |unread| sender.send(unread.process.clone()).unwrap()).lines();
    assert_eq!(texts(&mut lines, 1).await, ["one"]);
    quiet(&mut lines).await;
    let reports = || reports.try_iter().map(|process| process.unwrap().to_string()).collect::<Vec<_>>();
    assert_eq!(reports(), ["taskmanager tm-1"]);
    cluster.now().write("tm-1", "taskmanager.log", "two\n");
    assert_eq!(texts(&mut lines, 1).await, ["two"]);
    cluster.now().dead.insert("tm-1/".into());
    quiet(&mut lines).await;
    assert_eq!(reports(), ["taskmanager tm-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_short_outage_is_survived() {
    let cluster = cluster("one\n");
    cluster.now().is_down = true;
    let mut lines = cluster.client().jobmanager().follow_log().lines();
    assert!(lines.next().await.unwrap_err().is_unreachable(), "the first request is not retried forever");
    assert!(lines.next().await.unwrap().is_none(), "the iteration has ended");

    let all = [
        |flink: FlinkRestClient| flink.jobmanager().follow_log(),
        |flink: FlinkRestClient| flink.follow_logs(),
    ];
    for follow in all {
        let cluster = self::cluster("one\n");
        let (sender, reports) = std::sync::mpsc::channel();
        let follow =
            follow(cluster.client()).on_outage(move |error| sender.send(error.is_unreachable()).unwrap());
        let mut lines = follow.patience(100 * SECOND).lines();
        assert_eq!(texts(&mut lines, 1).await, ["one"]);
        cluster.now().is_down = true;
        quiet(&mut lines).await;
        assert_eq!(reports.try_iter().collect::<Vec<_>>(), [true]);
        cluster.now().write(JOBMANAGER, "jobmanager.log", "two\n");
        cluster.now().is_down = false;
        assert_eq!(texts(&mut lines, 1).await, ["two"]);
        cluster.now().is_down = true;
        let started = Instant::now();
        assert!(lines.next().await.unwrap_err().is_unreachable());
        assert!(started.elapsed() >= 100 * SECOND && started.elapsed() < 120 * SECOND);
        assert_eq!(reports.try_iter().collect::<Vec<_>>(), [true], "once each time");
    }
}

#[tokio::test(start_paused = true)]
async fn an_initial_connection_loss_is_retried() {
    for first in ["/config", "/taskmanagers", "/jobmanager/log", "/logs"] {
        let cluster = cluster("2026-11-23 14:34:10,310 one\n");
        cluster.now().cut = Some((first, 3));
        let line = next(&mut cluster.client().follow_logs().last(1).lines()).await;
        assert_eq!(line.time.unwrap().to_string(), "2026-11-23T13:34:10.31Z", "{first}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_log_ends_with_its_taskmanager() {
    let cluster = cluster("one\n");
    let id: TaskManagerId = "tm-1".parse().unwrap();
    let follow = || cluster.client().taskmanager(&id).follow_log();
    assert!(follow().lines().next().await.unwrap_err().is_not_found());
    cluster.now().write("tm-1", "taskmanager.log", "one\nno end");
    let mut lines = follow().patience(10 * SECOND).lines();
    assert_eq!(texts(&mut lines, 1).await, ["one"]);
    cluster.now().folders.remove("tm-1");
    assert_eq!(texts(&mut lines, 1).await, ["no end"]);
    assert!(lines.next().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn lost_data_is_requested_again() {
    let all: String = (0..100).map(|number| format!("line {number}\n")).collect();
    for cut in (0..all.len()).step_by(13) {
        let cluster = cluster("line 0\n");
        let mut lines = cluster.client().jobmanager().follow_log().lines();
        texts(&mut lines, 1).await;
        cluster.now().write(JOBMANAGER, "jobmanager.log", &all["line 0\n".len()..]);
        cluster.now().cut = Some(("/jobmanager.log", cut));
        let got = texts(&mut lines, 99).await;
        assert_eq!(got.concat(), all["line 0\n".len()..].replace('\n', ""));
    }
}

#[tokio::test(start_paused = true)]
async fn any_polling_interval_is_accepted() {
    let cluster = cluster("one\n");
    let follow = cluster.client().jobmanager().follow_log();
    let mut lines = follow.poll_between(Duration::MAX, Duration::MAX).lines();
    assert_eq!(texts(&mut lines, 1).await, ["one"]);
    quiet(&mut lines).await;
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_wait_loses_nothing() {
    let cluster = cluster("");
    let mut lines = cluster.client().jobmanager().follow_log().poll_between(SECOND, SECOND).lines();
    let mut got = Vec::new();
    for number in 0..20 {
        cluster.now().write(JOBMANAGER, "jobmanager.log", format!("{number}\n"));
        for millis in [1, 2, 3, 990, 7] {
            if let Ok(line) = timeout(Duration::from_millis(millis), lines.next()).await {
                got.push(line.unwrap().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    while got.len() < 20 {
        got.extend(texts(&mut lines, 1).await);
    }
    assert_eq!(got, (0..20).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_cluster_without_logs_is_an_error() {
    let cluster = Cluster::default();
    cluster.now().write(JOBMANAGER, "other.txt", "no log");
    let error = cluster.client().follow_logs().lines().next().await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
}

#[test]
fn blocking_code_iterates() {
    let cluster = cluster("one\ntwo\n");
    let flink = cluster.builder().build_blocking().unwrap();
    let mut lines = flink.jobmanager().follow_log().lines();
    let line = lines.next().unwrap().unwrap();
    assert_eq!((line.to_string_lossy(), line.process.to_string()), ("one".into(), "jobmanager".into()));
    assert_eq!(lines.next().unwrap().unwrap().to_string_lossy(), "two");
    cluster.now().is_down = true;
    let mut lines = flink.jobmanager().follow_log().lines();
    assert!(lines.next().unwrap().unwrap_err().is_unreachable());
    assert!(lines.next().is_none());
}
