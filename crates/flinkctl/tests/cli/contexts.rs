//! Contexts: secrets reach only the cluster, and concurrent changes do not overwrite each other.

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

/// A server for one request: its address, and the head of the request once it has arrived.
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
fn a_secret_is_sent_to_the_cluster_and_not_shown() {
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
fn concurrent_changes_are_all_kept_and_private() {
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

#[test]
fn stderr_of_a_secret_command_is_shown_and_its_stdout_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let run = |url: &str, command: &str| {
        let source = format!("cmd:{command}");
        let arguments = ["job", "list", "-v", "--url", url, "--basic-from", &source];
        let output = flinkctl(folder.path(), &arguments).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(!message.contains("hunter2") && !message.contains("panicked"), "{message}");
        (output.status.code(), message)
    };
    let (code, message) = run("http://127.0.0.1:1", "echo the safe is locked >&2; echo me:$SECRET; exit 3");
    assert_eq!(code, Some(2), "{message}");
    assert!(message.starts_with("the safe is locked\n") && message.contains("exit status: 3"), "{message}");
    let (url, head) = listener();
    let (code, message) = run(&url, "echo unlocked >&2; echo me:$SECRET");
    head.join().unwrap();
    assert_eq!(code, Some(1), "{message}");
    assert!(message.starts_with("unlocked\n"), "{message}");
    let (code, message) = run("http://127.0.0.1:1", "yes $SECRET");
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("it is longer than 64 KiB"), "{message}");
}

#[test]
fn a_file_with_the_name_of_a_lock_file_is_locked_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.lock");
    let names: Vec<_> = (0..8).map(|number| format!("number-{number}")).collect();
    let add = |name: &String| {
        let mut command = flinkctl(folder.path(), &["context", "add", name, "--url", "http://flink"]);
        command.env("FLINKCTL_CONFIG", &file).spawn().unwrap()
    };
    let children: Vec<_> = names.iter().map(add).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let written = fs::read_to_string(file).unwrap();
    assert!(names.iter().all(|name| written.contains(&format!("[context.{name}]\n"))), "{written}");
}

#[test]
fn an_ended_flink_is_forgotten_even_if_its_folder_remains() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    // A file in place of the folder, which cannot be removed like a folder.
    let left = folder.path().join("left");
    fs::write(&left, "").unwrap();
    let here = flink_local::Place::here().map_or_else(String::new, |here| format!("place = \"{here}\"\n"));
    let local = format!("flink = \"2.3.0\"\nfolder = \"{}\"\nprocesses = []\n{here}", left.display());
    let text =
        format!("current = \"old\"\n[context.old]\nurl = \"http://flink\"\n[context.old.local]\n{local}");
    fs::write(&config, text).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).unwrap();
    let output = flinkctl(folder.path(), &["local", "down"]).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("its folder remains") && message.contains("cannot remove"), "{message}");
    assert!(done(folder.path(), &["local", "list"]).stdout.is_empty());
}

#[test]
fn a_special_file_is_not_used_for_contexts() {
    let folder = tempfile::tempdir().unwrap();
    let with = |config: &Path, arguments: &[&str]| {
        let output = flinkctl(folder.path(), arguments).env("FLINKCTL_CONFIG", config).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let add = ["context", "add", "there", "--url", "http://flink"];
    assert_eq!(with(Path::new("/dev/null"), &["context", "list"]), (Some(0), String::new()));
    for config in [Path::new("/dev/null"), folder.path()] {
        let (code, message) = with(config, &add);
        assert!(code == Some(2) && message.contains("is no file, and cannot keep contexts"), "{message}");
    }
    assert_eq!(with(folder.path(), &["context", "list"]).0, Some(2));
    assert!(!Path::new("/dev/.null.lock").exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A container that shares the file of contexts sees none of the processes, but they may run.
#[test]
fn a_cluster_of_another_machine_is_not_taken_for_ended() {
    let folder = tempfile::tempdir().unwrap();
    let flink = folder.path().join("flink-2.3.0-abcdef");
    fs::create_dir_all(flink.join("savepoints")).unwrap();
    let config = folder.path().join("config.toml");
    let text = format!(
        "current = \"host\"\n[context.host]\nurl = \"http://127.0.0.1:1\"\n[context.host.local]\nflink = \"2.3.0\"\n\
         folder = \"{}\"\nprocesses = [1]\nplace = \"elsewhere 0000 pid:[1]\"\n",
        flink.display()
    );
    fs::write(&config, text).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).unwrap();
    let run = |arguments: &[&str]| {
        let output = flinkctl(folder.path(), arguments).output().unwrap();
        let message = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(message).unwrap())
    };
    let (code, message) = run(&["local", "list"]);
    assert!(code == Some(0) && message.contains("UNKNOWN"), "{message}");
    for command in [&["local", "down"][..], &["local", "up", "host"]] {
        let (code, message) = run(command);
        assert_ne!(code, Some(0), "{message}");
        assert!(message.contains("cannot find out from here if"), "{message}");
        assert!(message.contains("`flinkctl local down host --forget`"), "{message}");
    }
    assert!(flink.join("savepoints").exists() && fs::read_to_string(&config).unwrap().contains("elsewhere"));
    let (code, message) = run(&["local", "down", "--forget"]);
    assert!(code == Some(0) && message.contains("its folder remains"), "{message}");
    assert!(flink.join("savepoints").exists() && !fs::read_to_string(&config).unwrap().contains("elsewhere"));
}
