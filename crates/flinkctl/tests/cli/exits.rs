//! Exit codes that transcripts cannot show: of waits, and of lost responses.

use std::{
    io::{Read, Write},
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

pub(crate) fn exit(url: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output = flinkctl(url, arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn what_takes_too_long() {
    let server = Server::start();
    let (code, stderr) = exit(&server.url(), &["job", "wait", "Orders", "--timeout", "200ms"]);
    assert_eq!(code, Some(5), "{stderr}");
    assert!(stderr.contains("Hint: raise --timeout"), "{stderr}");
}

#[test]
fn a_wait_without_a_terminal_does_not_request_the_details() {
    let server = Server::start();
    let (_, stderr) = exit(&server.url(), &["job", "wait", "Orders", "--timeout", "1s"]);
    assert!(stderr.starts_with("76543210fedcba9876543210fedcba98 is RUNNING\n"), "{stderr}");
    let job = "GET /jobs/76543210fedcba9876543210fedcba98";
    let times = |request: &str| server.asked().iter().filter(|asked| *asked == request).count();
    assert!(times(&format!("{job}/status")) > 3, "{:?}", server.asked());
    // Requested once at the deadline, to see if an earlier failure is the obstacle.
    assert_eq!(times(job), 1, "{:?}", server.asked());
}

#[test]
fn an_unreachable_cluster_is_tried_once_by_default() {
    // Nobody listens there.
    let (code, stderr) = exit("http://127.0.0.1:1", &["cluster", "get"]);
    assert!(code == Some(3) && !stderr.contains("tried"), "{stderr}");
    let (code, stderr) = exit("http://127.0.0.1:1", &["cluster", "get", "--retries", "2"]);
    assert!(code == Some(3) && stderr.contains("tried 3 times"), "{stderr}");
}

/// Flink 2.3.0 behaves like this if a job fails just after a savepoint was triggered.
#[test]
fn an_operation_of_an_ended_job_is_not_waited_for() {
    let server = Server::start();
    let (code, stderr) = exit(&server.url(), &["job", "savepoint", "0123", "--timeout", "60s"]);
    assert_eq!(code, Some(10), "{stderr}");
    assert!(stderr.contains("is FAILED, and Flink still lists the operation as in progress"), "{stderr}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_unavailable_cause_is_reported() {
    let server = Server::start();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let status = flinkctl(&server.url(), &["job", "get", "nothing"]).stderr(full).status().unwrap();
    assert_eq!(status.code(), Some(4));
}

#[test]
fn an_unknown_outcome() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            // It reads the request and never responds.
            let _ = stream.read(&mut [0; 4096]);
        }
    });
    let (code, stderr) = exit(&url, &["savepoint", "dispose", "file:/savepoint", "--yes", "--timeout", "2s"]);
    assert_eq!(code, Some(6), "{stderr}");
    assert!(stderr.contains("Hint: before you do it again, look"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn arguments_that_are_not_utf_8_are_clear_errors() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let bytes = OsStr::from_bytes(b"\xff\xfe");
    for arguments in [&["job", "get"][..], &["run"], &[], &["context", "use"]] {
        let output = flinkctl("http://127.0.0.1:1", arguments).arg(bytes).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.starts_with("Error: ") && !stderr.contains("panicked"), "{stderr}");
    }
    // Otherwise another cluster than the intended one would be used.
    for variable in ["FLINKCTL_URL", "FLINKCTL_CONTEXT"] {
        let mut command = flinkctl("", &["job", "list"]);
        let output = command.env(variable, bytes).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(&format!("{variable} is no text in UTF-8")), "{stderr}");
    }
}

const ORDERS: &str = "76543210fedcba9876543210fedcba98";

#[test]
fn an_unknown_metric_is_reported() {
    let request = format!("GET /jobs/{ORDERS}/metrics?get=uptme");
    let server = Server::with([(request.as_str(), "[]")]);
    let (code, stderr) = exit(&server.url(), &["job", "metrics", "Orders", "uptme"]);
    assert_eq!(code, Some(4), "{stderr}");
    assert_eq!(stderr, "Error: no metric is named `uptme`\nHint: did you mean `uptime`?\n");
    // A metric that Flink knows but has no value for yet.
    let request = format!("GET /jobs/{ORDERS}/metrics?get=uptime");
    let server = Server::with([(request.as_str(), "[]")]);
    assert_eq!(exit(&server.url(), &["job", "metrics", "Orders", "uptime"]), (Some(0), String::new()));
}

