//! An interactive terminal (tmux): redrawn output, confirmations, Ctrl-C.

use std::{
    process::{self, Command},
    thread,
    time::{Duration, Instant},
};

use flink_local::{Cluster, Flink};

use crate::{cluster, distribution, done, flinkctl, jar};

/// A shell in a terminal of 100 columns, with `flinkctl` in PATH.
struct Terminal {
    /// A separate tmux server, so that it can be ended without affecting others.
    server: String,
}

impl Terminal {
    fn open(name: &str) -> Self {
        Self::on(cluster(), name)
    }

    fn on(cluster: &Cluster, name: &str) -> Self {
        let terminal = Self { server: format!("flinkctl-{name}-{}", process::id()) };
        let (folder, _) = env!("CARGO_BIN_EXE_flinkctl").rsplit_once('/').unwrap();
        let path = format!("PATH={folder}:{}", std::env::var("PATH").unwrap());
        let url = format!("FLINKCTL_URL={}", cluster.url());
        let shell = ["env", "-u", "NO_COLOR", &path, &url, "PS1=> ", "sh"];
        terminal
            .tmux(&[&["-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "40"], &shell[..]].concat());
        // It ends with this process, also when that is killed.
        let (tmux, owner) = (&terminal.server, process::id());
        let watch = format!("while kill -0 {owner}; do sleep 1; done; tmux -L {tmux} kill-server");
        terminal.tmux(&["run-shell", "-b", &format!("({watch}) 2>&-")]);
        terminal.shows(">");
        terminal
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let output = Command::new("tmux").args(["-L", &self.server]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn enter(&self, line: &str) {
        self.tmux(&["send-keys", "-l", line]);
        self.press("Enter");
    }

    fn press(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// Waits until the condition holds; returns the screen.
    fn until(&self, so: impl Fn(&str) -> bool) -> String {
        let started = Instant::now();
        loop {
            let screen = self.screen();
            if so(&screen) {
                return screen;
            }
            assert!(started.elapsed() < Duration::from_secs(90), "the screen stays as it is:\n{screen}");
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn shows(&self, text: &str) -> String {
        self.until(|screen| screen.contains(text))
    }

    /// Waits for the last command and asserts its exit code.
    fn ended_with(&self, code: i32) {
        self.until(|screen| screen.trim_end().ends_with('>'));
        self.enter("echo ended with $?.");
        let screen = self.until(|screen| screen.lines().any(|line| line.starts_with("ended with ")));
        assert!(screen.contains(&format!("ended with {code}.")), "{screen}");
        self.enter("clear");
        self.until(|screen| !screen.contains("ended"));
    }
}

/// Shells: the command line, the activation of the completion, and the variable of the exit code.
const SHELLS: [(&str, &str, &str); 3] = [
    ("bash --norc", "source <(flinkctl completion bash)", "$?"),
    ("zsh -f", "autoload -Uz compinit; compinit -u; source <(flinkctl completion zsh)", "$?"),
    ("fish --no-config", "flinkctl completion fish | source", "$status"),
];

#[test]
fn no_shell_runs_the_name_of_a_jar() {
    for (shell, prepare, code) in SHELLS {
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("$(touch OWNED)`touch OWNED`;touch OWNED 'b.jar");
        std::fs::copy(jar(), &odd).unwrap();
        done(&["jar", "upload", odd.to_str().unwrap()]);
        let list = done(&["jar", "list", "-o", "name"]);
        let id = list.lines().find(|id| id.ends_with("b.jar")).unwrap();
        let terminal = Terminal::open("shell");
        terminal.enter(&format!("cd {}; {shell}", folder.path().display()));
        terminal.enter(prepare);
        let (beginning, _) = id.split_at(8);
        terminal.tmux(&["send-keys", "-l", &format!("flinkctl jar delete --yes {beginning}")]);
        terminal.press("Tab");
        terminal.shows("OWNED");
        terminal.press("Enter");
        terminal.enter(&format!("echo ended with {code}."));
        terminal.shows("ended with 0.");
        let there: Vec<_> =
            std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(there, [odd.file_name().unwrap()], "{shell}");
        assert!(!done(&["jar", "list", "-o", "name"]).contains(id), "{shell} meant another");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = Command::new("tmux").args(["-L", &self.server, "kill-server"]).status();
    }
}

/// The number of occurrences of a text.
fn count(screen: &str, text: &str) -> usize {
    screen.matches(text).count()
}

#[test]
fn a_wait_shows_each_vertex_and_can_be_stopped() {
    let terminal = Terminal::open("run");
    let flags = "-- --name Watched --no-chaining";
    terminal.enter(&format!("flinkctl run {} --wait finished {flags}", jar()));
    let screen = terminal.until(|screen| count(screen, "1 RUNNING") > 2);
    assert!(screen.contains("Numbers") && screen.contains("Step 1") && screen.contains("End"), "{screen}");
    terminal.press("C-c");
    let screen = terminal.shows("continues");
    assert_eq!(count(&screen, "1 RUNNING"), 0, "what was drawn is taken away\n{screen}");
    terminal.ended_with(130);
    assert!(done(&["job", "get", "Watched"]).contains("state\tRUNNING"));

    for answer in ["", "n", "nonsense"] {
        terminal.enter("flinkctl job cancel Watched");
        let screen = terminal.shows("[y/N]");
        assert!(screen.contains("Watched"), "it says what it hits\n{screen}");
        terminal.enter(answer);
        terminal.shows("nothing was done");
        terminal.ended_with(2);
    }
    assert!(done(&["job", "get", "Watched"]).contains("state\tRUNNING"));
    terminal.enter("flinkctl job cancel Watched");
    terminal.shows("[y/N]");
    terminal.enter("y");
    assert_eq!(flinkctl(&["job", "wait", "Watched"]).0, 11);
    terminal.ended_with(0);
}

#[test]
fn a_wait_shows_the_obstacle() {
    // A separate cluster: a job that waits for slots would take them from other tests.
    let own = Flink::from(distribution().clone()).slots(2).start().unwrap();
    let terminal = Terminal::on(&own, "obstacle");
    for (name, flags, obstacle) in [
        ("Too wide", "-p 64 --timeout 90s -- --name", "waits for slots: at least 64 more, and "),
        (
            "Too frail",
            "--timeout 90s -- --fail-at 1 --fail-times 99 --name",
            "times, the last time: IllegalStateException: told so",
        ),
    ] {
        terminal.enter(&format!("flinkctl run {} --wait finished {flags} '{name}'", jar()));
        terminal.shows(obstacle);
        terminal.press("C-c");
        terminal.shows("continues");
        terminal.ended_with(130);
        done(&["--url", own.url(), "job", "cancel", name, "--yes"]);
    }
}

#[test]
fn watched_output_is_redrawn() {
    let job = done(&["run", jar(), "--", "--name", "The first"]);
    let terminal = Terminal::open("watch");
    terminal.enter("flinkctl job list --watch=1s");
    terminal.shows("The first");
    let other = done(&["run", jar(), "--", "--name", "The second"]);
    let screen = terminal.shows("The second");
    assert_eq!(count(&screen, "The first"), 1, "in its place, not below\n{screen}");
    done(&["job", "cancel", &job, "--yes"]);
    terminal
        .until(|screen| screen.lines().any(|line| line.contains("The first") && line.contains("CANCELED")));
    terminal.press("C-c");
    terminal.ended_with(130);
    done(&["job", "cancel", &other, "--yes"]);
}

#[test]
fn a_log_is_followed_until_ctrl_c() {
    let terminal = Terminal::open("logs");
    terminal.enter("flinkctl logs jobmanager -f --since 1m --grep Overheard");
    let job = done(&["run", jar(), "--detach", "--", "--name", "Overheard"]);
    terminal.shows(&job);
    terminal.press("C-c");
    terminal.ended_with(0);
    done(&["job", "cancel", &job, "--yes"]);
}
