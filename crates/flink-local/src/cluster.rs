//! A running cluster.

use std::fmt::Display;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::config;
use crate::error::LogTail;
use crate::process::{Launcher, Process, Role};
use crate::ready::{Overview, overview, rest_port};
use crate::watcher::Watcher;
use crate::{Error, Kept, Place};

/// Interval between checks while waiting.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Timeout for the watcher to end all processes; it allows them 3 s.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// A line that every TaskManager logs once the JobManager has accepted it (all versions).
const TASKMANAGER_REGISTRATION_LINE: &str = "Successful registration at resource manager";

/// A line that the JobManager logs when a TaskManager registers.
const JOBMANAGER_REGISTRATION_LINE: &str = "Registering TaskManager with ResourceID";

/// A running Flink cluster, stopped when it is dropped.
///
/// It also stops when this process ends in any other way: by Ctrl-C, a panic, even `kill -9`. Its folder is removed
/// with it. No async runtime is needed, and the methods may be called inside one, but `start` and the like block for
/// seconds.
#[derive(Debug)]
pub struct Cluster {
    launcher: Launcher,
    start_timeout: Duration,
    watcher: Watcher,
    url: String,
    jobmanager: Process,
    taskmanagers: Vec<Process>,
    keeps_folder: bool,
    is_over: bool,
}

