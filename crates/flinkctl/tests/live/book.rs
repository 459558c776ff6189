//! Runs the command of each row of the book's table on a real cluster.

use flink_rest_client::FlinkVersion;

use crate::{distribution, done, flinkctl, jar};

const PAGE: &str = include_str!("../../../../docs/from-bin-flink.md");

struct Row {
    command: &'static str,
    /// The first release that supports it.
    since: Option<FlinkVersion>,
    /// The error of an ordinary cluster, which is tested instead.
    wants: Option<&'static str>,
}

/// Each row of the page's tables. An unreadable row is an error: it would not be tested.
fn rows() -> impl Iterator<Item = Row> {
    let lines = PAGE.lines().filter(|line| line.starts_with('|'));
    let is_row = |line: &&str| !line.starts_with("| ---") && !line.contains(" | flinkctl | ");
    lines.filter(is_row).map(|line| {
        let row = || -> Option<Row> {
            let [_, command, needs] =
                line.strip_prefix('|')?.strip_suffix('|')?.split(" |").map(str::trim).collect::<Vec<_>>()[..]
            else {
                return None;
            };
            let command = command.strip_prefix("`flinkctl ")?.strip_suffix('`')?;
            let (since, wants) = match needs.split_once(", ") {
                Some((since, wants)) => (since, Some(wants)),
                None => (needs, None),
            };
            let since = match since {
                "" => None,
                since => Some(since.strip_suffix('+')?.parse().ok()?),
            };
            Some(Row { command, since, wants })
        };
        row().unwrap_or_else(|| panic!("this row cannot be read: {line}"))
    })
}

/// The first column of a command's output.
fn first(arguments: &[&str]) -> String {
    let shown = done(arguments);
    shown.lines().next().unwrap().split('\t').next().unwrap().to_owned()
}

#[test]
fn each_row_of_the_book_works() {
    let folder = format!("file://{}", env!("CARGO_TARGET_TMPDIR"));
    let release: FlinkVersion = distribution().version().parse().unwrap();
    let run = |name: &str| done(&["run", jar(), "--", "--name", name, "--checkpoint-interval", "500"]);
    let job = run("Book");
    let taskmanager = first(&["taskmanager", "list"]);
    let log = done(&["taskmanager", "logs", &taskmanager, "-o", "name"]);
    let log = log.lines().find(|name| name.ends_with(".log")).unwrap();
    let (mut tried, mut failed) = (0, Vec::new());
    let rows = rows().filter(|row| row.since.as_ref().is_none_or(|since| release >= *since));
    for Row { command, wants, .. } in rows {
        let ends = command.starts_with("job stop") || command.starts_with("job cancel");
        let words = command.split(' ').map(|word| match word {
            "JOB" if ends => run("Ends"),
            "JOB" => job.clone(),
            "VERTEX" => "Source".into(),
            "TASKMANAGER" => taskmanager.clone(),
            "LOGFILE" => log.into(),
            "APP.JAR" => jar().into(),
            // A new jar each time, because one of the rows deletes it.
            "JAR" => done(&["jar", "upload", jar(), "-o", "name"]).rsplit('/').next().unwrap().into(),
            "SAVEPOINT" => done(&["job", "savepoint", &job, "-t", &folder]),
            "FOLDER" => folder.clone(),
            word => word.to_owned(),
        });
        let words: Vec<_> = words.collect();
        let mut words: Vec<_> = words.iter().map(String::as_str).collect();
        // A stop needs a folder on a cluster without a default folder; the other rows have an optional one.
        if words.starts_with(&["job", "stop"]) {
            words.extend(["-t", &folder]);
        }
        // The job runs until it is stopped, unless it has a limit.
        let finishes = words.ends_with(&["--wait", "finished"]);
        if finishes {
            words.extend(["--", "--records", "10"]);
        }
        let (code, shown, stderr) = flinkctl(&words);
        tried += 1;
        match words.first() {
            _ if wants.is_some_and(|wants| code != 0 && stderr.contains(wants)) => {}
            _ if code != 0 || wants.is_some() => failed.push(format!("{command}: {stderr}")),
            Some(&"run") if !finishes => _ = done(&["job", "cancel", &shown, "--yes"]),
            _ => {}
        }
    }
    done(&["job", "cancel", &job, "--yes"]);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(tried > 50, "the table has changed its shape: {tried}");
}
