//! Exit codes that no transcript can show: of waiting, of answers that are lost, of Ctrl-C.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    process::{Command, Stdio},
    thread,
};

use crate::server::Server;

fn flinkctl(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flinkctl"));
    command.args(arguments).env_clear().env("FLINKCTL_URL", url).stdin(Stdio::null());
    command
}

fn exit(url: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output = flinkctl(url, arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn what_takes_too_long() {
    let server = Server::start();
    let (code, stderr) = exit(&server.url(), &["job", "wait", "Orders", "--timeout", "200ms"]);
    assert_eq!(code, Some(5), "{stderr}");
    assert!(stderr.contains("Hint: allow more with --timeout"), "{stderr}");
}

#[test]
fn a_wait_that_nobody_watches_does_not_ask_for_the_details() {
    let server = Server::start();
    let (_, stderr) = exit(&server.url(), &["job", "wait", "Orders", "--timeout", "1s"]);
    assert!(stderr.starts_with("76543210fedcba9876543210fedcba98 is RUNNING\n"), "{stderr}");
    let job = "GET /jobs/76543210fedcba9876543210fedcba98";
    let times = |request: &str| server.asked().iter().filter(|asked| *asked == request).count();
    assert!(times(&format!("{job}/status")) > 3, "{:?}", server.asked());
    // When its time is over, to know whether what once failed keeps it from where it should be.
    assert_eq!(times(job), 1, "{:?}", server.asked());
}

#[test]
fn a_cluster_that_is_not_there_is_tried_once_unless_said_otherwise() {
    // Nobody listens there.
    let (code, stderr) = exit("http://127.0.0.1:1", &["cluster", "get"]);
    assert!(code == Some(3) && !stderr.contains("tried"), "{stderr}");
    let (code, stderr) = exit("http://127.0.0.1:1", &["cluster", "get", "--retries", "2"]);
    assert!(code == Some(3) && stderr.contains("tried 3 times"), "{stderr}");
}

/// As Flink 2.3.0 does of a job that failed just after a savepoint was asked for.
#[test]
fn what_a_job_that_has_ended_will_never_do_is_not_waited_for() {
    let server = Server::start();
    let (code, stderr) = exit(&server.url(), &["job", "savepoint", "0123", "--timeout", "60s"]);
    assert_eq!(code, Some(10), "{stderr}");
    assert!(stderr.contains("is FAILED, and Flink still waits for it"), "{stderr}");
}

#[cfg(target_os = "linux")]
#[test]
fn who_cannot_be_told_why_is_told_that() {
    let server = Server::start();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let status = flinkctl(&server.url(), &["job", "get", "nothing"]).stderr(full).status().unwrap();
    assert_eq!(status.code(), Some(4));
}

#[test]
fn what_may_have_been_done() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            // It takes the request and never answers.
            let _ = stream.read(&mut [0; 4096]);
        }
    });
    let (code, stderr) = exit(&url, &["savepoint", "dispose", "file:/savepoint", "--yes", "--timeout", "2s"]);
    assert_eq!(code, Some(6), "{stderr}");
    assert!(stderr.contains("Hint: look"), "{stderr}");
}

#[test]
fn who_stops_waiting_does_not_stop_the_job() {
    let server = Server::start();
    let mut child =
        flinkctl(&server.url(), &["job", "wait", "Orders"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    // Now it waits.
    stderr.read_line(&mut line).unwrap();
    assert_eq!(line.trim_end(), "76543210fedcba9876543210fedcba98 is RUNNING");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(rest.contains("job 76543210fedcba9876543210fedcba98 goes on"), "{rest}");
}
