//! Ctrl-C and SIGTERM, as sent by `timeout` and service managers: the command names what it has started.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{exits::flinkctl, server::Server};

const JOB: &str = "76543210fedcba9876543210fedcba98";

/// Sends a signal; returns the exit code and the standard error.
fn stop(child: Child, signal: &str) -> (Option<i32>, String) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// The next request: its first line, the length of its body, and the stream to read it from.
fn request(listener: &TcpListener) -> (String, u64, BufReader<TcpStream>) {
    let mut reader = BufReader::new(listener.accept().unwrap().0);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim().to_lowercase().split_once(": ") {
            Some(("content-length", text)) => length = text.parse().unwrap(),
            Some(_) => {}
            None => return (first, length, reader),
        }
    }
}

/// Sends these responses by the end of the path, until a request starts with `wanted`, or equals it if `wanted` ends in
/// a space. Returns the length of its body and the stream to read it from.
fn until(listener: &TcpListener, wanted: &str, answers: &[(&str, &str)]) -> (u64, BufReader<TcpStream>) {
    loop {
        let (line, length, mut body) = request(listener);
        let asked = line.trim_end().trim_end_matches(" HTTP/1.1");
        if format!("{asked} ").starts_with(wanted) {
            return (length, body);
        }
        let given = answers.iter().find(|(end, _)| asked.ends_with(end));
        answer(length, &mut body, given.unwrap_or_else(|| panic!("{line}")).1);
    }
}

fn answer(length: u64, body: &mut BufReader<TcpStream>, answer: &str) {
    answer_with(200, length, body, answer);
}

fn answer_with(status: u16, length: u64, body: &mut BufReader<TcpStream>, answer: &str) {
    std::io::copy(&mut body.by_ref().take(length), &mut std::io::sink()).unwrap();
    let head = format!("HTTP/1.1 {status} \r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
    body.get_mut().write_all(format!("{head}{answer}").as_bytes()).unwrap();
}

/// A jar that is larger than the system's buffers.
fn large_jar() -> tempfile::NamedTempFile {
    let mut jar = tempfile::Builder::new().suffix(".jar").tempfile().unwrap();
    jar.write_all(b"PK\x03\x04").unwrap();
    jar.as_file().set_len(64 << 20).unwrap();
    jar
}

fn run(listener: &TcpListener, jar: &tempfile::NamedTempFile, options: &[&str]) -> Child {
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = flinkctl(&url, &["run", jar.path().to_str().unwrap()]);
    command.args(options);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn stopping_an_upload_reports_that_nothing_was_started() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let (server, jar) = (Server::start(), large_jar());
    let config = ("/v1/config", server.recorded("GET /config"));
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let child = run(&listener, &jar, &[]);
        let (_, _upload) = until(&listener, "POST /v1/jars/upload", &[config]);
        let (exit, stderr) = stop(child, signal);
        assert_eq!(exit, Some(code), "{stderr}");
        assert!(stderr.contains("nothing was started"), "{stderr}");
    }
}

