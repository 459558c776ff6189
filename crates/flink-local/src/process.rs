//! One Java process of a cluster.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::config::{self, Options};
use crate::{Distribution, Error, Java};

/// Packages that Flink before 2.0 must access on Java 17; later versions need some of them.
const OPENED_PACKAGES: [&str; 12] = [
    "java.lang",
    "java.net",
    "java.io",
    "java.nio",
    "sun.nio.ch",
    "java.lang.reflect",
    "java.text",
    "java.time",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "java.util.concurrent.locks",
];

/// Java options that open these packages.
pub(crate) fn opened_packages() -> impl Iterator<Item = String> {
    OPENED_PACKAGES.iter().map(|name| format!("--add-opens=java.base/{name}=ALL-UNNAMED"))
}

/// Small, but enough for several jobs; the options `env.java.opts.*` override it.
///
/// The simple garbage collector and compiler start faster and need less memory. A test cluster does not live long
/// enough for better ones to pay off.
const JAVA_OPTIONS: [&str; 4] =
    ["-Xmx384m", "-XX:MaxMetaspaceSize=256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/// Lines of each log that an error shows.
const TAIL_LINES: usize = 30;

/// A process's role in the cluster.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Role {
    JobManager,
    TaskManager,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::JobManager => "jobmanager",
            Self::TaskManager => "taskmanager",
        }
    }

    fn main_class(self) -> &'static str {
        match self {
            Self::JobManager => "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
            Self::TaskManager => "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
        }
    }
}

/// Settings that all processes of a cluster share.
#[derive(Debug)]
pub(crate) struct Launcher {
    pub(crate) java: Java,
    pub(crate) distribution: Distribution,
    pub(crate) folder: PathBuf,
    pub(crate) options: Options,
}

/// A Java process and its log.
#[derive(Debug)]
pub(crate) struct Process {
    /// `jobmanager`, `taskmanager-0`, …
    pub(crate) name: String,
    child: Child,
    log: PathBuf,
    /// Offset in the log at which this process begins.
    log_start: usize,
    is_reaped: bool,
}

impl Launcher {
    /// Starts a process in a process group; it appends to the logs of an earlier process of the same name.
    pub(crate) fn launch(
        &self,
        role: Role,
        name: &str,
        group: i32,
        dynamic: &[String],
    ) -> Result<Process, Error> {
        let logs = self.folder.join("logs").join(name);
        fs::create_dir_all(&logs).map_err(Error::io("create", &logs))?;
        let log = logs.join(format!("{}.log", role.name()));
        // Flink's REST API serves the file named like the log as standard output.
        let out = log.with_extension("out");
        let log_start = whole_log(&log).len();
        let standard =
            || File::options().create(true).append(true).open(&out).map_err(Error::io("create", &out));
        let mut java = Command::new(self.java.program());
        java.args(self.arguments(role, &log)).args(dynamic).envs(self.environment());
        java.current_dir(&self.folder).process_group(group);
        java.stdin(Stdio::null()).stdout(standard()?).stderr(standard()?);
        let child = java.spawn().map_err(Error::io("run", self.java.program()))?;
        Ok(Process { name: name.to_owned(), child, log, log_start, is_reaped: false })
    }

    fn arguments(&self, role: Role, log: &Path) -> Vec<OsString> {
        let conf = self.folder.join(config::CONF_FOLDER);
        let property = |name: &str, value: &Path| OsString::from(format!("-D{name}={}", value.display()));
        let mut arguments: Vec<OsString> = opened_packages().map(Into::into).collect();
        // 1.13 parses numeric addresses with this package.
        arguments.push("--add-exports=java.base/sun.net.util=ALL-UNNAMED".into());
        arguments.extend(JAVA_OPTIONS.map(Into::into));
        arguments.push(property("log.file", log));
        arguments.push(property("log4j.configurationFile", &conf.join("log4j.properties")));
        arguments.push(property("java.io.tmpdir", &self.folder.join("tmp")));
        for key in ["env.java.opts.all".to_owned(), format!("env.java.opts.{}", role.name())] {
            let own = self.options.get(&key).map(String::as_str).unwrap_or_default();
            arguments.extend(own.split_whitespace().map(Into::into));
        }
        arguments.extend(["-cp".into(), self.distribution.class_path()]);
        arguments.extend([role.main_class().into(), "--configDir".into(), conf.into()]);
        arguments
    }

    fn environment(&self) -> [(&'static str, PathBuf); 4] {
        let home = self.distribution.home();
        [
            ("FLINK_CONF_DIR", self.folder.join(config::CONF_FOLDER)),
            ("FLINK_LIB_DIR", home.join("lib")),
            ("FLINK_OPT_DIR", home.join("opt")),
            ("FLINK_PLUGINS_DIR", home.join("plugins")),
        ]
    }
}

impl Process {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The log file and the file of the standard output.
    pub(crate) fn files(&self) -> [PathBuf; 2] {
        [self.log.clone(), self.log.with_extension("out")]
    }

    /// The log of this process so far.
    pub(crate) fn log(&self) -> String {
        let log = whole_log(&self.log);
        String::from_utf8_lossy(log.get(self.log_start..).unwrap_or_default()).into_owned()
    }

    /// Its exit status, if it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.child.try_wait().ok().flatten();
        self.is_reaped |= status.is_some();
        status
    }

    /// Tells if it has not been reaped yet.
    pub(crate) fn is_running(&self) -> bool {
        !self.is_reaped
    }

    /// Sends `kill -9` and reaps the process.
    pub(crate) fn kill(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.is_reaped = true;
    }

    /// The last lines of log and standard output.
    pub(crate) fn tail(&self) -> String {
        let tails = self.files().map(|file| {
            let text = read(&file);
            let lines: Vec<_> = text.lines().collect();
            let tail = &lines[lines.len().saturating_sub(TAIL_LINES)..];
            format!("--- {}\n{}\n", file.display(), tail.join("\n"))
        });
        tails.concat()
    }
}

/// Reads a log, preceded by its rotated files, the oldest first: users may configure rotation.
pub(crate) fn whole_log(log: &Path) -> Vec<u8> {
    let name = log.file_name().unwrap_or_default().to_string_lossy();
    let entries = log.parent().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten();
    let is_log = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(&*name);
    let mut files: Vec<_> = entries.flatten().filter(is_log).collect();
    files.sort_by_key(|file| file.metadata().and_then(|metadata| metadata.modified()).ok());
    files.iter().flat_map(|file| fs::read(file.path()).unwrap_or_default()).collect()
}

fn read(file: &Path) -> String {
    fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
