//! What can go wrong, and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::java;
use crate::version::VERSIONS;

/// What went wrong; the message says in one line what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// This crate does not know the version that was asked for.
    #[error("Flink {asked:?} is not supported; ask for one of {}, or another patch release of these", VERSIONS.join(", "))]
    #[non_exhaustive]
    UnsupportedVersion {
        /// The version as it was written.
        asked: String,
    },

    /// A folder that should hold a Flink does not.
    #[error("{} holds no lib/flink-dist*.jar; name a Flink's folder in FLINK_HOME, or unset it to have one downloaded", folder.display())]
    #[non_exhaustive]
    NoFlink {
        /// The folder that was looked at.
        folder: PathBuf,
    },

    /// There is no place for downloads.
    #[error("no cache folder: neither FLINK_LOCAL_CACHE, XDG_CACHE_HOME nor HOME is set; set one of them")]
    NoCacheFolder,

    /// Downloads need Python's pip.
    #[error(
        "python3 with pip is needed to download Flink; install it (Debian: apt-get install python3-pip) or set FLINK_HOME"
    )]
    NoPip,

    /// The package index could not be reached.
    #[error(
        "Flink {version} could not be downloaded: the package index is out of reach; check the network and pip's settings, or set FLINK_HOME"
    )]
    #[non_exhaustive]
    NoNetwork {
        /// The version that was wanted.
        version: String,
        /// What pip said.
        output: String,
    },

    /// The package index has no such release.
    #[error("PyPI has no apache-flink-libraries {version}; ask for one of {}", VERSIONS.join(", "))]
    #[non_exhaustive]
    NoSuchRelease {
        /// The version that was wanted.
        version: String,
    },

    /// pip failed otherwise.
    #[error("pip could not download Flink {version}: {}", last_line(output))]
    #[non_exhaustive]
    Download {
        /// The version that was wanted.
        version: String,
        /// All that pip said.
        output: String,
    },

    /// The disk is full.
    #[error("no space left for {}; free about 1 GB there, or set FLINK_LOCAL_CACHE or TMPDIR to another disk", path.display())]
    #[non_exhaustive]
    DiskFull {
        /// What was being written.
        path: PathBuf,
    },

    /// A file or folder could not be read or written.
    #[error("cannot {action} {}", path.display())]
    #[non_exhaustive]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },

    /// There is no Java.
    #[error("no Java found in JAVA_HOME or PATH; install one: {}", java::install_command_or_hint())]
    NoJava,

    /// `JAVA_HOME` is set, but wrong.
    #[error("JAVA_HOME is {}, which has no bin/java; correct it, or unset it to use the java in PATH", home.display())]
    #[non_exhaustive]
    WrongJavaHome {
        /// The value of `JAVA_HOME`.
        home: PathBuf,
    },

    /// This Java is too old or too new for Flink.
    #[error("{} is Java {version}, Flink needs 11 to 21; set JAVA_HOME to one, or install it: {}", java.display(), java::install_command_or_hint())]
    #[non_exhaustive]
    UnsupportedJava {
        /// The program that was asked.
        java: PathBuf,
        /// Its major version.
        version: u32,
    },

    /// There is a Java, but only to run programs.
    #[error(
        "no {tool} beside java: this is a runtime without compiler; install the JDK: {}",
        java::install_command_or_hint()
    )]
    #[non_exhaustive]
    NoCompiler {
        /// The missing program.
        tool: &'static str,
    },

    /// javac or jar refused a job, or java ran it and it failed.
    #[error("{tool} failed for {}: {}", jar.display(), output.lines().next().unwrap_or("it said nothing"))]
    #[non_exhaustive]
    Tool {
        /// The program that failed.
        tool: &'static str,
        /// The jar that was to be made, or run.
        jar: PathBuf,
        /// All that the program said.
        output: String,
    },

    /// Configuration files of Flink 1.x cannot hold this value.
    #[error("Flink {version} cannot be given {key}: values with `#` or a line break need Flink 2.0 or later")]
    #[non_exhaustive]
    UnwritableOption {
        /// The option.
        key: String,
        /// The version that was to be started.
        version: String,
    },

    /// The cluster did not come up, or a process of it ended.
    #[error("{reason}; see the logs in {}", folder.display())]
    #[non_exhaustive]
    NotReady {
        /// What was seen.
        reason: String,
        /// The cluster's folder, which is not removed.
        folder: PathBuf,
        /// The last lines of the logs.
        #[source]
        logs: LogTail,
    },

    /// Whether a cluster runs cannot be told from here.
    #[error("{} may run unseen: it was started on another machine or in another container, or /proc does not show its processes; stop it where it was started", folder.display())]
    #[non_exhaustive]
    OutOfSight {
        /// Its folder.
        folder: PathBuf,
    },

    /// Processes of a cluster that was kept do not end.
    #[error("processes {processes:?} do not end; `kill -9` them, and look whether they are yours to kill")]
    #[non_exhaustive]
    StillRunning {
        /// Their ids.
        processes: Vec<u32>,
    },

    /// The cluster has no such process (any more).
    #[error("there is no running {name}; see Cluster::process_ids for those that are")]
    #[non_exhaustive]
    NoSuchProcess {
        /// The process that was meant.
        name: String,
    },
}

impl Error {
    /// For `map_err` of file operations.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull => Self::DiskFull { path: path.to_owned() },
            _ => Self::Io { action, path: path.to_owned(), source },
        }
    }
}

/// The last lines of the logs of a cluster that did not come up.
///
/// `Debug` is readable too, so that the `unwrap` of a test shows them.
#[derive(Clone)]
pub struct LogTail(pub(crate) String);

impl fmt::Display for LogTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LogTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl std::error::Error for LogTail {}

fn last_line(output: &str) -> &str {
    output.trim_end().lines().next_back().unwrap_or("it said nothing")
}
