//! The output of flinkctl, command by command: each transcript runs against recorded responses of a real Flink and must
//! match. `UPDATE_TRANSCRIPTS=1` rewrites them; review them before committing.

mod changes;
mod completion;
mod contexts;
mod durations;
mod exits;
mod gateways;
mod hostile;
mod limits;
mod parts;
mod server;
mod stopped;
#[cfg(target_os = "linux")]
mod terminal;
mod values;

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use server::Server;

fn folder() -> PathBuf {
    flink_workspace::root().join("crates/flinkctl/tests/cli/transcripts")
}

#[test]
fn transcripts_match() {
    let server = Server::start();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let written = fs::read_to_string(&path).unwrap();
        let happened = replay(&written, &server);
        if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            fs::write(&path, happened).unwrap();
        } else if written != happened {
            wrong.push(format!("{}:\n{happened}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "another outcome in {}", wrong.join("\n"));
}

/// Commands that no transcript has, and the file that tests them.
const ELSEWHERE: &[(&str, &str)] = &[("completion", "completion.rs"), ("job stop", "stopped.rs")];

#[test]
fn each_command_is_in_a_transcript() {
    let transcripts: String = fs::read_dir(folder())
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let run = |command: &str| {
        transcripts.lines().any(|line| {
            line.strip_prefix("$ flinkctl ")
                .is_some_and(|line| format!("{line} ").contains(&format!("{command} ")))
        })
    };
    let missing: Vec<_> = leaves(&flinkctl::command(), "")
        .into_iter()
        .filter(|command| !run(command) && !ELSEWHERE.iter().any(|(known, _)| known == command))
        .collect();
    assert!(missing.is_empty(), "no transcript has {missing:?}");
}

/// The commands without subcommands: `job list`.
fn leaves(command: &clap::Command, name: &str) -> Vec<String> {
    let mut below = command
        .get_subcommands()
        .filter(|below| below.get_name() != "help" && !below.is_hide_set())
        .peekable();
    if below.peek().is_none() {
        return vec![name.to_owned()];
    }
    below.flat_map(|below| leaves(below, format!("{name} {}", below.get_name()).trim_start())).collect()
}

/// Runs the command after each `$`, sets the variable after each `%`, and keeps comments.
fn replay(transcript: &str, server: &Server) -> String {
    let mut happened = String::new();
    let mut sandbox = Sandbox::new(server);
    for line in transcript.lines() {
        match (line.strip_prefix("$ flinkctl"), line.strip_prefix("% ").and_then(|set| set.split_once('='))) {
            (Some(arguments), _) => writeln!(happened, "{line}\n{}", sandbox.run(arguments)).unwrap(),
            (None, Some((name, value))) => {
                sandbox.environment.insert(name.into(), value.into());
                writeln!(happened, "{line}\n").unwrap();
            }
            (None, None) if line.starts_with('#') => writeln!(happened, "{line}\n").unwrap(),
            (None, None) => {}
        }
    }
    happened.trim_end().to_owned() + "\n"
}

/// A folder and an environment for some commands.
struct Sandbox {
    url: String,
    folder: tempfile::TempDir,
    environment: BTreeMap<String, String>,
}

impl Sandbox {
    fn new(server: &Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml").to_str().unwrap().to_owned();
        let environment = [("FLINKCTL_URL".into(), server.url()), ("FLINKCTL_CONFIG".into(), config)];
        Self { url: server.url(), folder, environment: environment.into() }
    }

    /// Runs a command. Returns its stdout, then its stderr with `!` before each line, then a non-zero exit code.
    fn run(&self, arguments: &str) -> String {
        let folder = self.folder.path().to_str().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_flinkctl"))
            .args(arguments.split_whitespace().map(|word| word.replace("http://flink", &self.url)))
            .env_clear()
            .envs(&self.environment)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes).replace(&self.url, "http://flink").replace(folder, "/folder")
        };
        let mut happened = without_times(&text(&output.stdout));
        for line in text(&output.stderr).lines() {
            writeln!(happened, "! {}", without_times(line)).unwrap();
        }
        match output.status.code() {
            Some(0) => {}
            Some(code) => writeln!(happened, "[exit {code}]").unwrap(),
            None => writeln!(happened, "[{}]", output.status).unwrap(),
        }
        happened
    }
}

/// Removes numbers of attempts and durations, which differ in each run.
fn without_times(line: &str) -> String {
    match line.split_once(" (tried ") {
        Some((before, after)) => format!("{before}{}", after.split_once(')').map_or("", |(_, after)| after)),
        None => line.into(),
    }
}

#[test]
fn json_is_the_servers_own_to_the_byte() {
    let server = Server::start();
    for (arguments, request) in
        [("job list -o json", "GET /jobs/overview"), ("api GET /taskmanagers", "GET /taskmanagers")]
    {
        let printed = Sandbox::new(&server).run(arguments);
        assert_eq!(printed.trim_end(), server.recorded(request).trim_end());
    }
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_flinkctl"))
        .args(["endpoints", "-o", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