#[test]
fn a_disabled_rescale_history_names_its_option() {
    let request = format!("GET /jobs/{ORDERS}/rescales/history");
    let server = Server::with([(request.as_str(), "[]")]);
    let (code, stderr) = exit(&server.url(), &["rescale", "list", "Orders"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("web.adaptive-scheduler.rescale-history.size"), "{stderr}");
}

#[test]
fn an_ended_job_is_reported_by_every_command() {
    // The server responds with 404, as Flink does for a job that is not running.
    let server = Server::start();
    for verb in [&["stop"][..], &["checkpoint"], &["cancel", "--yes"], &["rescale", "2"]] {
        let (code, stderr) = exit(&server.url(), &[&["job", verb[0], "0123"], &verb[1..]].concat());
        assert_eq!(code, Some(4), "{stderr}");
        let [error, hint] = stderr.lines().collect::<Vec<_>>()[..] else { panic!("{stderr}") };
        assert!(
            error.starts_with("Error: this needs a running job, and the job has ended: 0123456789abcdef"),
            "{stderr}"
        );
        assert!(error.contains("Orders (FAILED, ended "), "{stderr}");
        assert_eq!(hint, "Hint: `flinkctl job list --state running` lists the running jobs");
    }
    assert!(!server.asked().iter().any(|asked| asked.starts_with("PATCH")), "{:?}", server.asked());
}

#[test]
fn the_last_of_several_ended_jobs_of_one_name_is_used_with_a_message() {
    let overview = Server::start().recorded("GET /jobs/overview").replace("RUNNING", "FINISHED");
    let server = Server::with([("GET /jobs/overview", overview.as_str())]);
    let (code, stderr) = exit(&server.url(), &["job", "get", "Orders"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.starts_with("`Orders` is the last of 2 jobs of this name: "), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    // A running job: no message is needed.
    assert_eq!(exit(&Server::start().url(), &["job", "get", "Orders"]), (Some(0), String::new()));
}

#[test]
fn missing_slots_are_reported_at_the_deadline() {
    let request = format!("GET /jobs/{ORDERS}");
    let mut waiting: serde_json::Value = serde_json::from_str(Server::start().recorded(&request)).unwrap();
    let tasks = serde_json::json!({"SCHEDULED": 1});
    waiting["status-counts"] = tasks.clone();
    waiting["vertices"][0]["tasks"] = tasks;
    let waiting = waiting.to_string();
    for (free, is_told) in [(0, true), (1, false)] {
        let cluster = Server::start().recorded("GET /overview").to_owned();
        let mut cluster: serde_json::Value = serde_json::from_str(&cluster).unwrap();
        cluster["slots-available"] = free.into();
        let cluster = cluster.to_string();
        let server =
            Server::with([(request.as_str(), waiting.as_str()), ("GET /overview", cluster.as_str())]);
        let (code, stderr) = exit(&server.url(), &["job", "wait", "Orders", "running", "--timeout", "300ms"]);
        assert_eq!(code, Some(5), "{stderr}");
        assert_eq!(stderr.contains("Hint: the job needs more slots than are free"), is_told, "{stderr}");
    }
}

#[test]
fn a_failed_job_ends_the_wait_for_rescaling() {
    let failed = Server::start().recorded("GET /jobs/0123456789abcdef0123456789abcdef").to_owned();
    let server = crate::durations::rescalable(&failed);
    let (code, stderr) = exit(&server.url(), &["job", "rescale", ORDERS, "9", "--timeout", "20s"]);
    let expected = format!("{ORDERS} is FAILED\n");
    assert!(code == Some(10) && stderr.contains(&expected), "{stderr}");
    // A job that finishes ends the wait too: the request has no effect any more.
    let server = crate::durations::rescalable(&failed.replace("FAILED", "FINISHED"));
    let (code, stderr) = exit(&server.url(), &["job", "rescale", ORDERS, "9", "--timeout", "20s"]);
    assert!(code == Some(1) && !stderr.contains("the request stands"), "{stderr}");
}

#[test]
fn an_unfulfillable_rescaling_can_be_reverted() {
    let server = crate::durations::server();
    let (code, stderr) = exit(&server.url(), &["job", "rescale", ORDERS, "9", "--timeout", "1s"]);
    assert_eq!(code, Some(5), "{stderr}");
    assert!(stderr.contains("does not have parallelism 9 yet; the request remains in effect"), "{stderr}");
    assert!(stderr.contains(&format!("`flinkctl job rescale {ORDERS} 1` revokes the request")), "{stderr}");
}

#[test]
fn non_restored_state_has_a_hint() {
    let exceptions = r#"{"exceptionHistory":{"entries":[{"exceptionName":"java.lang.IllegalStateException","stacktrace":"java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint: the operator is not available in the new program. If you want to allow to skip this, you can set the --allowNonRestoredState option on the CLI.","timestamp":1}],"truncated":false}}"#;
    let of_job = "GET /jobs/0123456789abcdef0123456789abcdef/exceptions";
    let server = Server::with([(of_job, exceptions)]);
    let (code, stderr) = exit(&server.url(), &["job", "wait", "0123"]);
    assert_eq!(code, Some(10), "{stderr}");
    assert!(
        stderr.contains("\nHint: to drop the state of operators that the program no longer has, use -n (--allow-non-restored-state)"),
        "{stderr}"
    );
}

#[test]
fn program_arguments_without_the_separator() {
    for (words, shown) in
        [(["-py", "x"], "-- -py"), (["-name", "x"], "-- -name"), (["--topic", "x"], "-- --topic")]
    {
        let (code, stderr) = exit("http://127.0.0.1:1", &[&["run", "a.jar"][..], &words].concat());
        let hint = format!("arguments of the program follow `--`, as `{shown}`");
        assert!(code == Some(2) && stderr.contains(&hint), "{stderr}");
    }
}

#[test]
fn a_jar_without_a_main_class_has_a_hint() {
    let none = "set the class that has the main method with -c CLASS";
    let other = "set another class with -c CLASS";
    for (refusal, hint) in [
        ("Neither a 'Main-Class', nor a 'program-class' entry was found in the jar file.", none),
        (
            "No manifest found in jar file '/a.jar'. The manifest is need to point to the program's main class.",
            none,
        ),
        ("The class a.B has no main(String[]) method.", other),
        ("The given program class does not have a main(String[]) method.", other),
        ("The program's entry point class 'a.B' was not found in the jar file.", other),
    ] {
        let stderr = refused(refusal);
        assert!(stderr.contains(hint), "{stderr}");
    }
}

/// The error of `run` for a program that Flink refuses.
fn refused(why: &str) -> String {
    let refusal = format!("org.apache.flink.client.program.ProgramInvocationException: {why}");
    let refusal = serde_json::json!({ "errors": [refusal] }).to_string();
    let request = "POST /jars/79cc07d7-b092-4419-92d5-85f0d16e85c6_StreamingJob.jar/run";
    let server = Server::with_statuses([(request, 400, refusal.as_str())]);
    exit(&server.url(), &["run", "79cc07d7"]).1
}

/// Flink accepts the job, which then fails, or refuses it.
#[test]
fn too_high_a_parallelism_has_a_hint() {
    let hint = "\nHint: choose a parallelism up to the max parallelism with -p N (--parallelism)";
    for why in [
        "Vertex Source: Orders's parallelism (200) is higher than the max parallelism (128). Please lower the parallelism or increase the max parallelism.",
        "Operator parallelism not within bounds: 40000",
        "The state for task Orders can not be restored. The maximum parallelism (128) of the restored state is lower than the configured parallelism (200). Please reduce the parallelism of the task to be lower or equal to the maximum parallelism.",
    ] {
        let stderr = refused(why);
        assert!(stderr.contains(hint), "{stderr}");
        let trace = format!("java.lang.IllegalStateException: {why}");
        let entry = serde_json::json!({"exceptionName": "java.lang.IllegalStateException", "stacktrace": trace, "timestamp": 1});
        let exceptions =
            serde_json::json!({"exceptionHistory": {"entries": [entry], "truncated": false}}).to_string();
        let of_job = "GET /jobs/0123456789abcdef0123456789abcdef/exceptions";
        let server = Server::with([(of_job, exceptions.as_str())]);
        let (code, stderr) = exit(&server.url(), &["job", "wait", "0123"]);
        assert!(code == Some(10) && stderr.contains(hint), "{stderr}");
    }
    let refusal = r#"{"errors":["The newly requested parallelism 200 for the job vertex Orders exceeds its maximum parallelism 128."]}"#;
    let request = format!("PUT /jobs/{ORDERS}/resource-requirements");
    let requirements = format!("GET /jobs/{ORDERS}/resource-requirements");
    let server =
        Server::with_statuses([(request.as_str(), 400, refusal), (requirements.as_str(), 200, "{}")]);
    let (_, stderr) = exit(&server.url(), &["job", "rescale", ORDERS, "200"]);
    assert!(stderr.contains("Hint: choose a parallelism up to the max parallelism"), "{stderr}");
}

#[test]
fn a_file_in_place_of_an_uploaded_jar() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.jar");
    std::fs::write(&path, "").unwrap();
    let path = path.to_str().unwrap();
    let (code, stderr) = exit(&Server::start().url(), &["jar", "plan", path]);
    assert_eq!(code, Some(4), "{stderr}");
    assert!(stderr.contains(&format!("`flinkctl jar upload {path}` uploads it to the cluster")), "{stderr}");
}

#[test]
fn the_servers_path_of_a_jar_names_it_too() {
    let path = "/tmp/flink-web/flink-web-upload/79cc07d7-b092-4419-92d5-85f0d16e85c6_StreamingJob.jar";
    for command in [&["jar", "plan", path][..], &["run", path, "--detach"]] {
        let (code, stderr) = exit(&Server::start().url(), command);
        assert_eq!(code, Some(0), "{stderr}");
    }
}

/// Flink lists only jars that it has named itself, but runs any in its folder.
#[test]
fn an_unlisted_jar_is_left_to_the_server() {
    for jar in [
        "0123abcd-b092-4419-92d5-85f0d16e85c6_x.jar",
        "/x/0123abcd-b092-4419-92d5-85f0d16e85c6_x.jar",
        "x.jar",
    ] {
        for command in [&["jar", "plan", jar][..], &["run", jar], &["jar", "delete", jar, "--yes"]] {
            let (code, stderr) = exit(&Server::start().url(), command);
            assert!(code == Some(4) && stderr.contains("not recorded: "), "{stderr}");
        }
    }
}

/// Larger than the maximum size of a decoded response.
#[test]
fn a_log_may_be_larger_than_the_memory() {
    const PIECES: usize = 257;
    const PIECE: usize = 1 << 20;
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _asked = stream.read(&mut [0; 4096]).unwrap();
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", PIECES * PIECE).unwrap();
        for _ in 0..PIECES {
            stream.write_all(&vec![b'x'; PIECE]).unwrap();
        }
    });
    let mut child = flinkctl(&url, &["jobmanager", "log"]).stdout(Stdio::piped()).spawn().unwrap();
    let copied = std::io::copy(&mut child.stdout.take().unwrap(), &mut std::io::sink()).unwrap();
    assert_eq!(copied, (PIECES * PIECE) as u64);
    assert!(child.wait().unwrap().success());
    server.join().unwrap();
}

