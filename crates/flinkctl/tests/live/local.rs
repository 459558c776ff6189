//! `flinkctl local`: a Flink that outlives the command that started it, and is stopped by another one.

use std::{
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

struct Sandbox {
    folder: TempDir,
    watcher: Child,
}

impl Sandbox {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut watcher = Command::new("sh");
        watcher.args(["-c", r#"cat; "$0" local down; rm -rf "$1""#, env!("CARGO_BIN_EXE_flinkctl")]);
        watcher.arg(folder.path()).env("FLINKCTL_CONFIG", folder.path().join("config.toml")).process_group(0);
        watcher.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let watcher = watcher.spawn().unwrap();
        Self { folder, watcher }
    }

    /// Runs a command; returns exit code, stdout and stderr.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_flinkctl"))
            .args(arguments)
            .env_remove("FLINKCTL_URL")
            .env("FLINKCTL_CONFIG", self.folder.path().join("config.toml"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }

    fn done(&self, arguments: &[&str]) -> String {
        let (code, stdout, stderr) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}\n{stdout}\n{stderr}");
        stdout
    }

    /// Kills some processes of the cluster.
    fn kill(&self, count: usize) {
        let listed: serde_json::Value =
            serde_json::from_str(&self.done(&["local", "list", "-o", "json"])).unwrap();
        for id in listed[0]["ids"].as_array().unwrap().iter().take(count) {
            assert!(Command::new("kill").args(["-9", &id.to_string()]).status().unwrap().success());
        }
    }

    fn state(&self) -> String {
        self.done(&["local", "list"]).split('\t').nth(2).unwrap_or_default().to_owned()
    }
}

/// A test that fails or is killed leaves no cluster behind: its end closes the watcher's standard input.
impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.watcher.wait();
    }
}

#[test]
fn a_flink_runs_until_it_is_stopped() {
    let version = std::env::var("FLINK_VERSION").unwrap_or_else(|_| flink_local::NEWEST.into());
    let sandbox = Sandbox::new();
    sandbox.done(&["context", "add", "before", "--url", "http://127.0.0.1:1"]);
    let url = sandbox.done(&["local", "up", "--flink", &version, "--slots", "3"]);
    assert_eq!(sandbox.done(&["cluster", "get", "--json", "slots-total"]), "{\"slots-total\":3}");
    assert!(sandbox.done(&["context", "show"]).contains(&url));
    assert!(sandbox.done(&["local", "logs", "-n", "3"]).contains("jobmanager.log <=="));
    let (code, _, stderr) = sandbox.run(&["local", "up"]);
    assert!(code == 2 && stderr.contains("is up already"), "{stderr}");
    let (code, _, stderr) = sandbox.run(&["context", "remove", "local"]);
    assert!(code == 2 && stderr.contains("local down"), "{stderr}");
    assert_eq!(sandbox.state(), "RUNNING");

    // A cluster that has ended is removed from the contexts, with its files.
    let folder = sandbox.done(&["local", "list", "-o", "wide"]).split_whitespace().last().unwrap().to_owned();
    sandbox.kill(1);
    assert_eq!(sandbox.state(), "DAMAGED");
    sandbox.kill(1);
    assert_eq!(sandbox.state(), "ENDED");
    let (code, _, stderr) = sandbox.run(&["job", "list", "--timeout", "1s"]);
    assert!(code == 3 && stderr.contains("`flinkctl local up local` starts another"), "{stderr}");
    let (code, _, stderr) = sandbox.run(&["local", "up", "--flink", &version]);
    assert!(code == 0 && stderr.contains("`local` had ended; its context is removed"), "{stderr}");
    assert!(!Path::new(&folder).exists());

    sandbox.done(&["local", "down"]);
    assert_eq!(sandbox.done(&["local", "list"]), "");
    assert!(sandbox.done(&["context", "list"]).starts_with("*\tbefore\t"));
}
