//! What is left of a cluster that was left running.

use std::fs;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Error;
use crate::place::{Look, Place, Sight, View};

/// How long processes get to end by themselves, as the watcher gives them; then as long again to be killed.
const PATIENCE: Duration = Duration::from_secs(3);
const POLL: Duration = Duration::from_millis(50);
/// Timeout for asking whether something listens at a cluster's address.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// A cluster that runs on without an owner.
///
/// It can be written down, as its parts, and be stopped by another process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    url: String,
    folder: PathBuf,
    processes: Vec<u32>,
    place: Option<Place>,
}

impl Kept {
    /// A cluster that was [kept](crate::Cluster::keep), perhaps by another process, perhaps long ago, and the place
    /// where that was, if it was written down.
    pub fn new(
        url: impl Into<String>,
        folder: impl Into<PathBuf>,
        process_ids: Vec<u32>,
        place: Option<Place>,
    ) -> Self {
        Self { url: url.into(), folder: folder.into(), processes: process_ids, place }
    }

    /// The address of the REST API and the web interface.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of configuration, logs, checkpoints and savepoints.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The ids of its processes when it was kept, the JobManager's first.
    pub fn process_ids(&self) -> &[u32] {
        &self.processes
    }

    /// Where it was started: only there do its process ids mean anything.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Whether it may run though none of its processes is seen: it was started on another machine, in another
    /// container or by another user, or `/proc` does not show the processes of this machine.
    pub fn is_out_of_sight(&self) -> bool {
        self.is_out_of_sight_of(View::here())
    }

    fn is_out_of_sight_of(&self, view: View<'_>) -> bool {
        let is_hidden = || match self.sight() {
            Sight::Hidden => true,
            Sight::Ended => false,
            Sight::Seen => {
                let is_unknown = |id: &u32| view.look(*id) == Look::Unknown;
                self.processes.iter().any(is_unknown) || (self.place.is_none() && self.answers())
            }
        };
        self.running_in(view).is_empty() && is_hidden()
    }

    /// Whether something listens at its address.
    fn answers(&self) -> bool {
        let host_and_port = self.url.split_once("://").map_or(&*self.url, |(_, rest)| rest);
        let addresses = host_and_port.trim_end_matches('/').to_socket_addrs().into_iter().flatten();
        addresses.into_iter().any(|address| TcpStream::connect_timeout(&address, CONNECT_TIMEOUT).is_ok())
    }

    fn sight(&self) -> Sight {
        Place::sight(self.place.as_ref(), Place::here().as_ref())
    }

    /// Those of its processes that still run. One that was given the id of another that has ended does not count.
    pub fn running(&self) -> Vec<u32> {
        self.running_in(View::here())
    }

    /// Its processes have its folder, whose name is its own, in their command lines.
    fn running_in(&self, view: View<'_>) -> Vec<u32> {
        let folder = self.folder.to_string_lossy();
        let is_own = |id: &u32| match view.look(*id) {
            Look::Runs(line) => !folder.is_empty() && line.contains(&*folder),
            Look::Gone | Look::Unknown => false,
        };
        self.processes.iter().copied().filter(is_own).collect()
    }

    /// The logs and standard outputs of all processes, in the order of their names.
    pub fn logs(&self) -> Vec<PathBuf> {
        let below = |folder: &Path| {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
            paths.sort();
            paths
        };
        below(&self.folder.join("logs")).iter().flat_map(|process| below(process)).collect()
    }

    /// Stops those that still run and removes the folder. Takes up to 6 seconds. What is
    /// [out of sight](Self::is_out_of_sight) is left as it is: [`Error::OutOfSight`].
    pub fn stop(&self) -> Result<(), Error> {
        self.stop_in(View::here())
    }