/// Flink's default format would fail the job.
#[test]
fn a_savepoint_on_forst_is_native_with_a_message() {
    let job = "76543210fedcba9876543210fedcba98";
    let config = Server::start().recorded(&format!("GET /jobs/{job}/checkpoints/config")).to_owned();
    let mut config: serde_json::Value = serde_json::from_str(&config).unwrap();
    config["state_backend"] = "ForStStateBackend".into();
    let server = Server::with([
        (&*format!("GET /jobs/{job}/checkpoints/config"), &*config.to_string()),
        (&*format!("POST /jobs/{job}/savepoints"), r#"{"request-id":"00000000000000000000000000000001"}"#),
    ]);
    for command in [&["job", "savepoint", "Orders"][..], &["savepoint", "trigger", "Orders"]] {
        let (code, stderr) = exit(&server.url(), command);
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stderr.contains("writes only NATIVE savepoints"), "{stderr}");
        let (code, stderr) = exit(&server.url(), &[command, &["--format", "canonical"]].concat());
        assert!(code == Some(2) && stderr.contains("ForSt"), "{stderr}");
    }
}

/// The address as copied from a browser.
#[test]
fn the_address_of_the_dashboard_is_accepted() {
    let server = Server::start();
    let (code, stderr) = exit(&format!("{}/#/job/running", server.url()), &["job", "list"]);
    assert_eq!(code, Some(0), "{stderr}");
}

#[test]
fn unreadable_logs_are_reported_at_the_end_and_hide_no_others() {
    let mut list: serde_json::Value =
        serde_json::from_str(Server::start().recorded("GET /taskmanagers")).unwrap();
    let all = list["taskmanagers"].as_array_mut().unwrap();
    let known = all[0].clone();
    for number in 0..12 {
        all.push(known.clone());
        all.last_mut().unwrap()["id"] = format!("gone:1-dead{number:02}").into();
    }
    let server = Server::with([("GET /taskmanagers", &list.to_string())]);
    for options in [&[][..], &["-n", "1"]] {
        let output = flinkctl(&server.url(), &[&["logs"], options].concat()).output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(stdout.contains("jobmanager | 2026-11-23"), "{stdout}");
        let reported =
            stderr.lines().filter(|line| line.starts_with("Error: taskmanager gone:1-dead")).count();
        assert!(
            reported == 10 && stderr.contains("12 of 14 logs cannot be shown; 2 more are not listed"),
            "{stderr}"
        );
        assert_eq!(output.status.code(), Some(7));
    }
    let (code, stderr) = exit(&server.url(), &["logs", "gone:1-dead00"]);
    assert_eq!(code, Some(4), "{stderr}");
}
