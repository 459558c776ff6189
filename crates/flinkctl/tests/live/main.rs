//! The everyday commands on a real Flink, of the release in `FLINK_VERSION`.

mod book;
mod local;
mod terminal;

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    sync::OnceLock,
};

use flink_local::{Cluster, Distribution, Flink, Progress};
use flink_rest_client::FlinkVersion;

fn distribution() -> &'static Distribution {
    static DISTRIBUTION: OnceLock<Distribution> = OnceLock::new();
    DISTRIBUTION.get_or_init(|| {
        let version = std::env::var("FLINK_VERSION").unwrap_or_else(|_| flink_local::NEWEST.into());
        Distribution::obtain(&version, Progress::Stderr).unwrap()
    })
}

/// The cluster of this run; it is stopped at the end, whatever the cause.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let flink = Flink::from(distribution().clone()).slots(8);
        // After it, 5 minutes otherwise, a job that wants more slots than there are fails at once.
        flink.config("resourcemanager.standalone.start-up-time", "3600000").start().unwrap()
    })
}

fn jar() -> &'static str {
    static JAR: OnceLock<PathBuf> = OnceLock::new();
    JAR.get_or_init(|| flink_jobs::streaming_job(distribution()).unwrap()).to_str().unwrap()
}

/// Runs flinkctl; returns exit code, stdout and stderr.
fn flinkctl(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_flinkctl"))
        .args(arguments)
        .env("FLINKCTL_URL", cluster().url())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// Runs flinkctl, which must succeed; returns its stdout.
fn done(arguments: &[&str]) -> String {
    let (code, stdout, stderr) = flinkctl(arguments);
    assert_eq!(code, 0, "{arguments:?}\n{stdout}\n{stderr}");
    stdout
}

#[test]
fn a_job_is_run_shown_saved_stopped_and_restored() {
    let job = done(&["run", jar(), "-p", "2", "--", "--name", "Orders", "--checkpoint-interval", "500"]);
    assert!(done(&["job", "list"]).contains(&job));
    assert!(done(&["job", "get", "Orders"]).contains("state\tRUNNING"));
    assert_eq!(
        done(&["job", "get", job.get(..12).unwrap(), "--json", "jid"]),
        format!("{{\"jid\":\"{job}\"}}")
    );
    assert!(done(&["ps", "Orders"]).lines().all(|line| line.contains("\tRUNNING\t")));
    assert!(done(&["logs", "Orders", "--level", "info"]).contains(" INFO "));
    assert!(done(&["job", "graph", "Orders"]).contains("▼"));
    assert!(done(&["job", "top", "Orders"]).contains("state\tRUNNING"));
    assert!(done(&["job", "metrics", "Orders"]).lines().all(|line| line.contains('\t')));
    let stacks = done(&["job", "flamegraph", "Orders", "-o", "folded"]);
    assert!(stacks.lines().all(|line| line.contains(";java.lang.Thread.run")), "{stacks}");

    let folder = format!("file://{}", env!("CARGO_TARGET_TMPDIR"));
    assert!(done(&["job", "savepoint", "Orders", "-t", &folder]).contains("savepoint-"));
    assert!(done(&["checkpoint", "get", "Orders"]).contains("slowest\tsubtask "));
    let savepoint = done(&["job", "stop", "Orders", "-t", &folder]);
    let (code, _, stderr) = flinkctl(&["job", "savepoint", &job, "-t", &folder]);
    assert_eq!(code, 4, "{stderr}");

    let again = done(&["run", jar(), "--detach", "--from-savepoint", &savepoint, "--", "--name", "Orders"]);
    assert_eq!(done(&["job", "wait", &again, "running"]), "");
    let (code, _, stderr) = flinkctl(&["job", "cancel", &again]);
    assert!(code == 2 && stderr.contains("Orders") && stderr.contains("--yes"), "{stderr}");
    done(&["job", "cancel", &again, "--yes"]);
    assert_eq!(flinkctl(&["job", "wait", &again]).0, 11);
}

#[test]
fn the_exit_code_shows_how_a_job_ended() {
    done(&["run", jar(), "--wait", "finished", "--", "--name", "Short", "--records", "10"]);

    let (code, job, stderr) =
        flinkctl(&["run", jar(), "--wait", "finished", "--", "--name", "Broken", "--fail-at", "5"]);
    assert_eq!(code, 10, "{stderr}");
    assert!(stderr.contains("told so by --fail-at"), "{stderr}");
    assert!(stderr.contains("Where: "), "{stderr}");
    assert!(done(&["job", "exceptions", &job]).contains("told so by --fail-at"));
}

#[test]
fn a_jar_is_deleted_after_submission_and_its_job_restarts_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("Tidy.jar");
    std::fs::copy(jar(), &own).unwrap();
    let own = own.to_str().unwrap();
    let is_there = || done(&["jar", "list", "-o", "name"]).contains("_Tidy.jar");
    // It fails once, long after the submission.
    let fails = ["--name", "Tidy", "--records", "200", "--fail-at", "150", "--fail-times", "1"];
    let job = done(&[&["run", own, "--"], &fails[..]].concat());
    assert!(!is_there());
    done(&["job", "wait", &job, "--timeout", "120s"]);
    assert!(done(&["job", "exceptions", &job]).contains("told so by --fail-at"));

    let (code, _, stderr) = flinkctl(&["run", own, "--entry-class", "no.such.Class"]);
    assert!(code == 1 && !is_there(), "{stderr}");
    done(&["run", own, "--keep-jar", "--wait", "finished", "--", "--records", "10"]);
    assert!(is_there());
}