/// Stops `flinkctl run` after the request for the job; returns the sent body and the standard error.
fn stop_a_submission(options: &[&str]) -> (serde_json::Value, String) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let (server, jar) = (Server::start(), large_jar());
    let child = run(&listener, &jar, options);
    let answers = [
        ("/v1/config", server.recorded("GET /config")),
        ("/v1/jobs", r#"{"jobs":[]}"#),
        ("/v1/jars/upload", r#"{"filename":"/tmp/1_app.jar","status":"success"}"#),
    ];
    // No response.
    let (length, mut body) = until(&listener, "POST /v1/jars/1_app.jar/run", &answers);
    let mut asked = String::new();
    body.by_ref().take(length).read_to_string(&mut asked).unwrap();
    let (exit, stderr) = stop(child, "-INT");
    assert_eq!(exit, Some(130), "{stderr}");
    (serde_json::from_str(&asked).unwrap(), stderr)
}

#[test]
fn stopping_a_submission_names_the_jobs_that_may_have_started() {
    let (asked, stderr) = stop_a_submission(&["--exactly-once"]);
    let job = asked["jobId"].as_str().unwrap();
    assert!(stderr.contains(&format!("job {job} may have been started")), "{stderr}");
    assert!(stderr.contains(&format!("`flinkctl job get {job}`")), "{stderr}");

    let (asked, stderr) = stop_a_submission(&[]);
    assert_eq!(asked, serde_json::json!({}), "it is what curl sends");
    assert!(stderr.contains("the program's jobs may have been started"), "{stderr}");
    assert!(stderr.contains("`flinkctl job list`"), "{stderr}");
}

#[test]
fn stopping_a_wait_does_not_stop_the_job() {
    let server = Server::start();
    let mut child =
        flinkctl(&server.url(), &["job", "wait", "Orders"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    // Now it waits.
    stderr.read_line(&mut line).unwrap();
    assert_eq!(line.trim_end(), "76543210fedcba9876543210fedcba98 is RUNNING");
    assert_eq!(stop(child, "-INT").0, Some(130));
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("job 76543210fedcba9876543210fedcba98 continues"), "{rest}");
}

/// Also with several jobs: the next one is not waited for.
#[test]
fn stopping_a_wait_for_a_program_names_its_running_jobs() {
    const OTHER: &str = "0123456789abcdef0123456789abcdef";
    let overview = Server::start().recorded("GET /jobs/overview").to_owned();
    let mut jobs: serde_json::Value = serde_json::from_str(&overview).unwrap();
    let all = jobs["jobs"].as_array_mut().unwrap();
    all.retain(|job| job["jid"] == JOB);
    let mut other = all[0].clone();
    other["jid"] = OTHER.into();
    other["start-time"] = (other["start-time"].as_u64().unwrap() + 1).into();
    all.push(other);
    let (status, uploaded, run) = (
        r#"{"status":"RUNNING"}"#,
        r#"{"filename":"/tmp/1_app.jar","status":"success"}"#,
        format!(r#"{{"jobid":"{JOB}"}}"#),
    );
    let server = Server::with([
        ("GET /jobs/overview", &*jobs.to_string()),
        ("POST /jars/upload", uploaded),
        ("POST /jars/1_app.jar/run", &run),
        ("DELETE /jars/1_app.jar", "{}"),
        (&format!("GET /jobs/{JOB}/status"), status),
        (&format!("GET /jobs/{OTHER}/status"), status),
    ]);
    let jar = large_jar();
    let command = ["run", jar.path().to_str().unwrap(), "--wait", "finished"];
    let mut child = flinkctl(&server.url(), &command).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let (mut printed, waits) = (String::new(), format!("{JOB} is RUNNING\n"));
    while !printed.ends_with(&waits) {
        assert_ne!(stderr.read_line(&mut printed).unwrap(), 0, "{printed}");
    }
    assert_eq!(stop(child, "-INT").0, Some(130));
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert!(
        rest.contains(&format!("you stopped waiting; job {JOB} continues, and so does 1 more")),
        "{rest}"
    );
    assert!(rest.contains(&format!("`flinkctl job wait {JOB}`")) && !rest.contains(&waits), "{rest}");
}

/// Accepts a savepoint; returns its id and the pending request for its status.
fn trigger(listener: &TcpListener) -> (String, BufReader<TcpStream>) {
    let (server, trigger) = (Server::start(), format!("{:032}", 7));
    let triggered = format!(r#"{{"request-id":"{trigger}"}}"#);
    let answers = [
        ("/v1/config", server.recorded("GET /config")),
        ("/v1/jobs/overview", server.recorded("GET /jobs/overview")),
        (JOB, server.recorded(&format!("GET /jobs/{JOB}"))),
        ("/checkpoints/config", server.recorded(&format!("GET /jobs/{JOB}/checkpoints/config"))),
        ("/savepoints", &triggered),
    ];
    let (_, question) = until(listener, &format!("GET /v1/jobs/{JOB}/savepoints/"), &answers);
    (trigger, question)
}

#[test]
fn stopping_a_wait_for_a_savepoint_names_the_command_to_check_it() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = flinkctl(&url, &["job", "savepoint", JOB]);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let (trigger, _question) = trigger(&listener);
    let (exit, stderr) = stop(child, "-TERM");
    assert_eq!(exit, Some(143), "{stderr}");
    assert!(stderr.contains("the savepoint continues"), "{stderr}");
    assert!(stderr.contains(&format!("`flinkctl savepoint status {JOB} {trigger}`")), "{stderr}");
}

/// «No such host» does not tell what became of the savepoint either.
#[test]
fn the_id_of_a_savepoint_is_shown_if_the_cluster_disappears() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = flinkctl(&url, &["job", "savepoint", JOB, "--timeout", "2s"]);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let (trigger, question) = trigger(&listener);
    drop((question, listener));
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{stderr}");
    assert!(stderr.contains("the savepoint was triggered, and its outcome is unknown"), "{stderr}");
    assert!(stderr.contains(&format!("`flinkctl savepoint status {JOB} {trigger}`")), "{stderr}");
}

/// A new JobManager does not know the operations that the previous one accepted.
#[test]
fn a_forgotten_savepoint_may_have_been_taken() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = flinkctl("http://elsewhere", &["job", "savepoint", JOB, "--url", &url]);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let (trigger, mut question) = trigger(&listener);
    let unknown =
        r#"{"errors":["RestHandlerException: There is no savepoint operation with triggerId=7 for job 7."]}"#;
    answer_with(404, 0, &mut question, unknown);
    drop((question, listener));
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{stderr}");
    assert!(stderr.contains(&format!("the server no longer knows operation {trigger}")), "{stderr}");
    for next in [format!("flinkctl job get {JOB}"), format!("flinkctl checkpoint list {JOB} -o wide")] {
        assert!(stderr.contains(&format!("`{next} --url {url}`")), "{stderr}");
    }
}

/// A timeout names the command that shows the result.
#[test]
fn a_savepoint_timeout_names_the_command_for_its_path() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = flinkctl(&url, &["job", "savepoint", JOB, "--timeout", "1s"]);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let (trigger, _question) = trigger(&listener);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{stderr}");
    assert!(stderr.contains(&format!("`flinkctl savepoint status {JOB} {trigger}`")), "{stderr}");
}

