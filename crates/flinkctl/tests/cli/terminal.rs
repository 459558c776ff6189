//! A command that prints a secret, at a terminal (that of `script`): it may ask for input, and ends as usual.

use std::{
    fs,
    io::{Read, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use crate::{limits::is_quiet, server::Server};

/// Timeout of the tests, far more than they need.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A shell that is a session leader with its own terminal, and the output of its commands.
struct Terminal {
    script: Child,
    keys: ChildStdin,
    shown: Receiver<Vec<u8>>,
    text: String,
}

impl Terminal {
    /// Runs a line, with `flinkctl` in PATH and the server as its cluster.
    fn run(url: &str, line: &str) -> Self {
        let (folder, _) = env!("CARGO_BIN_EXE_flinkctl").rsplit_once('/').unwrap();
        let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
        // Background processes ignore Ctrl-C, as do their children: restore the default.
        let mut script = Command::new("env");
        script.args(["--default-signal=INT,QUIT", "script", "-qec", line, "/dev/null"]).env_clear();
        script.env("PATH", path).env("SHELL", "/bin/sh").env("FLINKCTL_URL", url);
        let mut script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (keys, mut output) = (script.stdin.take().unwrap(), script.stdout.take().unwrap());
        let (show, shown) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut bytes) {
                if show.send(bytes[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { script, keys, shown, text: String::new() }
    }

    fn shows(&mut self, text: &str) {
        while !self.text.contains(text) {
            let more = self.shown.recv_timeout(TIMEOUT);
            let more = more.unwrap_or_else(|error| panic!("{error}, no `{text}` in:\n{}", self.text));
            self.text.push_str(&String::from_utf8_lossy(&more));
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// The exit code and the output.
    fn ended(mut self) -> (Option<i32>, String) {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.script.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > TIMEOUT {
                self.script.kill().unwrap();
                panic!("it goes on:\n{}", self.text);
            }
            thread::sleep(Duration::from_millis(10));
        };
        self.text.extend(self.shown.iter().map(|more| String::from_utf8_lossy(&more).into_owned()));
        (status.code(), self.text)
    }
}

/// Writes a mark as long as it runs, and ignores signals.
fn stubborn(alive: &Path) -> String {
    format!("(trap \"\" INT TERM; while sleep 0.05; do echo x >> {}; done) & sleep 600", alive.display())
}

#[test]
fn a_secret_command_may_ask_at_the_terminal() {
    let server = Server::start();
    let line = "flinkctl job cancel Orders --basic-from 'cmd:stty -echo; echo word? >/dev/tty; read x </dev/tty; echo $x'";
    let mut terminal = Terminal::run(&server.url(), line);
    terminal.shows("word?");
    terminal.press("user:password\n");
    // flinkctl has the terminal back, and typed characters are visible.
    terminal.shows("[y/N]");
    terminal.press("no\n");
    let (code, shown) = terminal.ended();
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("[y/N] no") && !shown.contains("password"), "{shown}");
    assert!(!server.asked().is_empty());
}

#[test]
fn a_secret_command_at_a_terminal_ends_with_its_children() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    let alive = folder.path().join("alive");
    let command = format!("flinkctl job list --basic-from 'cmd:{}'", stubborn(&alive));

    let limited = Terminal::run(&server.url(), &format!("{command} --timeout 300ms"));
    let (code, shown) = limited.ended();
    assert_eq!(code, Some(5), "{shown}");
    is_quiet(&alive);

    let mut interrupted = Terminal::run(&server.url(), &format!("{command}; echo ended with $?."));
    until_there(&alive);
    interrupted.press("\x03");
    let (code, shown) = interrupted.ended();
    // As at any terminal, the waiting shell ends too.
    assert_eq!(code, Some(130), "{shown}");
    is_quiet(&alive);

    // A shell takes its terminal back only between lines.
    let id = folder.path().join("id");
    let line = format!("sh -c 'echo $$ > {}; exec {}'", id.display(), command.replace('\'', "'\\''"));
    let terminated = Terminal::run(&server.url(), &line);
    until_there(&alive);
    let id = fs::read_to_string(&id).unwrap();
    assert!(Command::new("kill").args(["-TERM", id.trim()]).status().unwrap().success());
    let (code, shown) = terminated.ended();
    assert_eq!(code, Some(143), "{shown}");
    is_quiet(&alive);
    assert!(server.asked().is_empty(), "{:?}", server.asked());
}

fn until_there(path: &Path) {
    let begun = Instant::now();
    while !path.exists() {
        assert!(begun.elapsed() < TIMEOUT, "it did not begin");
        thread::sleep(Duration::from_millis(10));
    }
}