#[test]
fn a_wrong_class_is_refused_with_its_reason() {
    let (code, _, stderr) = flinkctl(&["run", jar(), "--class", "no.such.Class"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("no.such.Class"), "{stderr}");
}

#[test]
fn a_rescaled_job_has_its_parallelism_when_the_command_ends() {
    let release = |text: &str| text.parse::<FlinkVersion>().unwrap();
    if release(distribution().version()) < release("1.18") {
        let job = done(&["run", jar(), "--", "--name", "Fixed"]);
        let (code, _, stderr) = flinkctl(&["job", "rescale", &job, "2"]);
        assert!(code == 2 && stderr.contains("needs Flink 1.18"), "{stderr}");
        done(&["job", "cancel", &job, "--yes"]);
        return;
    }
    let own = Flink::from(distribution().clone())
        .slots(4)
        .config("jobmanager.scheduler", "adaptive")
        .config("jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling", "1 s")
        .config("jobmanager.adaptive-scheduler.scaling-interval.min", "1 s")
        .start()
        .unwrap();
    let url = own.url();
    let job = done(&["-u", url, "run", jar(), "-p", "1", "--", "--checkpoint-interval", "500"]);
    done(&["-u", url, "--timeout", "120s", "job", "rescale", &job, "2"]);
    let vertices = done(&["-u", url, "job", "get", &job]);
    assert!(vertices.contains("\tRUNNING\t2\t"), "{vertices}");
}

#[test]
fn logs_are_followed_until_ctrl_c() {
    let mut following = Command::new(env!("CARGO_BIN_EXE_flinkctl"))
        .args(["logs", "--follow", "--since", "1m", "--grep", "Followed"])
        .env("FLINKCTL_URL", cluster().url())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let job = done(&["run", jar(), "--detach", "--", "--name", "Followed"]);
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines().map(Result::unwrap);
    let of_jobmanager = |line: &String| line.starts_with("jobmanager | ") && line.contains(&job);
    assert!(lines.any(|line| of_jobmanager(&line)), "nothing of the job was written");

    done(&["job", "cancel", &job, "--yes"]);
    let interrupted = Command::new("kill").args(["-INT", &following.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(following.wait().unwrap().code(), Some(0));
}
