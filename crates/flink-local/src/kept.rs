//! A cluster that runs without an owner.

use std::fs;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Error;
use crate::place::{Place, ProcessLookup, ProcessState, Visibility};

/// Time for processes to end after TERM, the same as the watcher gives them; after KILL, the same again.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Timeout for connecting to a cluster's address.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// A cluster that runs without an owner.
///
/// Another process can rebuild it from its stored parts and stop it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    url: String,
    folder: PathBuf,
    processes: Vec<u32>,
    place: Option<Place>,
}

impl Kept {
    /// A cluster that was [kept](crate::Cluster::keep), perhaps long ago by another process, and its place if that was
    /// stored.
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

    /// The ids of its processes at the time it was kept, the JobManager's first.
    pub fn process_ids(&self) -> &[u32] {
        &self.processes
    }

    /// The place where it was started; its process ids are valid only there.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Tells if it may still run although none of its processes is visible.
    ///
    /// That is so if it was started on another machine, in another container or by another user, or if `/proc` hides
    /// processes.
    pub fn is_out_of_sight(&self) -> bool {
        self.is_out_of_sight_of(ProcessLookup::here())
    }

    fn is_out_of_sight_of(&self, lookup: ProcessLookup<'_>) -> bool {
        let is_hidden = || match self.visibility() {
            Visibility::Hidden => true,
            Visibility::Ended => false,
            Visibility::Visible => {
                let is_unknown = |id: &u32| lookup.state(*id) == ProcessState::Unknown;
                self.processes.iter().any(is_unknown) || (self.place.is_none() && self.is_listening())
            }
        };
        self.running_in(lookup).is_empty() && is_hidden()
    }

    /// Tells if something listens at its address.
    fn is_listening(&self) -> bool {
        let host_and_port = self.url.split_once("://").map_or(&*self.url, |(_, rest)| rest);
        let addresses = host_and_port.trim_end_matches('/').to_socket_addrs().into_iter().flatten();
        addresses.into_iter().any(|address| TcpStream::connect_timeout(&address, CONNECT_TIMEOUT).is_ok())
    }

    fn visibility(&self) -> Visibility {
        Place::visibility(self.place.as_ref(), Place::here().as_ref())
    }

    /// The ids of its processes that still run, without ids that now belong to unrelated processes.
    pub fn running(&self) -> Vec<u32> {
        self.running_in(ProcessLookup::here())
    }

    /// Its own processes have the cluster's folder in their command lines.
    fn running_in(&self, lookup: ProcessLookup<'_>) -> Vec<u32> {
        let folder = self.folder.to_string_lossy();
        let is_own = |id: &u32| match lookup.state(*id) {
            ProcessState::Running(line) => !folder.is_empty() && line.contains(&*folder),
            ProcessState::Gone | ProcessState::Unknown => false,
        };
        self.processes.iter().copied().filter(is_own).collect()
    }

    /// The logs and standard outputs of all processes, sorted by name.
    pub fn logs(&self) -> Vec<PathBuf> {
        let below = |folder: &Path| {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
            paths.sort();
            paths
        };
        below(&self.folder.join("logs")).iter().flat_map(|process| below(process)).collect()
    }

    /// Stops its processes and removes the folder. Takes up to 6 seconds.
    ///
    /// Fails with [`Error::OutOfSight`] and changes nothing if it is [out of visibility](Self::is_out_of_sight).
    pub fn stop(&self) -> Result<(), Error> {
        self.stop_in(ProcessLookup::here())
    }

    fn stop_in(&self, lookup: ProcessLookup<'_>) -> Result<(), Error> {
        if self.is_out_of_sight_of(lookup) {
            return Err(Error::OutOfSight { folder: self.folder.clone() });
        }
        for signal in ["TERM", "KILL"] {
            let running = self.running_in(lookup);
            if running.is_empty() {
                break;
            }
            kill(signal, &running)?;
            let deadline = Instant::now() + STOP_TIMEOUT;
            while !self.running_in(lookup).is_empty() && Instant::now() < deadline {
                thread::sleep(POLL_INTERVAL);
            }
        }
        match self.running_in(lookup).as_slice() {
            [] if self.is_out_of_sight_of(lookup) => Err(Error::OutOfSight { folder: self.folder.clone() }),
            [] if !self.folder.exists() => Ok(()),
            [] => fs::remove_dir_all(&self.folder).map_err(Error::io("remove", &self.folder)),
            running => Err(Error::StillRunning { processes: running.to_vec() }),
        }
    }

    /// The shell command that stops the cluster and removes its folder.
    pub fn stop_command(&self) -> String {
        let folder = self.folder.display().to_string().replace('\'', r"'\''");
        format!("kill -s KILL {}; rm -rf -- '{folder}'", texts(&self.processes).join(" "))
    }
}

/// Sends a signal. The exit status is ignored: a process may have ended just before.
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

    /// Starts a process with this folder in its command line.
    fn process(folder: &Path) -> std::process::Child {
        let mut sh = Command::new("sh");
        // Two commands: the shell does not replace itself with a single program, so its command line stays.
        sh.args(["-c", "read -r line; true", &format!("-Dlog.file={}/logs", folder.display())]);
        sh.stdin(Stdio::piped()).spawn().unwrap()
    }

    #[test]
    fn a_cluster_of_another_machine_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = "nowhere 00000000 pid:[1]".parse().unwrap();
        let kept = Kept::new("http://127.0.0.1:1", folder.path(), vec![1], Some(elsewhere));
        assert!(kept.is_out_of_sight());
        assert!(matches!(kept.stop(), Err(Error::OutOfSight { .. })));
        assert!(folder.path().exists());
    }

    #[test]
    fn a_cluster_with_invisible_processes_keeps_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut own = process(folder.path());
        for place in [None, Place::here()] {
            let kept = Kept::new("http://127.0.0.1:1", folder.path(), vec![own.id()], place);
            assert!(
                kept.is_out_of_sight_of(ProcessLookup::None)
                    && kept.running_in(ProcessLookup::None).is_empty()
            );
            assert!(matches!(kept.stop_in(ProcessLookup::None), Err(Error::OutOfSight { .. })));
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
        // The command line of a new process may be readable only after a moment.
        let started = Instant::now();
        while kept.running() != [own.id()] {
            assert!(started.elapsed() < Duration::from_secs(10), "{:?}", kept.running());
            thread::yield_now();
        }
        // It stays a zombie until it is waited for.
        let _input = own.stdin.take(); // `wait` would close it and so end the process.
        let reaper = thread::spawn(move || own.wait().unwrap());
        kept.stop().unwrap();
        assert!(!reaper.join().unwrap().success());
        assert!(!folder.path().exists() && kept.running().is_empty());
        assert!(stranger.try_wait().unwrap().is_none());
        drop(stranger.stdin.take());
        assert!(stranger.wait().unwrap().success());
    }
}
