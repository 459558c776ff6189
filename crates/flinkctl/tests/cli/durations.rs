//! Every duration that can be typed works; one that is too long for the clock means no limit.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use crate::{exits::flinkctl, server::Server};

const TIMES: &[&str] = &[
    "1ns",
    "1ms",
    "90s",
    "1h30m",
    "PT1H",
    "876000h",
    "2562047788015215h",
    "153722867280912930m",
    "9223372036854775807s",
    "9223372036854775807.999999999s",
    "PT9223372036854775807S",
];

const JOB: &str = "76543210fedcba9876543210fedcba98";

pub(crate) fn server() -> Server {
    let details = Server::start().recorded(&format!("GET /jobs/{JOB}")).to_owned();
    rescalable(&details)
}

/// A cluster with the adaptive scheduler and this job.
pub(crate) fn rescalable(details: &str) -> Server {
    let requirements =
        r#"{"b71731f1c0df9c3076c4a455334d0ad6":{"parallelism":{"lowerBound":1,"upperBound":1}}}"#;
    let of_job = format!("/jobs/{JOB}");
    let state = &serde_json::from_str::<serde_json::Value>(details).unwrap()["state"];
    let state = serde_json::json!({ "status": state }).to_string();
    Server::with([
        (format!("GET {of_job}/status").as_str(), state.as_str()),
        (format!("GET {of_job}").as_str(), details),
        (format!("GET {of_job}/resource-requirements").as_str(), requirements),
        (format!("PUT {of_job}/resource-requirements").as_str(), "{}"),
    ])
}

#[test]
fn every_command_accepts_any_duration() {
    let server = server();
    for time in TIMES {
        for arguments in [
            &["job", "rescale", JOB, "1"][..],
            &["job", "flamegraph", JOB],
            &["job", "wait", JOB, "running"],
            &["job", "list"],
            &["job", "savepoint", JOB],
            &["job", "cancel", "0123456789abcdef0123456789abcdef", "--yes"],
            &["logs", "jobmanager"],
            &["ps"],
        ] {
            let output =
                flinkctl(&server.url(), &[arguments, &["--timeout", time]].concat()).output().unwrap();
            let (code, stderr) = (output.status.code(), String::from_utf8(output.stderr).unwrap());
            assert!(
                matches!(code, Some(0..=11)) && !stderr.contains("panicked"),
                "{arguments:?} {time}: {stderr}"
            );
        }
        let output = flinkctl(&server.url(), &["logs", "jobmanager", "--since", time]).output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 2)), "--since {time}: {output:?}");
    }
}

#[test]
fn watch_accepts_any_interval() {
    let server = Server::start();
    for time in TIMES {
        let mut command = flinkctl(&server.url(), &["job", "list", &format!("--watch={time}")]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("RUNNING") || line.contains("FAILED"), "{time}: {line}");
        // It keeps running unless it panicked; killing an ended process is not an error.
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{time}");
    }
}

#[test]
fn a_context_keeps_its_timeout() {
    for time in TIMES {
        let folder = tempfile::tempdir().unwrap();
        let context = |arguments: &[&str]| {
            let mut command = flinkctl("", arguments);
            command.env_remove("FLINKCTL_URL").env("FLINKCTL_CONFIG", folder.path().join("config.toml"));
            let output = command.output().unwrap();
            assert!(output.status.success(), "{time}: {output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        context(&["context", "add", "there", "--url", "http://flink", "--timeout", time]);
        let written = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
        context(&["context", "add", "other", "--url", "http://flink"]);
        assert!(context(&["context", "show", "there"]).contains("timeout\t"), "{time}: {written}");
    }
}
