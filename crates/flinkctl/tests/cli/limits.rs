//! `--timeout` limits the whole command, and no wait is endless.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Output},
    thread,
    time::{Duration, Instant},
};

use crate::{exits::flinkctl, server::Server};

/// Timeout of the tests: much more than a time limit of 0.2 s, and much less than anything here would take without one.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Runs a command and asserts that it ends in time.
fn run_in_time(command: &mut Command) -> Output {
    let begun = Instant::now();
    let output = command.output().unwrap();
    assert!(begun.elapsed() < TIMEOUT, "{command:?} took {:?}", begun.elapsed());
    output
}

fn pipe(folder: &Path) -> String {
    let path = folder.join("pipe").to_str().unwrap().to_owned();
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

#[test]
fn the_timeout_includes_reading_secrets_and_files() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    let pipe = pipe(folder.path());
    let secret = format!("file:{pipe}");
    let header = format!("X=file:{pipe}");
    let cases = [
        vec!["--basic-from", &secret],
        vec!["--bearer-from", &secret],
        vec!["--header-from", &header],
        vec!["--proxy", &secret],
        vec!["--ca", &pipe],
        vec!["--cert", &pipe],
        vec!["--basic-from", "cmd:sleep 600"],
    ];
    for case in cases {
        let command = [&["--timeout", "200ms", "job", "cancel", "Orders", "--yes"], case.as_slice()].concat();
        let output = run_in_time(&mut flinkctl(&server.url(), &command));
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(5), "{case:?}: {stderr}");
        assert!(stderr.contains("took longer than the 200ms of --timeout"), "{case:?}: {stderr}");
    }
    let config =
        run_in_time(flinkctl("", &["--timeout", "200ms", "job", "list"]).env("FLINKCTL_CONFIG", &pipe));
    assert_eq!(config.status.code(), Some(5), "{config:?}");
    for command in [&["context", "list"][..], &["context", "show", "dev"], &["local", "list"]] {
        let begun = Instant::now();
        let mut command = flinkctl("", &[&["--timeout", "200ms"], command].concat());
        let output = run_in_time(command.env("FLINKCTL_CONFIG", &pipe));
        assert_eq!(output.status.code(), Some(5), "{output:?}");
        // The extra time to find out why a cluster is slow is not for commands without requests.
        assert!(begun.elapsed() < Duration::from_millis(1400), "{:?}", begun.elapsed());
    }
    let endless = run_in_time(&mut flinkctl(&server.url(), &["--ca", "/dev/zero", "job", "list"]));
    assert_eq!(endless.status.code(), Some(2), "{endless:?}");
    assert!(server.asked().is_empty(), "{:?}", server.asked());
}

/// A pipe, like `<(…)` in a shell.
#[test]
fn a_secret_may_come_from_a_pipe() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    let pipe = pipe(folder.path());
    for option in ["--basic-from", "--bearer-from"] {
        let writer = thread::spawn({
            let pipe = pipe.clone();
            move || fs::write(pipe, "user:password\n").unwrap()
        });
        // The job is looked up first, so there are two requests.
        let output = run_in_time(&mut flinkctl(
            &server.url(),
            &["job", "config", "Orders", option, &format!("file:{pipe}")],
        ));
        assert!(output.status.success(), "{output:?}");
        writer.join().unwrap();
    }
}

#[test]
fn a_secret_command_ends_with_its_children() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    let alive = folder.path().join("alive");
    // It writes a mark as long as it runs, and ignores signals.
    let command =
        format!("cmd:(trap '' TERM; while sleep 0.05; do echo x >> {}; done) & sleep 600", alive.display());
    let limited = ["--timeout", "200ms", "job", "list", "--basic-from", &command];
    assert_eq!(run_in_time(&mut flinkctl(&server.url(), &limited)).status.code(), Some(5));
    is_quiet(&alive);
    // A signal that allows no cleanup.
    let mut killed = flinkctl(&server.url(), &["job", "list", "--basic-from", &command]).spawn().unwrap();
    let begun = Instant::now();
    while !alive.exists() && begun.elapsed() < TIMEOUT {
        thread::sleep(Duration::from_millis(10));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    is_quiet(&alive);
}

/// Removes the file until nobody writes it again.
pub(crate) fn is_quiet(path: &Path) {
    let begun = Instant::now();
    loop {
        fs::remove_file(path).ok();
        thread::sleep(Duration::from_millis(300));
        if !path.exists() {
            return;
        }
        assert!(begun.elapsed() < TIMEOUT, "it goes on");
    }
}

/// A server with the cluster's configuration and endless, slow logs.
fn dripping() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let config = Server::start().recorded("GET /config").to_owned();
    let drip = move |mut stream: TcpStream| -> std::io::Result<()> {
        let mut head = [0; 4096];
        let read = stream.read(&mut head)?;
        if head[..read].starts_with(b"GET /v1/config ") {
            let length = config.len();
            return write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{config}");
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
        loop {
            stream.write_all(b"2\r\n.\n\r\n")?;
            thread::sleep(Duration::from_millis(100));
        }
    };
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let drip = drip.clone();
            thread::spawn(move || drip(stream).ok());
        }
    });
    url
}

#[test]
fn the_timeout_includes_a_slow_response() {
    let url = dripping();
    for command in [&["jobmanager", "log"], &["jobmanager", "stdout"]] {
        let output =
            run_in_time(&mut flinkctl(&url, &[command.as_slice(), &["--timeout", "200ms"]].concat()));
        assert_eq!(output.status.code(), Some(5), "{output:?}");
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn the_timeout_includes_a_blocked_reader() {
    let log = "more than a pipe holds\n".repeat(50_000);
    let server = Server::with([("GET /jobmanager/log", log.as_str())]);
    let (_reader, writer) = std::io::pipe().unwrap();
    let mut command = flinkctl(&server.url(), &["jobmanager", "log", "--timeout", "200ms"]);
    command.stdout(writer.try_clone().unwrap()).stderr(writer);
    assert_eq!(run_in_time(&mut command).status.code(), Some(5));
}

/// A server that stops responding once it has reported a running job: it closes connections, or keeps them open.
fn failing(is_silent: bool) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut is_gone, mut kept) = (false, Vec::new());
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = [0; 4096];
            let read = stream.read(&mut head).unwrap_or_default();
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            let body = match () {
                () if is_gone => {
                    kept.extend(is_silent.then_some(stream));
                    continue;
                }
                () if head.contains("/config") => r#"{"flink-version": "2.3.0", "refresh-interval": 3000, "timezone-name": "UTC", "timezone-offset": 0, "flink-revision": "", "features": {"web-submit": true}}"#.to_owned(),
                () if head.contains("/status") => {
                    is_gone = true;
                    r#"{"status": "RUNNING"}"#.to_owned()
                }
                () => r#"{"jobs": []}"#.to_owned(),
            };
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    url
}

const JOB: &str = "76543210fedcba9876543210fedcba98";

#[test]
fn a_wait_ends_when_the_cluster_disappears() {
    let output = run_in_time(&mut flinkctl(&failing(false), &["job", "wait", JOB, "--patience", "3s"]));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("has finished: no answer for 3s"), "{stderr}");
    assert!(stderr.contains(&format!("`flinkctl job wait {JOB}` waits for it")), "{stderr}");
}

/// The pending request alone may take half a minute.
#[test]
fn a_hanging_cluster_is_reported_soon() {
    let output = run_in_time(&mut flinkctl(&failing(true), &["job", "wait", JOB, "--timeout", "4s"]));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{stderr}");
    assert!(stderr.contains("no answer for 3s: the request is pending; gives up after 2m"), "{stderr}");
}