/// All tasks may run for a moment between two failures.
#[test]
fn a_restarted_job_is_reported_as_such() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = flinkctl(&url, &["job", "wait", JOB, "running"]);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let server = Server::start();
    let answers = [
        ("/v1/config", server.recorded("GET /config")),
        ("/v1/jobs/overview", server.recorded("GET /jobs/overview")),
        ("/exceptions", server.recorded(&format!("GET /jobs/{JOB}/exceptions"))),
    ];
    for state in ["RESTARTING", "RUNNING"] {
        let (length, mut body) = until(&listener, &format!("GET /v1/jobs/{JOB}/status "), &answers);
        answer(length, &mut body, &format!(r#"{{"status":"{state}"}}"#));
    }
    let (length, mut body) = until(&listener, &format!("GET /v1/jobs/{JOB} "), &answers);
    answer(length, &mut body, server.recorded(&format!("GET /jobs/{JOB}")));
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains(&format!("restarted before that: `flinkctl job exceptions {JOB}`")), "{stderr}");
}

#[test]
fn stopping_a_trigger_names_the_command_to_check_it() {
    let server = Server::start();
    for (verb, path, what, status) in [
        ("savepoint", "savepoints", "the savepoint", "savepoint"),
        ("checkpoint", "checkpoints", "the checkpoint", "checkpoint"),
        ("stop", "stop", "the stop", "savepoint"),
    ] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let child = flinkctl(&url, &["job", verb, JOB]).stderr(Stdio::piped()).spawn().unwrap();
        let answers = [
            ("/v1/config", server.recorded("GET /config")),
            ("/v1/jobs/overview", server.recorded("GET /jobs/overview")),
            (JOB, server.recorded(&format!("GET /jobs/{JOB}"))),
            ("/checkpoints/config", server.recorded(&format!("GET /jobs/{JOB}/checkpoints/config"))),
        ];
        // It receives the request and does not respond.
        let (length, mut body) = until(&listener, &format!("POST /v1/jobs/{JOB}/{path}"), &answers);
        let mut asked = String::new();
        body.by_ref().take(length).read_to_string(&mut asked).unwrap();
        let asked: serde_json::Value = serde_json::from_str(&asked).unwrap();
        let trigger = asked["triggerId"].as_str().unwrap();
        let (exit, stderr) = stop(child, "-INT");
        assert_eq!(exit, Some(130), "{stderr}");
        assert!(stderr.contains(&format!("{what} may have been triggered")), "{stderr}");
        assert!(stderr.contains(&format!("`flinkctl {status} status {JOB} {trigger}`")), "{stderr}");
    }
}

#[test]
fn stopping_a_change_reports_its_unknown_outcome() {
    let server = Server::start();
    let requirements = format!("/v1/jobs/{JOB}/resource-requirements");
    for (arguments, wanted, what) in [
        (&["job", "cancel", JOB, "--yes"][..], format!("PATCH /v1/jobs/{JOB}"), "may still be cancelled"),
        (&["job", "rescale", JOB, "2"], format!("PUT {requirements}"), "may still be rescaled"),
    ] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let child = flinkctl(&url, arguments).stderr(Stdio::piped()).spawn().unwrap();
        let answers = [
            ("/v1/config", server.recorded("GET /config")),
            ("/v1/jobs/overview", server.recorded("GET /jobs/overview")),
            (
                requirements.as_str(),
                r#"{"b71731f1c0df9c3076c4a455334d0ad6":{"parallelism":{"lowerBound":1,"upperBound":1}}}"#,
            ),
            (JOB, server.recorded(&format!("GET /jobs/{JOB}"))),
        ];
        // It receives the request and does not respond.
        let _request = until(&listener, &wanted, &answers);
        let (exit, stderr) = stop(child, "-INT");
        assert_eq!(exit, Some(130), "{stderr}");
        assert!(stderr.contains(what) && stderr.contains(&format!("`flinkctl job get {JOB}`")), "{stderr}");
    }
}

