//! TaskManagers: the processes that run the tasks of jobs.

pub mod details;
pub mod resources;

use std::time::Duration;

use crate::{
    Call, Client, Endpoint, LogFileName, TaskManagerId, Text,
    client::Mode,
    endpoint::at_least_one,
    rest::{
        metrics::{AggregatedMetric, Aggregation, Metric, collect, metrics},
        processes::{
            LogList, Profile, Profiling, ProfilingList, ProfilingMode, StartProfiling, ThreadDump,
            whole_seconds,
        },
        taskmanagers::details::{GetTaskManager, GetTaskManagers},
    },
};

impl<M: Mode> Client<M> {
    /// Returns the handle of all TaskManagers of the cluster.
    pub fn taskmanagers(&self) -> TaskManagers<M> {
        TaskManagers { client: self.clone() }
    }

    /// Returns the handle of one TaskManager. Sends nothing: an unknown id fails with the first call.
    pub fn taskmanager(&self, id: impl Into<TaskManagerId>) -> TaskManager<M> {
        TaskManager { client: self.clone(), id: id.into() }
    }
}

/// All TaskManagers that are registered with the JobManager.
#[derive(Clone, Debug)]
pub struct TaskManagers<M> {
    client: Client<M>,
}

impl<M: Mode> TaskManagers<M> {
    /// Returns all TaskManagers with their slots and resources.
    pub fn list(&self) -> Call<M, GetTaskManagers> {
        self.client.request(GetTaskManagers::new())
    }

    /// Returns the names of the TaskManagers' metrics; with [`get`](Call::get), these metrics aggregated over all
    /// TaskManagers.
    pub fn metrics(&self) -> Call<M, GetAggregatedTaskManagerMetrics> {
        self.client.request(GetAggregatedTaskManagerMetrics::new())
    }
}

/// One TaskManager.
#[derive(Clone, Debug)]
pub struct TaskManager<M> {
    pub(crate) client: Client<M>,
    pub(crate) id: TaskManagerId,
}

impl<M: Mode> TaskManager<M> {
    /// Returns the TaskManager's id.
    pub fn id(&self) -> &TaskManagerId {
        &self.id
    }

    /// Returns its slots, resources, memory usage and garbage collections.
    pub fn details(&self) -> Call<M, GetTaskManager> {
        self.client.request(GetTaskManager::new(&self.id))
    }

    /// Returns the names of its metrics; with [`get`](Call::get), their values.
    pub fn metrics(&self) -> Call<M, GetTaskManagerMetrics> {
        self.client.request(GetTaskManagerMetrics::new(&self.id))
    }

    /// Returns its threads with state and stack.
    pub fn thread_dump(&self) -> Call<M, GetTaskManagerThreadDump> {
        self.client.request(GetTaskManagerThreadDump::new(&self.id))
    }

    /// Returns the files in its log folder.
    pub fn logs(&self) -> Call<M, GetTaskManagerLogs> {
        self.client.request(GetTaskManagerLogs::new(&self.id))
    }

    /// Returns one of its log files.
    pub fn log_file(&self, name: impl Into<LogFileName>) -> Call<M, GetTaskManagerLogFile> {
        self.client.request(GetTaskManagerLogFile::new(&self.id, name))
    }

    /// Returns its own log. Fails with 404 if it does not write one.
    pub fn log(&self) -> Call<M, GetTaskManagerLog> {
        self.client.request(GetTaskManagerLog::new(&self.id))
    }

    /// Returns its standard output, to which a job's `print()` writes. Fails with 404 if that is not written to a file
    /// next to the log.
    pub fn stdout(&self) -> Call<M, GetTaskManagerStdout> {
        self.client.request(GetTaskManagerStdout::new(&self.id))
    }

    /// Profiles the TaskManager and returns the result once it is ready, an HTML page (1.19+,
    /// `rest.profiling.enabled`).
    ///
    /// Flink refuses with 500 while another profiler runs, and if the duration exceeds `rest.profiling.duration-max` (5
    /// minutes).
    pub fn profile(
        &self,
        mode: ProfilingMode,
        duration: Duration,
    ) -> Call<M, Profile<StartTaskManagerProfiling>> {
        let start = StartTaskManagerProfiling::new(&self.id, mode, whole_seconds(duration));
        Call::new(self.client.clone(), Profile(start))
    }

    /// Starts its profiler without waiting for the result; see [`profile`](Self::profile).
    pub fn start_profiling(
        &self,
        mode: ProfilingMode,
        duration: Duration,
    ) -> Call<M, StartTaskManagerProfiling> {
        self.client.request(StartTaskManagerProfiling::new(&self.id, mode, whole_seconds(duration)))
    }

    /// Returns the latest runs of its profiler (1.19+, `rest.profiling.enabled`).
    pub fn profiling_list(&self) -> Call<M, GetTaskManagerProfilingList> {
        self.client.request(GetTaskManagerProfilingList::new(&self.id))
    }

