//! Reading current logs: of many processes, merged, with a list of those that could not be read.

use flink_rest_client::{
    FlinkRestClient, Result, Timestamp,
    follow::Process,
    logs::{LogEntry, LogFilter, LogLevel, Logs},
};

use crate::follow::cluster::{Cluster, JOBMANAGER};

/// A cluster whose JobManager and first TaskManager wrote alternately.
fn cluster() -> Cluster {
    let cluster = Cluster::default();
    cluster.now().write(
        JOBMANAGER,
        "jobmanager.log",
        entry(1, "INFO", "jm") + &entry(3, "ERROR", "jm\n\tat A.b"),
    );
    cluster.now().write("tm-1", "taskmanager.log", entry(2, "WARN", "tm") + &entry(4, "INFO", "tm"));
    cluster
}

fn entry(second: u32, level: &str, text: &str) -> String {
    format!("2026-11-23 14:{:02}:{:02},000 {level} {text}\n", second / 60, second % 60)
}

type Asked = Logs<flink_rest_client::Async>;

/// The entries, and the parts that could not be read.
async fn read(logs: Asked) -> (Vec<LogEntry>, Vec<String>, Result<()>) {
    let (mut entries, mut all) = (logs.entries(), Vec::new());
    let end = loop {
        match entries.next().await {
            Ok(Some(entry)) => all.push(entry),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    let unread = entries.take_unread();
    let unread =
        unread.iter().map(|unread| unread.to_string().split(':').next().unwrap().to_owned()).collect();
    (all, unread, end)
}

async fn texts(logs: Asked) -> Vec<String> {
    let (entries, unread, end) = read(logs).await;
    end.unwrap();
    assert_eq!(unread, [""; 0]);
    entries
        .iter()
        .map(|entry| entry.to_string_lossy()["2026-11-23 14:00:".len()..].replace(",000", ""))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn entries_are_sorted_by_time() {
    let cluster = cluster();
    let logs = || cluster.client().logs();
    let all = ["01 INFO jm", "02 WARN tm", "03 ERROR jm\n\tat A.b", "04 INFO tm"];
    assert_eq!(texts(logs()).await, all);
    assert_eq!(texts(logs().last(3)).await, all[1..]);
    assert_eq!(texts(logs().last(0)).await, [""; 0]);
    assert_eq!(texts(logs().last(1).filter(LogFilter::default().level(LogLevel::Warn))).await, all[2..3]);
    assert_eq!(texts(logs().filter(LogFilter::default().containing("A.b"))).await, all[2..3]);
    // The JobManager's clock is an hour ahead.
    assert_eq!(texts(logs().since("2026-11-23T13:00:03Z".parse().unwrap())).await, all[2..]);
    assert_eq!(texts(logs().of([Process::JobManager])).await, ["01 INFO jm", "03 ERROR jm\n\tat A.b"]);
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_log_does_not_hide_others() {
    for last in [None, Some(10)] {
        let cluster = cluster();
        // It logs to the console only.
        cluster.now().write("tm-2", "other.txt", "no log");
        let logs = cluster.client().logs();
        let logs = last.into_iter().fold(logs, Logs::last);
        let (entries, unread, end) = read(logs.clone()).await;
        assert_eq!((entries.len(), unread, end.is_ok()), (4, vec!["taskmanager tm-2".to_owned()], true));
        // Entries before the connection was lost are kept.
        cluster.now().cut = Some(("tm-1/log", entry(2, "WARN", "tm").len() + 30));
        let (entries, unread, end) = read(logs.clone()).await;
        assert_eq!((entries.len(), unread.len(), end.is_ok()), (4, 2, true));
        // The list of TaskManagers is unavailable.
        cluster.now().dead.insert("/taskmanagers".into());
        let (entries, unread, end) = read(logs.clone()).await;
        assert_eq!((entries.len(), unread, end.is_ok()), (2, vec!["the TaskManagers".to_owned()], true));
        let only = logs.of(["tm-2".parse().map(Process::TaskManager).unwrap()]);
        cluster.now().dead.clear();
        let (entries, _, end) = read(only).await;
        assert!(entries.is_empty() && end.unwrap_err().is_not_found());
    }
}

#[tokio::test(start_paused = true)]
async fn many_logs_are_read_with_few_connections() {
    let seconds = 0..400_u32;
    let cluster = Cluster::default();
    let text = "x".repeat(120);
    for process in 0..40_u32 {
        let log: String =
            seconds.clone().map(|second| entry(second, "INFO", &format!("{text} {process}"))).collect();
        cluster.now().write(&format!("tm-{process:02}"), "taskmanager.log", log);
    }
    cluster.now().write(JOBMANAGER, "jobmanager.log", entry(0, "INFO", "jm"));
    let flink: FlinkRestClient = cluster.client();
    // Large logs arrive group by group, each sorted.
    let (entries, ..) = read(flink.logs()).await;
    assert_eq!(entries.len(), 1 + 40 * seconds.len());
    let groups: Vec<_> = entries.chunk_by(|one, other| one.group == other.group).collect();
    assert!(groups.len() == 2 && groups.iter().all(|group| group.is_sorted_by_key(|entry| entry.time)));
    // A few last entries arrive in one group.
    let last = read(flink.logs().last(80)).await.0;
    // Two of each log.
    let newest = entries.iter().filter_map(|entry| entry.time).max().unwrap();
    let is_late = |time: Timestamp| time >= newest - jiff::SignedDuration::from_secs(1);
    assert_eq!(last.len(), 80);
    assert!(last.iter().all(|entry| entry.group == 0 && entry.time.is_some_and(is_late)));
    let (few, ..) = read(flink.logs().filter(LogFilter::default().containing(":06:3"))).await;
    assert!(
        few.len() == 400 && few.is_sorted_by_key(|entry| (entry.group, entry.time)) && few[399].group == 0
    );
}

#[test]
fn blocking_code_iterates() {
    let flink = cluster().builder().build_blocking().unwrap();
    let mut entries = flink.logs().last(2).entries();
    let levels: Vec<_> = entries.by_ref().map(|entry| entry.unwrap().level.unwrap()).collect();
    assert_eq!(levels, [LogLevel::Error, LogLevel::Info]);
    assert_eq!((entries.processes(), entries.is_short(), entries.take_unread().len()), (2, false, 0));
}