    fn stop_in(&self, view: View<'_>) -> Result<(), Error> {
        if self.is_out_of_sight_of(view) {
            return Err(Error::OutOfSight { folder: self.folder.clone() });
        }
        for signal in ["TERM", "KILL"] {
            let running = self.running_in(view);
            if running.is_empty() {
                break;
            }
            kill(signal, &running)?;
            let deadline = Instant::now() + PATIENCE;
            while !self.running_in(view).is_empty() && Instant::now() < deadline {
                thread::sleep(POLL);
            }
        }
        match self.running_in(view).as_slice() {
            [] if self.is_out_of_sight_of(view) => Err(Error::OutOfSight { folder: self.folder.clone() }),
            [] if !self.folder.exists() => Ok(()),
            [] => fs::remove_dir_all(&self.folder).map_err(Error::io("remove", &self.folder)),
            running => Err(Error::StillRunning { processes: running.to_vec() }),
        }
    }

    /// The shell command that stops it and removes its folder.
    pub fn stop_command(&self) -> String {
        let folder = self.folder.display().to_string().replace('\'', r"'\''");
        format!("kill -s KILL {}; rm -rf -- '{folder}'", texts(&self.processes).join(" "))
    }
}

/// One may have ended just before: what counts is who is left.
fn kill(signal: &str, processes: &[u32]) -> Result<(), Error> {
    let mut sh = Command::new("sh");
    sh.args(["-c", "kill -s \"$@\"", "sh", signal]).args(texts(processes)).stderr(Stdio::null());
    sh.status().map(drop).map_err(Error::io("run", Path::new("sh")))
}

fn texts(processes: &[u32]) -> Vec<String> {
    processes.iter().map(u32::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process that has this folder in its command line.
    fn process(folder: &Path) -> std::process::Child {
        let mut sh = Command::new("sh");
        // With something after it, the shell does not become the other program.
        sh.args(["-c", "read -r line; true", &format!("-Dlog.file={}/logs", folder.display())]);
        sh.stdin(Stdio::piped()).spawn().unwrap()
    }

    #[test]
    fn what_was_started_elsewhere_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = "nowhere 00000000 pid:[1]".parse().unwrap();
        let kept = Kept::new("http://127.0.0.1:1", folder.path(), vec![1], Some(elsewhere));
        assert!(kept.is_out_of_sight());
        assert!(matches!(kept.stop(), Err(Error::OutOfSight { .. })));
        assert!(folder.path().exists());
    }

    #[test]
    fn what_runs_unseen_keeps_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut own = process(folder.path());
        for place in [None, Place::here()] {
            let kept = Kept::new("http://127.0.0.1:1", folder.path(), vec![own.id()], place);
            assert!(kept.is_out_of_sight_of(View::Nothing) && kept.running_in(View::Nothing).is_empty());
            assert!(matches!(kept.stop_in(View::Nothing), Err(Error::OutOfSight { .. })));
        }
        assert!(folder.path().exists() && own.try_wait().unwrap().is_none());
        drop(own.stdin.take());
        assert!(own.wait().unwrap().success());
    }

    #[test]
    fn only_its_own_processes_are_stopped() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (mut own, mut stranger) = (process(folder.path()), process(other.path()));
        let ids = vec![own.id(), stranger.id()];
        let kept = Kept::new("http://127.0.0.1:1", folder.path(), ids, Place::here());
        // The command line of a process can be read shortly after it was started.
        let started = Instant::now();
        while kept.running() != [own.id()] {
            assert!(started.elapsed() < Duration::from_secs(10), "{:?}", kept.running());
            thread::yield_now();
        }
        // It stays a zombie until somebody asks for its end.
        let _input = own.stdin.take(); // To wait would close it, and that end the process.
        let reaper = thread::spawn(move || own.wait().unwrap());
        kept.stop().unwrap();
        assert!(!reaper.join().unwrap().success());
        assert!(!folder.path().exists() && kept.running().is_empty());
        assert!(stranger.try_wait().unwrap().is_none());
        drop(stranger.stdin.take());
        assert!(stranger.wait().unwrap().success());
    }
}
