//! What flinkctl prints, command by command: each transcript is run against recorded answers of a real Flink and must
//! come out as it is written. `UPDATE_TRANSCRIPTS=1` writes them anew, to be read before they are committed.

mod server;

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use server::Server;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/transcripts")
}

#[test]
fn transcripts_come_out_as_they_are_written() {
    let server = Server::start();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let written = fs::read_to_string(&path).unwrap();
        let happened = replay(&written, &server);
        if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            fs::write(&path, happened).unwrap();
        } else if written != happened {
            wrong.push(format!("{}:\n{happened}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "another outcome in {}", wrong.join("\n"));
}

/// Runs what stands behind each `$`, and keeps comments.
fn replay(transcript: &str, server: &Server) -> String {
    let mut happened = String::new();
    for line in transcript.lines() {
        match line.strip_prefix("$ flinkctl") {
            Some(arguments) => writeln!(happened, "{line}\n{}", run(arguments, server)).unwrap(),
            None if line.starts_with('#') => writeln!(happened, "{line}\n").unwrap(),
            None => {}
        }
    }
    happened.trim_end().to_owned() + "\n"
}

/// Its stdout, then its stderr with `!` before each line, then its exit code if that is not 0.
fn run(arguments: &str, server: &Server) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_flinkctl"))
        .args(arguments.split_whitespace())
        .env_clear()
        .env("FLINKCTL_URL", server.url())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&server.url(), "http://flink");
    let mut happened = text(&output.stdout);
    for line in text(&output.stderr).lines() {
        writeln!(happened, "! {}", without_times(line)).unwrap();
    }
    match output.status.code() {
        Some(0) => {}
        Some(code) => writeln!(happened, "[exit {code}]").unwrap(),
        None => writeln!(happened, "[{}]", output.status).unwrap(),
    }
    happened
}

/// How often and how long something was tried is another matter each time.
fn without_times(line: &str) -> String {
    match line.split_once(" (tried ") {
        Some((before, after)) => format!("{before}{}", after.split_once(')').map_or("", |(_, after)| after)),
        None => line.into(),
    }
}

#[test]
fn json_is_the_servers_own_to_the_byte() {
    let server = Server::start();
    for (arguments, request) in
        [("job list -o json", "GET /jobs/overview"), ("api GET /taskmanagers", "GET /taskmanagers")]
    {
        let printed = run(arguments, &server);
        assert_eq!(printed.trim_end(), server.recorded(request).trim_end());
    }
}

#[test]
fn who_reads_only_the_beginning_causes_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_flinkctl"))
        .args(["endpoints", "-o", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
