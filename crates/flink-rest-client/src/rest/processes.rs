//! Resources shared by JobManager and TaskManagers: configuration, environment, logs, thread dumps, profiles.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Action, Client, Endpoint, Error, LogFileName, Result, Text,
    client::{Mode, call::CallOptions, callback::Callback, download::Readable, wait::Waiting},
    endpoint::answer::shape::telling,
    value::{
        open_enum::open_enum,
        time::{maybe, millis},
    },
};

/// The configuration of a process. Flink masks passwords and other secrets.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct Configuration {
    /// One entry per option, in no order; options that are not set are missing.
    pub entries: Vec<ConfigurationEntry>,
}

telling!(Configuration: ListOf(&[Text("key")]));

impl Configuration {
    /// Returns the value of an option; none if it is not set.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str())
    }
}

/// A configuration option.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConfigurationEntry {
    /// Its name.
    pub key: String,
    /// Its value, or asterisks in place of a secret.
    pub value: String,
}

/// The environment of a process.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Environment {
    /// The Java virtual machine.
    pub jvm: Jvm,
    /// Jars and folders on the class path.
    pub classpath: Vec<String>,
}

telling!(Environment: Members(&[Object("jvm"), List("classpath")]));

/// A Java virtual machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Jvm {
    /// Vendor and version, as text.
    pub version: String,
    /// Processor architecture: `amd64`.
    pub arch: String,
    /// The JVM's command line options.
    pub options: Vec<String>,
}

/// The log files of a process.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogList {
    /// The files in the log folder, in no order.
    pub logs: Vec<LogInfo>,
}

telling!(LogList: Members(&[List("logs")]));

/// A log file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogInfo {
    /// Its name, for reading it.
    pub name: LogFileName,
    /// Its size in bytes.
    pub size: u64,
    /// Time of the last write (1.15+).
    #[serde(default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub mtime: Option<Timestamp>,
}

/// The threads of a process with state and stack.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThreadDump {
    /// One entry per thread.
    #[serde(rename = "threadInfos")]
    pub thread_infos: Vec<ThreadInfo>,
}

telling!(ThreadDump: Members(&[List("threadInfos")]));

/// A thread with state and stack.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThreadInfo {
    /// Its name.
    #[serde(rename = "threadName")]
    pub thread_name: String,
    /// State, locks and stack, as Java prints them: several lines.
    #[serde(rename = "stringifiedThreadInfo")]
    pub stringified_thread_info: String,
}

/// The latest runs of a process's profiler.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProfilingList {
    /// One entry per run, newest first; the server keeps `rest.profiling.history-size` of them.
    #[serde(rename = "profilingList")]
    pub profiling_list: Vec<Profiling>,
}

telling!(ProfilingList: Members(&[List("profilingList")]));

/// A profiler run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Profiling {
    /// The state of the run.
    pub status: ProfilingStatus,
    /// Profiling mode.
    pub mode: ProfilingMode,
    /// Start time.
    #[serde(rename = "triggerTime", with = "millis")]
    pub trigger_time: Timestamp,
    /// End time; none until it has ended.
    #[serde(rename = "finishedTime", with = "maybe")]
    pub finished_time: Option<Timestamp>,
    /// Requested duration.
    #[serde(with = "seconds")]
    pub duration: Duration,
    /// The outcome as text; none until it has ended.
    pub message: Option<String>,
    /// The file with the result; none until there is one.
    #[serde(rename = "outputFile")]
    pub output_file: Option<LogFileName>,
    /// The same as `mode`.
    #[serde(rename = "profilingMode")]
    pub profiling_mode: ProfilingMode,
}

telling!(Profiling: Members(&[Number("triggerTime"), Text("profilingMode")]));

open_enum! {
    /// A profiling mode, in async-profiler's words.
    pub enum ProfilingMode {
        /// Processor time; needs kernel permission for `perf` events.
        Cpu = "CPU",
        /// Memory allocations.
        Alloc = "ALLOC",
        /// Waits for locks.
        Lock = "LOCK",
        /// Wall-clock time, including sleeping and waiting threads.
        Wall = "WALL",
        /// Processor time, less exact; needs no permission.
        Itimer = "ITIMER",
    }
}

open_enum! {
    /// The state of a profiler run.
    pub enum ProfilingStatus {
        /// Still running.
        Running = "RUNNING",
        /// Ended, with a result.
        Finished = "FINISHED",
        /// Failed; the message says why.
        Failed = "FAILED",
    }
}

/// A [`Duration`] as whole seconds.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(duration.as_secs())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_secs)
    }
}

/// Rounds a profile's duration up to whole seconds, Flink's unit, so that none is cut off.
pub(crate) fn whole_seconds(duration: Duration) -> u32 {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

/// An endpoint that starts the profiler of a process.
pub trait StartProfiling: Endpoint<Response = Profiling> {
    /// The endpoint that lists the profiler runs.
    type List: Endpoint<Response = ProfilingList>;
    /// The endpoint that returns their results.
    type File: Endpoint<Response = Text>;

    /// Returns the request for the runs of this process.
    fn list(&self) -> Self::List;

    /// Returns the request for the result in this file.
    fn file(&self, name: LogFileName) -> Self::File;
}

/// Runs a profiler and waits for its result; see [`JobManager::profile`](crate::jobmanager::JobManager::profile).
#[derive(Clone, Debug)]
pub struct Profile<S>(pub(crate) S);

impl<S: StartProfiling> Action for Profile<S> {
    type Output<M: Mode> = Text;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Text> {
        let file = self.ready(&client, options).await?;
        client.execute(&file, CallOptions::default()).await
    }
}

impl<S: StartProfiling> Readable for Profile<S> {
    type Endpoint = S::File;

    async fn ready<M: Mode>(self, client: &Client<M>, options: CallOptions) -> Result<S::File> {
        let Self(start) = self;
        let operation = start.request()?.spec.name;
        let (started, list) = (client.execute(&start, options).await?, start.list());
        let what = format!("profile of {:?}", started.duration);
        let mut waiting = Waiting::new(what, client, Callback::default(), options);
        let file = loop {
            let poll = async {
                let runs = client.execute(&list, Waiting::question()).await?.profiling_list;
                // Only one profiler runs at a time, so the start time identifies it.
                let run = runs.into_iter().find(|run| run.trigger_time == started.trigger_time);
                match run.map(|run| (run.status, run.output_file, run.message)) {
                    Some((ProfilingStatus::Finished, Some(file), _)) => Ok(Some(file)),
                    Some((ProfilingStatus::Failed, _, message)) => Err(Error::OperationFailed {
                        operation: operation.into(),
                        trace: message.unwrap_or_default(),
                    }),
                    _ => Ok(None),
                }
            };
            if let Some(file) = waiting.ask(poll).await? {
                break file;
            }
        };
        Ok(start.file(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_second_counts_as_a_whole_one() {
        for (millis, seconds) in [(0, 0), (1, 1), (1000, 1), (1001, 2), (u64::MAX, u32::MAX)] {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds);
        }
    }
}
