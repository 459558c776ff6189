//! Exit codes that no transcript can show: of waiting, of answers that are lost.

use std::{
    io::Read,
    net::TcpListener,
    process::{Command, Stdio},
    thread,
};

use crate::server::Server;

pub(crate) fn flinkctl(url: &str, arguments: &[&str]) -> Command {
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
