//! Makes the README's picture: a terminal in which `flinkctl` shows a real job with a slow last vertex.

mod svg;

use std::{
    env, fs, process,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use flink_local::{Distribution, Flink, Progress};

use crate::setup;

/// Size of the terminal, in characters.
const COLUMNS: usize = 112;
const LINES: usize = 30;

/// Timeout for Flink to measure the job, and for the expected text on the screen.
const SCREEN_TIMEOUT: Duration = Duration::from_secs(90);

/// The commands of the picture, each with a text that its output must contain.
const COMMANDS: &[(&str, &str)] = &[
    ("flinkctl job top Orders", "█████"),
    ("flinkctl ps Orders", "DURATION"),
    ("flinkctl job exceptions Orders", "EXCEPTION"),
];

pub fn run() -> Result<()> {
    setup::jdk()?;
    setup::programs(setup::TERMINAL)?;
    let distribution = Distribution::obtain(flink_local::NEWEST, Progress::Stderr)?;
    let jar = flink_jobs::streaming_job(&distribution)?;
    crate::cargo("build --package flinkctl --package xtask --bin flinkctl", &[])?;
    let cluster = Flink::from(distribution).taskmanagers(2).slots(2).start()?;
    let terminal = Terminal::open(cluster.url())?;
    let jar = jar.to_str().context("the project's path is not valid UTF-8")?;
    let job = "--name Orders --no-chaining --watermarks --slow 5 --rate 2000 --checkpoint-interval 2000 --fail-at 500 --fail-times 1";
    terminal.enter(&format!("flinkctl run {jar} -p 2 -- {job}"))?;
    terminal.until(|screen| screen.contains("Orders is RUNNING"))?;
    // Wait until Flink has measured it.
    terminal.enter("clear; until flinkctl job top Orders -o json | grep -q '\"backpressured\":0.[5-9]'; do sleep 1; done; echo measured")?;
    terminal.until(|screen| screen.lines().any(|line| line == "measured"))?;
    terminal.enter("clear")?;
    terminal.until(|screen| !screen.contains("measured"))?;
    for (command, end) in COMMANDS {
        terminal.enter(command)?;
        terminal
            .until(|screen| screen.rsplit_once(command).is_some_and(|(_, output)| output.contains(end)))?;
        // A command that repeats its output.
        if command.contains("top") {
            terminal.tmux(&["send-keys", "C-c"])?;
        }
        terminal.until(|screen| screen.trim_end().ends_with('$'))?;
    }
    let screen = terminal.tmux(&["capture-pane", "-e", "-p"])?;
    let path = flink_workspace::root().join("docs/flinkctl.svg");
    fs::write(&path, svg::draw(screen.trim_end().trim_end_matches('$').trim_end(), COLUMNS))?;
    println!("{}", path.display());
    cluster.stop()?;
    Ok(())
}

/// A terminal whose shell has `flinkctl` in PATH and the cluster's address.
struct Terminal {
    server: String,
}

impl Terminal {
    fn open(url: &str) -> Result<Self> {
        let terminal = Self { server: format!("flinkctl-picture-{}", process::id()) };
        let folder = env::current_exe()?.with_file_name("");
        let path = format!("PATH={}:{}", folder.display(), env::var("PATH").unwrap_or_default());
        let url = format!("FLINKCTL_URL={url}");
        let (columns, lines) = (COLUMNS.to_string(), LINES.to_string());
        let size = ["-f", "/dev/null", "new-session", "-d", "-x", &columns, "-y", &lines];
        let shell = ["env", "-u", "NO_COLOR", &path, &url, "PS1=$ ", "sh"];
        terminal.tmux(&[&size[..], &shell[..]].concat())?;
        terminal.until(|screen| screen.contains('$'))?;
        Ok(terminal)
    }

    fn tmux(&self, arguments: &[&str]) -> Result<String> {
        let output = Command::new("tmux").args(["-L", &self.server]).args(arguments).output()?;
        if !output.status.success() {
            bail!("tmux {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn enter(&self, line: &str) -> Result<()> {
        self.tmux(&["send-keys", "-l", line])?;
        self.tmux(&["send-keys", "Enter"])?;
        Ok(())
    }

    /// Waits until the screen satisfies a condition.
    fn until(&self, so: impl Fn(&str) -> bool) -> Result<()> {
        let started = Instant::now();
        loop {
            let screen = self.tmux(&["capture-pane", "-p"])?;
            if so(&screen) {
                return Ok(());
            }
            if started.elapsed() > SCREEN_TIMEOUT {
                bail!("the expected screen did not appear:\n{screen}");
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]);
    }
}
