//! A change that was carried out is reported as such, whatever fails afterwards.

use std::{fs::File, process::Stdio};

use crate::{
    exits::{exit, flinkctl},
    server::Server,
};

const JOB: &str = "76543210fedcba9876543210fedcba98";
const TRIGGERED: &str = r#"{"request-id":"00000000000000000000000000000001"}"#;
const SUBMITTED: &str = r#"{"jobid":"0123456789abcdef0123456789abcdef"}"#;

fn changes(server: &Server) -> Vec<String> {
    server.asked().into_iter().filter(|asked| !asked.starts_with("GET ")).collect()
}

#[test]
fn an_unsuitable_output_format_is_refused_before_a_change() {
    let server = Server::start();
    let jar = &["jar", "run", "StreamingJob.jar"][..];
    let dispose = &["jar", "delete", "StreamingJob.jar", "--yes"];
    for (command, format) in [(jar, "svg"), (jar, "dot"), (dispose, "mermaid"), (dispose, "name")] {
        let (code, stderr) = exit(&server.url(), &[command, &["-o", format]].concat());
        assert_eq!(code, Some(2), "{command:?} {stderr}");
        assert_eq!(changes(&server), [""; 0], "{command:?} -o {format}");
    }
}

#[test]
fn a_missing_field_does_not_hide_a_successful_change() {
    let jar = "79cc07d7-b092-4419-92d5-85f0d16e85c6_StreamingJob.jar";
    let server = Server::with([(&*format!("POST /jars/{jar}/run"), SUBMITTED)]);
    let (code, stderr) = exit(&server.url(), &["jar", "run", jar, "--json", "nosuch"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("it is done") && stderr.contains(SUBMITTED), "{stderr}");
}

#[test]
#[cfg(target_os = "linux")]
fn an_unwritable_result_is_reported() {
    let server = Server::with([(&*format!("POST /jobs/{JOB}/savepoints"), TRIGGERED)]);
    let mut command = flinkctl(&server.url(), &["job", "savepoint", "Orders"]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("the savepoint is taken, but `file:"), "{stderr}");
}

#[test]
fn a_refused_status_request_leaves_the_outcome_open() {
    let status = format!("GET /jobs/{JOB}/savepoints/00000000000000000000000000000001");
    for (refusal, body) in [(401, r#"{"message":"token expired"}"#), (500, r#"{"errors":["no"]}"#)] {
        let server = Server::with_statuses([
            (&*format!("POST /jobs/{JOB}/savepoints"), 202, TRIGGERED),
            (&*format!("POST /jobs/{JOB}/stop"), 202, TRIGGERED),
            (&*status, refusal, body),
        ]);
        for command in ["savepoint", "stop"] {
            let (code, stderr) = exit(&server.url(), &["job", command, "Orders"]);
            assert_eq!(code, Some(6), "{command} {refusal}: {stderr}");
            let look = format!("flinkctl savepoint status {JOB} 00000000000000000000000000000001");
            assert!(stderr.contains(&look), "{stderr}");
        }
    }
}