    /// Returns the result of a profiler run, an HTML page (1.19+, `rest.profiling.enabled`).
    pub fn profiling_file(&self, name: impl Into<LogFileName>) -> Call<M, GetTaskManagerProfilingFile> {
        self.client.request(GetTaskManagerProfilingFile::new(&self.id, name))
    }
}

/// Metrics aggregated over TaskManagers.
///
/// The response is empty if one of the names or TaskManagers is unknown.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/taskmanagers/metrics" -> Vec<AggregatedMetric>, handle = "taskmanagers().metrics()", python = "taskmanager.metrics", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetAggregatedTaskManagerMetrics {
    /// Names of the metrics to read; without names, lists the available ones.
    #[query]
    pub get: Vec<String>,
    /// Aggregations to compute [default: all].
    #[query]
    pub agg: Vec<Aggregation>,
    /// TaskManagers to include [default: all].
    #[query]
    pub taskmanagers: Vec<TaskManagerId>,
}

/// Metrics of a TaskManager.
///
/// The response is empty for a TaskManager that has just started or does not exist.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/taskmanagers/{taskmanager}/metrics" -> Vec<Metric>, handle = "taskmanager(id).metrics()", python = "taskmanager.get_metrics", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetTaskManagerMetrics {
    /// The TaskManager.
    pub taskmanager: TaskManagerId,
    /// Names of the metrics to read; without names, lists the available ones.
    #[query]
    pub get: Vec<String>,
}

/// Threads of a TaskManager with state and stack.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/taskmanagers/{taskmanager}/thread-dump" -> ThreadDump, handle = "taskmanager(id).thread_dump()", python = "taskmanager.get_thread_dump")]
#[non_exhaustive]
pub struct GetTaskManagerThreadDump {
    /// The TaskManager.
    pub taskmanager: TaskManagerId,
}

/// Files in a TaskManager's log folder.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/taskmanagers/{taskmanager}/logs" -> LogList, handle = "taskmanager(id).logs()", python = "taskmanager.get_logs")]
#[non_exhaustive]
pub struct GetTaskManagerLogs {
    /// The TaskManager.
    pub taskmanager: TaskManagerId,
}

/// A log file of a TaskManager.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/taskmanagers/{taskmanager}/logs/{filename}" -> Text, handle = "taskmanager(id).log_file(name)")]
#[non_exhaustive]
pub struct GetTaskManagerLogFile {
    /// The TaskManager.
    pub taskmanager: TaskManagerId,
    /// The file name.
    pub filename: LogFileName,
}

/// A TaskManager's own log.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/taskmanagers/{taskmanager}/log" -> Text, handle = "taskmanager(id).log()")]
#[non_exhaustive]
pub struct GetTaskManagerLog {
    /// The TaskManager.
    pub taskmanager: TaskManagerId,
}

/// Standard output of a TaskManager.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/taskmanagers/{taskmanager}/stdout" -> Text, handle = "taskmanager(id).stdout()")]
#[non_exhaustive]
pub struct GetTaskManagerStdout {
    /// The TaskManager.
    pub taskmanager: TaskManagerId,
}

/// Starts the profiler of a TaskManager.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/taskmanagers/{taskmanager}/profiler" -> Profiling, since = "1.19", handle = "taskmanager(id).start_profiling(mode, duration)")]
#[non_exhaustive]
pub struct StartTaskManagerProfiling {
    /// The TaskManager.
    pub taskmanager: TaskManagerId,
    /// Profiling mode.
    #[body]
    pub mode: ProfilingMode,
    /// Length of the profile, in seconds.
    #[body(check = at_least_one)]
    pub duration: u32,
}

impl StartProfiling for StartTaskManagerProfiling {
    type List = GetTaskManagerProfilingList;
    type File = GetTaskManagerProfilingFile;

    fn list(&self) -> Self::List {
        GetTaskManagerProfilingList::new(&self.taskmanager)
    }

    fn file(&self, name: LogFileName) -> Self::File {
        GetTaskManagerProfilingFile::new(&self.taskmanager, name)
    }
}

/// The latest runs of a TaskManager's profiler.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/taskmanagers/{taskmanager}/profiler" -> ProfilingList, since = "1.19", handle = "taskmanager(id).profiling_list()")]
#[non_exhaustive]
pub struct GetTaskManagerProfilingList {
    /// The TaskManager.
    pub taskmanager: TaskManagerId,
}

/// The result of a profiler run of a TaskManager, an HTML page.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/taskmanagers/{taskmanager}/profiler/{filename}" -> Text, since = "1.19", handle = "taskmanager(id).profiling_file(name)")]
#[non_exhaustive]
pub struct GetTaskManagerProfilingFile {
    /// The TaskManager.
    pub taskmanager: TaskManagerId,
    /// The `output_file` of the run.
    pub filename: LogFileName,
}

metrics!(Metric, false: GetTaskManagerMetrics);
metrics!(AggregatedMetric, true: GetAggregatedTaskManagerMetrics);