/// The given timeout includes the upload.
#[test]
fn the_timeout_includes_a_blocked_upload() {
    let (server, jar) = (Server::start(), large_jar());
    let config = ("/v1/config", server.recorded("GET /config"));
    // The server never had the complete jar, so nothing was carried out.
    for command in [&["run"][..], &["jar", "upload"]] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let arguments = [command, &[jar.path().to_str().unwrap(), "--timeout", "1s"]].concat();
        let mut child = flinkctl(&url, &arguments).stderr(Stdio::piped()).spawn().unwrap();
        let _upload = until(&listener, "POST /v1/jars/upload", &[config]);
        let begun = Instant::now();
        assert_eq!(child.wait().unwrap().code(), Some(5), "{command:?}");
        assert!(begun.elapsed() < Duration::from_secs(6), "{command:?}: {:?}", begun.elapsed());
    }
}

/// A follower of a log is told why no more lines arrive.
#[test]
fn a_cluster_that_disappears_while_its_log_is_followed_is_reported() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = flinkctl(&url, &["logs", "jobmanager", "-f"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let server = Server::start();
    let list = r#"{"logs":[{"name":"jobmanager.log","size":4,"mtime":1}]}"#;
    let answers = [
        ("/v1/config", server.recorded("GET /config")),
        ("/v1/jobmanager/log", "one\n"),
        ("/v1/jobmanager/logs/jobmanager.log", "one\n"),
    ];
    // To find the file's name, to read it, and to poll for new lines.
    for _ in 0..3 {
        let (length, mut body) = until(&listener, "GET /v1/jobmanager/logs ", &answers);
        answer(length, &mut body, list);
    }
    drop(listener);
    let mut printed = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut printed).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(printed.contains("retrying for 2m"), "{printed}");
}

/// A given timeout is nearly kept even if nobody responds.
#[test]
fn the_lookup_of_an_obstacle_is_brief() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = flinkctl(&url, &["job", "wait", JOB, "--timeout", "1s"]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let server = Server::start();
    let answers = [
        ("/v1/config", server.recorded("GET /config")),
        ("/v1/jobs/overview", server.recorded("GET /jobs/overview")),
        ("/status", r#"{"status":"RUNNING"}"#),
    ];
    // Requested at the deadline.
    let _of_what_held_it_up = until(&listener, &format!("GET /v1/jobs/{JOB} "), &answers);
    let asked = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(5));
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
}

/// A process that handles a signal does not end by itself.
#[test]
fn stopping_the_lookup_of_a_cause_still_reports_the_failure() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = flinkctl(&url, &["job", "wait", JOB, "--timeout", "1s"]);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let server = Server::start();
    let exceptions = format!("GET /v1/jobs/{JOB}/exceptions");
    let answers = [
        ("/v1/config", server.recorded("GET /config")),
        ("/v1/jobs/overview", server.recorded("GET /jobs/overview")),
        (JOB, server.recorded(&format!("GET /jobs/{JOB}"))),
        ("/status", r#"{"status":"FAILED"}"#),
    ];
    // Requested twice: by the wait, until the deadline, and for the place of the failure. Nobody responds.
    let _of_the_wait = until(&listener, &exceptions, &answers);
    let _of_the_place = until(&listener, &exceptions, &answers);
    let (exit, stderr) = stop(child, "-INT");
    assert_eq!(exit, Some(10), "{stderr}");
    assert!(stderr.contains(&format!("job {JOB} is FAILED")), "{stderr}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_job_whose_id_cannot_be_written_is_reported_and_waited_for() {
    let run = r#"{"jobid":"76543210fedcba9876543210fedcba98"}"#;
    let jar = "4ed85312-258c-48f6-b8db-9f37a9a3ccb4_StreamingJob.jar";
    let run = (format!("POST /jars/{jar}/run"), run);
    let server = Server::with([(run.0.as_str(), run.1), ("GET /jobs/overview", r#"{"jobs":[]}"#)]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = flinkctl(&server.url(), &["run", jar]).stdout(full).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(&format!("the job is submitted, but `{JOB}` cannot be written")), "{stderr}");
    assert!(stderr.contains("is RUNNING"), "{stderr}");
}