impl Cluster {
    pub(crate) fn start(
        launcher: Launcher,
        taskmanagers: usize,
        start_timeout: Duration,
    ) -> Result<Self, Error> {
        let watcher = Watcher::start(&launcher.folder).map_err(watcher_failed)?;
        let jobmanager = launcher.launch(Role::JobManager, "jobmanager", watcher.group(), &[])?;
        let mut cluster = Self {
            launcher,
            start_timeout,
            watcher,
            url: String::new(),
            jobmanager,
            taskmanagers: Vec::new(),
            keeps_folder: false,
            is_over: false,
        };
        for _ in 0..taskmanagers {
            cluster.launch_taskmanager(&[])?;
        }
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// The address of the REST API and the web interface, such as `http://127.0.0.1:43697`; `https` if the option
    /// `security.ssl.rest.enabled` is true.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The version of Flink, such as `2.3.0`.
    pub fn version(&self) -> &str {
        self.launcher.distribution.version()
    }

    /// The folder of configuration, logs, checkpoints and savepoints; it is removed with the cluster.
    pub fn folder(&self) -> &Path {
        &self.launcher.folder
    }

    /// The logs and standard outputs of all processes so far, the JobManager's first.
    pub fn logs(&self) -> Vec<PathBuf> {
        self.processes().flat_map(Process::files).filter(|file| file.exists()).collect()
    }

    /// The ids of the running processes, the JobManager's first.
    pub fn process_ids(&self) -> Vec<u32> {
        self.processes().filter(|process| process.is_running()).map(Process::id).collect()
    }

    /// Starts one more TaskManager, waits until its slots are registered and returns its index.
    pub fn start_taskmanager(&mut self) -> Result<usize, Error> {
        self.start_taskmanager_with([("", ""); 0])
    }

    /// Starts one more TaskManager, with additional Flink options.
    ///
    /// With `taskmanager.host: localhost`, Flink takes it for a TaskManager on another node.
    pub fn start_taskmanager_with(
        &mut self,
        options: impl IntoIterator<Item = (impl Display, impl Display)>,
    ) -> Result<usize, Error> {
        self.notice_ended();
        let dynamic = |(key, value)| ["-D".to_owned(), format!("{key}={value}")];
        let dynamic: Vec<_> = options.into_iter().flat_map(dynamic).collect();
        let index = self.launch_taskmanager(&dynamic)?;
        self.wait_until_ready()?;
        Ok(index)
    }

    /// Sends `kill -9` to the JobManager; [`restart_jobmanager`](Self::restart_jobmanager) starts another.
    pub fn kill_jobmanager(&mut self) -> Result<(), Error> {
        if !self.jobmanager.is_running() {
            return Err(Error::NoSuchProcess { name: self.jobmanager.name.clone() });
        }
        self.jobmanager.kill();
        self.watch()
    }

    /// Sends `kill -9` to one TaskManager; 0 is the first that was started, and an index is never reused.
    ///
    /// The JobManager takes up to 20 seconds to notice.
    pub fn kill_taskmanager(&mut self, index: usize) -> Result<(), Error> {
        match self.taskmanagers.get_mut(index).filter(|process| process.is_running()) {
            Some(process) => process.kill(),
            None => return Err(Error::NoSuchProcess { name: taskmanager(index) }),
        }
        self.watch()
    }

    /// Starts another JobManager at the same address and waits until the TaskManagers have registered there.
    ///
    /// It knows no earlier jobs unless high availability is configured. A JobManager that still runs is killed first.
    pub fn restart_jobmanager(&mut self) -> Result<(), Error> {
        self.notice_ended();
        self.jobmanager.kill();
        let port = self.url.rsplit(':').next().unwrap_or_default();
        let same_port = ["-D".to_owned(), format!("rest.port={port}")];
        self.jobmanager =
            self.launcher.launch(Role::JobManager, "jobmanager", self.watcher.group(), &same_port)?;
        self.watch()?;
        self.wait_until_ready()
    }

    /// Leaves the cluster running after the end of this process, until somebody stops it.
    pub fn keep(mut self) -> Result<Kept, Error> {
        self.watcher.keep_all().map_err(watcher_failed)?;
        self.is_over = true;
        Ok(Kept::new(&self.url, &self.launcher.folder, self.process_ids(), Place::here()))
    }

    /// Stops all processes, removes the folder and returns an error if that failed. Takes up to 5 seconds.
    ///
    /// Dropping does the same, but ignores errors.
    pub fn stop(mut self) -> Result<(), Error> {
        self.end()
    }

    fn launch_taskmanager(&mut self, dynamic: &[String]) -> Result<usize, Error> {
        let index = self.taskmanagers.len();
        let name = taskmanager(index);
        let process = self.launcher.launch(Role::TaskManager, &name, self.watcher.group(), dynamic)?;
        self.taskmanagers.push(process);
        self.watch()?;
        Ok(index)
    }

    fn watch(&mut self) -> Result<(), Error> {
        let running = self.process_ids();
        self.watcher.watch(&running).map_err(watcher_failed)
    }

    fn wait_until_ready(&mut self) -> Result<(), Error> {
        let started = Instant::now();
        loop {
            if self.is_ready() {
                return Ok(());
            }
            if let Some(ended) = self.notice_ended() {
                return Err(self.not_ready(ended, |process| !process.is_running()));
            }
            if started.elapsed() > self.start_timeout {
                let reason = format!(
                    "Flink {} was not ready within {} s",
                    self.version(),
                    self.start_timeout.as_secs()
                );
                return Err(self.not_ready(reason, Process::is_running));
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    fn is_ready(&mut self) -> bool {
        let log = self.jobmanager.log();
        let Some(port) = rest_port(&log) else { return false };
        let is_https = config::is_https(&self.launcher.options);
        self.url = format!("{}://127.0.0.1:{port}", if is_https { "https" } else { "http" });
        let wanted = self.wanted();
        let has_slots = if is_https {
            // A request would need a TLS client, perhaps with a certificate; the log is enough.
            log.matches(JOBMANAGER_REGISTRATION_LINE).count() >= wanted.taskmanagers as usize
        } else {
            overview(&self.url)
                .is_some_and(|seen| seen.slots >= wanted.slots && seen.taskmanagers >= wanted.taskmanagers)
        };
        // The JobManager counts a killed TaskManager for a while, so the count alone does not prove that the new one
        // registered.
        has_slots
            && self
                .running_taskmanagers()
                .all(|process| process.log().contains(TASKMANAGER_REGISTRATION_LINE))
    }

    fn wanted(&self) -> Overview {
        let taskmanagers = u32::try_from(self.running_taskmanagers().count()).unwrap_or(u32::MAX);
        // Flink itself refuses a value that is not a number.
        let slots =
            self.launcher.options.get(config::SLOTS_OPTION).and_then(|slots| slots.parse().ok()).unwrap_or(1);
        Overview { taskmanagers, slots: taskmanagers.saturating_mul(slots) }
    }

    fn processes(&self) -> impl Iterator<Item = &Process> {
        std::iter::once(&self.jobmanager).chain(&self.taskmanagers)
    }

    fn running_taskmanagers(&self) -> impl Iterator<Item = &Process> {
        self.taskmanagers.iter().filter(|process| process.is_running())
    }

    /// Reaps processes that have ended since the last check and describes one of them.
    fn notice_ended(&mut self) -> Option<String> {
        let all = std::iter::once(&mut self.jobmanager).chain(&mut self.taskmanagers);
        let running = all.filter(|process| process.is_running());
        let ended = running.filter_map(|process| Some((process.ended()?, &process.name)));
        let descriptions: Vec<_> =
            ended.map(|(status, name)| format!("{name} ended with {status}")).collect();
        descriptions.into_iter().next()
    }

    fn not_ready(&mut self, reason: String, shown: impl Fn(&Process) -> bool) -> Error {
        let logs = LogTail(self.processes().filter(|process| shown(process)).map(Process::tail).collect());
        self.keeps_folder = self.watcher.keep_folder().is_ok();
        Error::NotReady { reason, folder: self.launcher.folder.clone(), logs }
    }

    fn end(&mut self) -> Result<(), Error> {
        if std::mem::replace(&mut self.is_over, true) {
            return Ok(());
        }
        self.watcher.dismiss();
        let deadline = Instant::now() + STOP_TIMEOUT;
        while !self.watcher.has_ended() && Instant::now() < deadline {
            // The watcher takes a zombie for a running process: reap them.
            self.notice_ended();
            thread::sleep(POLL_INTERVAL);
        }
        // Has an effect only if somebody killed the watcher.
        self.jobmanager.kill();
        self.taskmanagers.iter_mut().for_each(Process::kill);
        let folder = &self.launcher.folder;
        if self.keeps_folder || !folder.exists() {
            return Ok(());
        }
        fs::remove_dir_all(folder).map_err(Error::io("remove", folder))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // `stop` returns the error.
        let _ = self.end();
    }
}

fn taskmanager(index: usize) -> String {
    format!("taskmanager-{index}")
}

fn watcher_failed(source: io::Error) -> Error {
    Error::io("run", Path::new("sh"))(source)
}
