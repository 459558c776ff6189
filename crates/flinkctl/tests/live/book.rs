//! The book's table: each row's command is run on a real cluster.

use flink_rest_client::FlinkVersion;

use crate::{distribution, done, flinkctl, jar};

const PAGE: &str = include_str!("../../../../docs/from-bin-flink.md");

/// The rows: the command, and the release that first has it.
fn rows() -> impl Iterator<Item = (&'static str, Option<FlinkVersion>)> {
    PAGE.lines().filter(|line| line.starts_with('|')).filter_map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split(" |").map(str::trim).collect();
        let command = cells.get(1)?.strip_prefix("`flinkctl ")?.strip_suffix('`')?;
        let since = cells.get(2).and_then(|since| since.strip_suffix('+'));
        Some((command, since.map(|since| since.parse().unwrap())))
    })
}

/// The first column of what a command shows.
fn first(arguments: &[&str]) -> String {
    let shown = done(arguments);
    shown.lines().next().unwrap().split('\t').next().unwrap().to_owned()
}

#[test]
fn each_row_does_what_it_says() {
    let folder = format!("file://{}", env!("CARGO_TARGET_TMPDIR"));
    let release: FlinkVersion = distribution().version().parse().unwrap();
    let run = |name: &str| done(&["run", jar(), "--", "--name", name, "--checkpoint-interval", "500"]);
    let job = run("Book");
    let taskmanager = first(&["taskmanager", "list"]);
    let log = done(&["taskmanager", "logs", &taskmanager, "-o", "name"]);
    let log = log.lines().find(|name| name.ends_with(".log")).unwrap();
    let (mut tried, mut failed) = (0, Vec::new());
    for (command, _) in rows().filter(|(_, since)| since.as_ref().is_none_or(|since| release >= *since)) {
        let ends = command.starts_with("job stop") || command.starts_with("job cancel");
        let words = command.split(' ').map(|word| match word {
            "JOB" if ends => run("Ends"),
            "JOB" => job.clone(),
            "VERTEX" => "Source".into(),
            "TASKMANAGER" => taskmanager.clone(),
            "LOGFILE" => log.into(),
            "APP.JAR" => jar().into(),
            // Each time another, as one of the rows deletes it.
            "JAR" => done(&["jar", "upload", jar(), "-o", "name"]).rsplit('/').next().unwrap().into(),
            "SAVEPOINT" => done(&["job", "savepoint", &job, "-t", &folder]),
            "FOLDER" => folder.clone(),
            word => word.to_owned(),
        });
        let words: Vec<_> = words.collect();
        let mut words: Vec<_> = words.iter().map(String::as_str).collect();
        // Stopping wants a folder on a cluster that has none of its own; the others have room for one.
        if words.starts_with(&["job", "stop"]) {
            words.extend(["-t", &folder]);
        }
        let (code, shown, stderr) = flinkctl(&words);
        tried += 1;
        match words.first() {
            _ if code != 0 => failed.push(format!("{command}: {stderr}")),
            Some(&"run") => _ = done(&["job", "cancel", &shown, "--yes"]),
            _ => {}
        }
    }
    done(&["job", "cancel", &job, "--yes"]);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(tried > 50, "the table has changed its shape: {tried}");
}
