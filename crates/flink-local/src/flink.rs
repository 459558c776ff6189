//! Builder of a cluster.

use std::env;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::{self, Options};
use crate::process::{Launcher, whole_log};
use crate::{Cluster, Distribution, Error, Java, Progress, version};

/// A cluster to start.
///
/// Defaults: the Flink in `FLINK_HOME`, else the newest supported one, and one TaskManager with one slot.
#[derive(Clone, Debug)]
pub struct Flink {
    source: Source,
    taskmanagers: usize,
    options: Options,
    start_timeout: Duration,
    progress: Progress,
}

#[derive(Clone, Debug)]
enum Source {
    Preferred,
    Version(String),
    Found(Distribution),
}

impl Default for Flink {
    fn default() -> Self {
        Self::new(Source::Preferred)
    }
}

impl From<Distribution> for Flink {
    fn from(distribution: Distribution) -> Self {
        Self::new(Source::Found(distribution))
    }
}

impl Flink {
    fn new(source: Source) -> Self {
        Self {
            source,
            taskmanagers: 1,
            options: Options::new(),
            start_timeout: Duration::from_secs(120),
            progress: Progress::Silent,
        }
    }

    /// Uses a release such as `2.3.0`, or `2.3` for its newest known patch release; [`Distribution::obtain`] finds or
    /// downloads it.
    ///
    /// Fails at once if the version is not supported.
    pub fn version(version: &str) -> Result<Self, Error> {
        Ok(Self::new(Source::Version(version::resolve(version)?)))
    }

    /// Uses the Flink in a folder with `lib/`.
    ///
    /// Fails at once if there is none.
    pub fn home(folder: impl Into<PathBuf>) -> Result<Self, Error> {
        Ok(Distribution::at(folder)?.into())
    }

    /// Sets the number of TaskManagers, which may be 0 [default: 1].
    pub fn taskmanagers(mut self, count: usize) -> Self {
        self.taskmanagers = count;
        self
    }

    /// Sets the number of slots of each TaskManager [default: 1].
    pub fn slots(self, count: usize) -> Self {
        self.config(config::SLOTS_OPTION, count.to_string())
    }

    /// Sets a Flink option, such as `rest.profiling.enabled`; it overrides the defaults of this crate.
    ///
    /// `env.java.opts.all`, `.jobmanager` and `.taskmanager` are passed to Java, so `-Xmx2g` gives more memory.
    pub fn config(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.insert(key.into(), value.into());
        self
    }

    /// Sets the timeout until all slots are registered [default: 2 minutes, for busy machines; seconds are usual].
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    /// Sets where a download shows its progress [default: nowhere].
    pub fn progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// Starts the cluster and waits until all slots are registered: usually 5 to 8 seconds, after a first download.
    ///
    /// If it does not start, the error holds the last lines of the logs and names the folder, which is kept.
    pub fn start(self) -> Result<Cluster, Error> {
        let java = Java::find()?;
        let distribution = match &self.source {
            Source::Preferred => Distribution::preferred(self.progress)?,
            Source::Version(version) => Distribution::obtain(version, self.progress)?,
            Source::Found(distribution) => distribution.clone(),
        };
        match self.start_once(&java, &distribution) {
            // Another process took the port between our choice and Flink's start.
            Err(Error::NotReady { folder, .. }) if has_lost_its_port(&folder) => {
                fs::remove_dir_all(&folder).map_err(Error::io("remove", &folder))?;
                self.start_once(&java, &distribution)
            }
            started => started,
        }
    }

    fn start_once(&self, java: &Java, distribution: &Distribution) -> Result<Cluster, Error> {
        let (folder, options) = self.prepare(distribution)?;
        let launcher = Launcher { java: java.clone(), distribution: distribution.clone(), folder, options };
        Cluster::start(launcher, self.taskmanagers, self.start_timeout)
    }

    /// Creates the cluster's folder with its configuration; leaves none if that fails.
    fn prepare(&self, distribution: &Distribution) -> Result<(PathBuf, Options), Error> {
        let folder = create_folder(distribution.version())?;
        let configure = || {
            let port = free_port().map_err(Error::io("find a free port for", &folder))?;
            let mut options = config::defaults(&folder, port);
            options.extend(self.options.clone());
            config::write(&folder, distribution, &options)?;
            Ok(options)
        };
        match configure() {
            Ok(options) => Ok((folder, options)),
            Err(error) => {
                // Best effort: the first error matters more.
                let _ = fs::remove_dir_all(&folder);
                Err(error)
            }
        }
    }
}

fn create_folder(version: &str) -> Result<PathBuf, Error> {
    let parent = env::temp_dir();
    let prefix = format!("flink-{version}-");
    // The watcher removes it.
    let folder = tempfile::Builder::new().prefix(&prefix).tempdir_in(&parent);
    let folder = folder.map_err(Error::io("write to", &parent))?.keep();
    let temporary = folder.join("tmp");
    fs::create_dir(&temporary).map_err(Error::io("create", &temporary))?;
    Ok(folder)
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn has_lost_its_port(folder: &Path) -> bool {
    let log = whole_log(&folder.join("logs/jobmanager/jobmanager.log"));
    String::from_utf8_lossy(&log).contains("java.net.BindException")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_that_cannot_be_written_leaves_no_folder() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("lib")).unwrap();
        // A patch release that no other test uses.
        fs::write(home.path().join("lib/flink-dist-1.20.77.jar"), "").unwrap();
        let distribution = Distribution::at(home.path()).unwrap();
        let folders = || {
            let names = fs::read_dir(env::temp_dir()).unwrap().map(|entry| entry.unwrap().file_name());
            names.filter(|name| name.to_string_lossy().starts_with("flink-1.20.77-")).count()
        };
        let flink = |value: &str| Flink::from(distribution.clone()).config("some.key", value);
        let (folder, _) = flink("a").prepare(&distribution).unwrap();
        assert_eq!(folders(), 1);
        fs::remove_dir_all(folder).unwrap();
        assert!(matches!(flink("a # b").prepare(&distribution), Err(Error::UnwritableOption { .. })));
        assert_eq!(folders(), 0);
    }
}
