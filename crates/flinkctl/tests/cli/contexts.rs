//! Contexts: secrets reach the cluster and nobody else, and no two processes take each other's away.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output, Stdio},
    thread,
};

fn flinkctl(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flinkctl"));
    command.args(arguments).env_clear().env("FLINKCTL_CONFIG", folder.join("config.toml"));
    command.env("SECRET", "hunter2").stdin(Stdio::null());
    command
}

fn done(folder: &Path, arguments: &[&str]) -> Output {
    let output = flinkctl(folder, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output
}

/// A server for one request: its address, and the head of the request once it was there.
fn listener() -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let head = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        stream.write_all(b"HTTP/1.1 401 \r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}").unwrap();
        String::from_utf8(head).unwrap().to_lowercase()
    });
    (url, head)
}

#[test]
fn a_secret_goes_to_the_cluster_and_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, "hunter2\n").unwrap();
    let file = format!("file:{}", file.display());
    for (arguments, header) in [
        (["--bearer-from", "env:SECRET"], "authorization: bearer hunter2"),
        (["--bearer-from", &file], "authorization: bearer hunter2"),
        (["--bearer-from", "cmd:echo $SECRET"], "authorization: bearer hunter2"),
        (["--basic-from", "cmd:echo me:$SECRET"], "authorization: basic bwu6ahvudgvymg=="),
        (["--header-from", "X-Key=env:SECRET"], "x-key: hunter2"),
    ] {
        let (url, head) = listener();
        let add = done(
            folder.path(),
            &[&["context", "add", "there", "--replace", "--url", &url], &arguments[..]].concat(),
        );
        let show = done(folder.path(), &["context", "show", "there"]);
        let list = done(folder.path(), &["context", "list", "-o", "wide"]);
        let refused = flinkctl(folder.path(), &["job", "list", "-v"]).output().unwrap();
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        let head = head.join().unwrap();
        assert!(head.contains(header), "{arguments:?}: {head}");
        let written = fs::read_to_string(folder.path().join("config.toml")).unwrap();
        let shown = format!("{add:?}{show:?}{list:?}{refused:?}{written}");
        assert!(!shown.contains("hunter2") && shown.contains(arguments[1]), "{shown}");
    }
}

#[test]
fn what_several_processes_add_is_all_there_and_for_the_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<_> = (0..8).map(|number| format!("number-{number}")).collect();
    let add =
        |name| flinkctl(folder.path(), &["context", "add", name, "--url", "http://flink"]).spawn().unwrap();
    let children: Vec<_> = names.iter().map(|name| add(name)).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let listed = done(folder.path(), &["context", "list", "-o", "name"]);
    assert_eq!(String::from_utf8(listed.stdout).unwrap().lines().collect::<Vec<_>>(), names);
    let mode = fs::metadata(folder.path().join("config.toml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
