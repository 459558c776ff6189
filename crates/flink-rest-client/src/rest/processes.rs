//! What JobManager and TaskManagers have in common: configuration, environment, logs, thread dumps, profiles.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Action, Client, Endpoint, Error, LogFileName, Result, Text,
    client::{Mode, call::CallOptions, callback::Tell, download::Readable, wait::Waiting},
    endpoint::answer::shape::telling,
    value::{
        open_enum::open_enum,
        time::{maybe, millis},
    },
};

/// The configuration of a process. Flink hides the values of passwords and the like.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct Configuration {
    /// One entry an option, in no order; options that were not set are missing.
    pub entries: Vec<ConfigurationEntry>,
}

telling!(Configuration: ListOf(&[Text("key")]));

impl Configuration {
    /// The value of an option; none if it was not set.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str())
    }
}

/// An option that was set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConfigurationEntry {
    /// Its name.
    pub key: String,
    /// Its value, or asterisks in place of a secret.
    pub value: String,
}

/// What a process was started with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Environment {
    /// Its Java.
    pub jvm: Jvm,
    /// Jars and folders that Java loads classes from.
    pub classpath: Vec<String>,
}

telling!(Environment: Members(&[Object("jvm"), List("classpath")]));

/// A Java virtual machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Jvm {
    /// Its vendor and version, in words.
    pub version: String,
    /// The processor's architecture: `amd64`.
    pub arch: String,
    /// Its own command line options.
    pub options: Vec<String>,
}

/// The log files of a process.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogList {
    /// The files in the folder of its log, in no order.
    pub logs: Vec<LogInfo>,
}

telling!(LogList: Members(&[List("logs")]));

/// A log file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogInfo {
    /// Its name, to read it by.
    pub name: LogFileName,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written to (1.15+).
    #[serde(default, with = "maybe", skip_serializing_if = "Option::is_none")]
    pub mtime: Option<Timestamp>,
}

/// What the threads of a process are doing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThreadDump {
    /// One entry a thread.
    #[serde(rename = "threadInfos")]
    pub thread_infos: Vec<ThreadInfo>,
}

telling!(ThreadDump: Members(&[List("threadInfos")]));

/// What a thread is doing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThreadInfo {
    /// Its name.
    #[serde(rename = "threadName")]
    pub thread_name: String,
    /// Its state, its locks and its stack, as Java prints them: several lines.
    #[serde(rename = "stringifiedThreadInfo")]
    pub stringified_thread_info: String,
}

/// The latest runs of a process's profiler.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProfilingList {
    /// One entry a run, newest first; the server keeps `rest.profiling.history-size` of them.
    #[serde(rename = "profilingList")]
    pub profiling_list: Vec<Profiling>,
}

telling!(ProfilingList: Members(&[List("profilingList")]));

/// A run of a profiler.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Profiling {
    /// How far it is.
    pub status: ProfilingStatus,
    /// What it looks at.
    pub mode: ProfilingMode,
    /// When it was started.
    #[serde(rename = "triggerTime", with = "millis")]
    pub trigger_time: Timestamp,
    /// When it ended; none while it has not.
    #[serde(rename = "finishedTime", with = "maybe")]
    pub finished_time: Option<Timestamp>,
    /// How long it was to run.
    #[serde(with = "seconds")]
    pub duration: Duration,
    /// How it ended, in words; none while it has not.
    pub message: Option<String>,
    /// The file of its result; none if there is none yet.
    #[serde(rename = "outputFile")]
    pub output_file: Option<LogFileName>,
    /// The same as `mode`.
    #[serde(rename = "profilingMode")]
    pub profiling_mode: ProfilingMode,
}

telling!(Profiling: Members(&[Number("triggerTime"), Text("profilingMode")]));

open_enum! {
    /// What a profiler looks at; the words are async-profiler's.
    pub enum ProfilingMode {
        /// Where processor time is spent; needs the kernel's leave to use `perf` events.
        Cpu = "CPU",
        /// Where memory is allocated.
        Alloc = "ALLOC",
        /// Where threads wait for locks.
        Lock = "LOCK",
        /// Where time passes, also in sleeping and waiting threads.
        Wall = "WALL",
        /// Where processor time is spent; needs nothing, and is less exact.
        Itimer = "ITIMER",
    }
}

open_enum! {
    /// How far a run of a profiler is.
    pub enum ProfilingStatus {
        /// It goes on.
        Running = "RUNNING",
        /// It is over, and there is a result.
        Finished = "FINISHED",
        /// It failed; its message says why.
        Failed = "FAILED",
    }
}

/// Whole seconds as a [`Duration`].
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

/// What Flink takes as the length of a profile: whole seconds, so that none is cut off.
pub(crate) fn whole_seconds(duration: Duration) -> u32 {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

/// An endpoint that starts the profiler of a process.
pub trait StartProfiling: Endpoint<Response = Profiling> {
    /// The endpoint that tells how its runs are doing.
    type List: Endpoint<Response = ProfilingList>;
    /// The endpoint that gives their results.
    type File: Endpoint<Response = Text>;

    /// The question after the runs in this process.
    fn list(&self) -> Self::List;

    /// The question after the result in this file.
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
        let mut waiting = Waiting::new(what, client, Tell::default(), options);
        let file = loop {
            let look = async {
                let runs = client.execute(&list, Waiting::question()).await?.profiling_list;
                // Only one runs at a time, so the time of its start tells it from the others.
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
            if let Some(file) = waiting.ask(look).await? {
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
