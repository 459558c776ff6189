//! Errors, each with a remedy.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::java;
use crate::version::VERSIONS;

/// An error; its message is one line and says what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The version is not supported.
    #[error("Flink {asked:?} is not supported; ask for one of {}, or another patch release of these", VERSIONS.join(", "))]
    #[non_exhaustive]
    UnsupportedVersion {
        /// The requested version.
        asked: String,
    },

    /// A folder contains no Flink.
    #[error("{} holds no lib/flink-dist*.jar; name a Flink's folder in FLINK_HOME, or unset it to have one downloaded", folder.display())]
    #[non_exhaustive]
    NoFlink {
        /// The folder.
        folder: PathBuf,
    },

    /// No cache folder: the environment variables that name one are unset.
    #[error("no cache folder: neither FLINK_LOCAL_CACHE, XDG_CACHE_HOME nor HOME is set; set one of them")]
    NoCacheFolder,

    /// pip, which downloads Flink, is missing.
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
        /// The requested version.
        version: String,
        /// pip's output.
        output: String,
    },

    /// The package index has no such release.
    #[error("PyPI has no apache-flink-libraries {version}; ask for one of {}", VERSIONS.join(", "))]
    #[non_exhaustive]
    NoSuchRelease {
        /// The requested version.
        version: String,
    },

    /// pip failed for another reason.
    #[error("pip could not download Flink {version}: {}", last_line(output))]
    #[non_exhaustive]
    Download {
        /// The requested version.
        version: String,
        /// pip's output.
        output: String,
    },

    /// The disk is full.
    #[error("no space left for {}; free about 1 GB there, or set FLINK_LOCAL_CACHE or TMPDIR to another disk", path.display())]
    #[non_exhaustive]
    DiskFull {
        /// The file or folder that was being written.
        path: PathBuf,
    },

    /// A file or folder could not be read or written.
    #[error("cannot {action} {}", path.display())]
    #[non_exhaustive]
    Io {
        /// The failed action, such as `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },

    /// Java is missing.
    #[error("no Java found in JAVA_HOME or PATH; install one: {}", java::install_command_or_hint())]
    NoJava,

    /// `JAVA_HOME` contains no Java.
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
        /// The java program.
        java: PathBuf,
        /// Its major version.
        version: u32,
    },

    /// Java is a runtime without compiler.
    #[error(
        "no {tool} beside java: this is a runtime without compiler; install the JDK: {}",
        java::install_command_or_hint()
    )]
    #[non_exhaustive]
    NoCompiler {
        /// The missing program.
        tool: &'static str,
    },

    /// javac or jar rejected a job, or java ran it and it failed.
    #[error("{tool} failed for {}: {}", jar.display(), output.lines().next().unwrap_or("no output"))]
    #[non_exhaustive]
    Tool {
        /// The program that failed.
        tool: &'static str,
        /// The jar to make or run.
        jar: PathBuf,
        /// The program's output.
        output: String,
    },

    /// A configuration file of Flink 1.x cannot represent this value.
    #[error("Flink {version} cannot be given {key}: values with `#` or a line break need Flink 2.0 or later")]
    #[non_exhaustive]
    UnwritableOption {
        /// The option's name.
        key: String,
        /// The version to start.
        version: String,
    },

    /// The cluster did not start, or one of its processes ended.
    #[error("{reason}; see the logs in {}", folder.display())]
    #[non_exhaustive]
    NotReady {
        /// The reason.
        reason: String,
        /// The cluster's folder; it is not removed.
        folder: PathBuf,
        /// The last lines of the logs.
        #[source]
        logs: LogTail,
    },

    /// It is unknown if a cluster still runs: its processes are not visible from here.
    #[error("{} may run unseen: it was started on another machine or in another container, or /proc does not show its processes; stop it where it was started", folder.display())]
    #[non_exhaustive]
    OutOfSight {
        /// The cluster's folder.
        folder: PathBuf,
    },

    /// Processes of a kept cluster do not end.
    #[error("processes {processes:?} do not end; `kill -9` them, after making sure that they are yours")]
    #[non_exhaustive]
    StillRunning {
        /// Their process ids.
        processes: Vec<u32>,
    },

    /// The cluster has no running process of this name.
    #[error("there is no running {name}; Cluster::process_ids lists the running ones")]
    #[non_exhaustive]
    NoSuchProcess {
        /// The process's name.
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

/// The last lines of the logs of a cluster that did not start.
///
/// `Debug` prints them readably, for an `unwrap` in a test.
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
    output.trim_end().lines().next_back().unwrap_or("no output")
}
