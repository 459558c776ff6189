//! Shell completion, requested as the shells' scripts do, and in a real bash.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::server::Server;

const PROGRAM: &str = env!("CARGO_BIN_EXE_flinkctl");

/// The candidates that fish gets for the last word, without descriptions.
fn offered(url: &str, words: &[&str]) -> Vec<String> {
    let output = Command::new(PROGRAM)
        .args(["--", "flinkctl"])
        .args(words)
        .env_clear()
        .env("FLINKCTL_COMPLETE", "fish")
        .env("FLINKCTL_URL", url)
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let values = text.lines().map(|line| line.split('\t').next().unwrap().to_owned());
    values.filter(|value| !value.starts_with('-')).collect()
}

#[test]
fn names_and_ids_on_the_cluster_are_offered() {
    let server = Server::start();
    let offers = |words: &[&str], expected: &[&str]| eventually(|| offered(&server.url(), words), expected);
    // Names where they are unique, ids otherwise.
    let ids = ["0123456789abcdef0123456789abcdef", "3cfb0089eb723e3280d5af62d01ee1e4"];
    offers(&["job", "get", ""], &[&["Clicks", "Broken", "Orders"], &ids[..]].concat());
    offers(&["job", "cancel", "Cl"], &["Clicks"]);
    offers(&["job", "get", "03a9"], &["03a9260c5232bec98320c440648cb3fb"]);
    offers(&["taskmanager", "get", ""], &["525d24"]);
    offers(&["vertex", "get", "7654", "ca"], &["ca88eee0095684d687a1b6495617f957"]);
    offers(&["jar", "delete", "4ed"], &["4ed85312-258c-48f6-b8db-9f37a9a3ccb4_StreamingJob.jar"]);
    offers(&["logs", "52"], &["525d24"]);
    offers(&["check"], &["checkpoint"]);
}

/// Repeats the request for a while: on a busy machine, a response may take longer than the second that a shell waits.
fn eventually(offered: impl Fn() -> Vec<String>, expected: &[&str]) {
    let begin = Instant::now();
    while offered() != expected {
        assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", offered());
    }
}

#[test]
fn a_hanging_cluster_does_not_delay_completion() {
    // It accepts connections and never responds.
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let begin = Instant::now();
    assert_eq!(offered(&format!("http://{}", silent.local_addr().unwrap()), &["job", "get", ""]), [""; 0]);
    assert_eq!(offered("http://127.0.0.1:1", &["job", "get", ""]), [""; 0]);
    assert_eq!(offered("no address", &["job", "get", ""]), [""; 0]);
    // Much less than the client's own timeout.
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[test]
fn bash_completes() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.toml"), "[context.staging]\nurl = \"http://flink\"\n").unwrap();
    let offers = |line: &str, replaced: &str, expected: &[&str]| {
        eventually(|| in_bash(folder.path(), &server.url(), line, replaced), expected);
    };
    offers("flinkctl job get Cl", "Cl", &["Clicks"]);
    offers("flinkctl context use ", "", &["staging"]);
    offers("flinkctl --context=st", "st", &["staging"]);
    // bash splits words at colons, flinkctl does not.
    let line = format!("flinkctl -u {} job get Cl", server.url());
    offers(&line, "Cl", &["Clicks"]);
    offers("flinkctl taskmanager get 127.0.0.1:447", "447", &["44791-525d24"]);
}

/// The result of the script in bash, called as for Tab at the end of the line.
fn in_bash(folder: &Path, url: &str, line: &str, replaced: &str) -> Vec<String> {
    const ASK: &str = r#"source <(flinkctl completion bash)
        complete -p flinkctl >/dev/null || exit 1
        COMP_LINE=$1 COMP_POINT=${#1}; _flinkctl flinkctl "$2" ""; printf '%s\n' "${COMPREPLY[@]}""#;
    let path = format!("{}:/usr/bin:/bin", Path::new(PROGRAM).parent().unwrap().display());
    let output = Command::new("bash")
        .args(["--norc", "-c", ASK, "bash", line, replaced])
        .env_clear()
        .env("PATH", path)
        .env("FLINKCTL_URL", url)
        .env("FLINKCTL_CONFIG", folder.join("config.toml"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn completion_runs_no_typed_command() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let (config, ran) = (folder.path().join("config.toml"), folder.path().join("ran"));
    let source = format!("cmd:touch {}; echo secret", ran.display());
    let typed = |source: &[&str]| {
        let words = [&["--context", "there"], source, &["job", "get", "Cl"]].concat();
        let mut command = Command::new(PROGRAM);
        command.args(["--", "flinkctl"]).args(words).env_clear().env("PATH", "/usr/bin:/bin");
        let output =
            command.env("FLINKCTL_COMPLETE", "fish").env("FLINKCTL_CONFIG", &config).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let context = |more: &str| {
        fs::write(&config, format!("[context.there]\nurl = \"{}\"\n{more}\n", server.url())).unwrap();
    };
    context("");
    let header = format!("X-Key={source}");
    for option in [
        ["--bearer-from", &source],
        ["--basic-from", &source],
        ["--header-from", &header],
        ["--proxy", &source],
    ] {
        assert_eq!(typed(&option), "", "{option:?}");
        assert!(!ran.exists(), "{option:?}");
    }
    // A stored source is meant to be run.
    context(&format!("bearer-from = \"{source}\""));
    let begin = Instant::now();
    while !typed(&[]).starts_with("Clicks") {
        assert!(begin.elapsed() < Duration::from_secs(30));
    }
    assert!(ran.exists());
}
