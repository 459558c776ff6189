//! The JobManager: the process that serves the REST API and coordinates the cluster.

use std::time::Duration;

use crate::{
    Call, Client, Endpoint, LogFileName, Text,
    client::Mode,
    endpoint::at_least_one,
    rest::{
        metrics::{Metric, collect, metrics},
        processes::{
            Configuration, Environment, LogList, Profile, Profiling, ProfilingList, ProfilingMode,
            StartProfiling, ThreadDump, whole_seconds,
        },
    },
};

impl<M: Mode> Client<M> {
    /// Returns the handle of the JobManager.
    pub fn jobmanager(&self) -> JobManager<M> {
        JobManager { client: self.clone() }
    }
}

/// The JobManager. If there are several, the one that responds.
#[derive(Clone, Debug)]
pub struct JobManager<M> {
    pub(crate) client: Client<M>,
}

impl<M: Mode> JobManager<M> {
    /// Returns the options set in the JobManager's configuration.
    pub fn config(&self) -> Call<M, GetJobManagerConfig> {
        self.client.request(GetJobManagerConfig::new())
    }

    /// Returns the Java version, Java options and class path of the JobManager (1.16+).
    pub fn environment(&self) -> Call<M, GetJobManagerEnvironment> {
        self.client.request(GetJobManagerEnvironment::new())
    }

    /// Returns the names of the JobManager's metrics; with [`get`](Call::get), their values.
    pub fn metrics(&self) -> Call<M, GetJobManagerMetrics> {
        self.client.request(GetJobManagerMetrics::new())
    }

    /// Returns the JobManager's threads with state and stack (1.15+).
    pub fn thread_dump(&self) -> Call<M, GetJobManagerThreadDump> {
        self.client.request(GetJobManagerThreadDump::new())
    }

    /// Returns the files in the JobManager's log folder.
    pub fn logs(&self) -> Call<M, GetJobManagerLogs> {
        self.client.request(GetJobManagerLogs::new())
    }

    /// Returns one of the JobManager's log files.
    pub fn log_file(&self, name: impl Into<LogFileName>) -> Call<M, GetJobManagerLogFile> {
        self.client.request(GetJobManagerLogFile::new(name))
    }

    /// Returns the JobManager's own log. Fails with 404 if it does not write one.
    pub fn log(&self) -> Call<M, GetJobManagerLog> {
        self.client.request(GetJobManagerLog::new())
    }

    /// Returns the JobManager's standard output. Fails with 404 if that is not written to a file next to the log.
    pub fn stdout(&self) -> Call<M, GetJobManagerStdout> {
        self.client.request(GetJobManagerStdout::new())
    }

    /// Profiles the JobManager and returns the result once it is ready, an HTML page (1.19+, `rest.profiling.enabled`).
    ///
    /// Flink refuses with 500 while another profiler runs, and if the duration exceeds `rest.profiling.duration-max` (5
    /// minutes).
    pub fn profile(
        &self,
        mode: ProfilingMode,
        duration: Duration,
    ) -> Call<M, Profile<StartJobManagerProfiling>> {
        Call::new(self.client.clone(), Profile(StartJobManagerProfiling::new(mode, whole_seconds(duration))))
    }

    /// Starts the JobManager's profiler without waiting for the result; see [`profile`](Self::profile).
    pub fn start_profiling(
        &self,
        mode: ProfilingMode,
        duration: Duration,
    ) -> Call<M, StartJobManagerProfiling> {
        self.client.request(StartJobManagerProfiling::new(mode, whole_seconds(duration)))
    }

    /// Returns the latest runs of the JobManager's profiler (1.19+, `rest.profiling.enabled`).
    pub fn profiling_list(&self) -> Call<M, GetJobManagerProfilingList> {
        self.client.request(GetJobManagerProfilingList::new())
    }

    /// Returns the result of a profiler run, an HTML page (1.19+, `rest.profiling.enabled`).
    pub fn profiling_file(&self, name: impl Into<LogFileName>) -> Call<M, GetJobManagerProfilingFile> {
        self.client.request(GetJobManagerProfilingFile::new(name))
    }
}

/// Options set in the JobManager's configuration.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/config" -> Configuration, handle = "jobmanager().config()", python = "jobmanager.config")]
#[non_exhaustive]
pub struct GetJobManagerConfig {}

/// Java version, Java options and class path of the JobManager.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/environment" -> Environment, since = "1.16", handle = "jobmanager().environment()")]
#[non_exhaustive]
pub struct GetJobManagerEnvironment {}

/// Metrics of the JobManager.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/metrics" -> Vec<Metric>, handle = "jobmanager().metrics()", python = "jobmanager.metrics", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetJobManagerMetrics {
    /// Names of the metrics to read; without names, lists the available ones.
    #[query]
    pub get: Vec<String>,
}

/// Threads of the JobManager with state and stack.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/thread-dump" -> ThreadDump, since = "1.15", handle = "jobmanager().thread_dump()")]
#[non_exhaustive]
pub struct GetJobManagerThreadDump {}

/// Files in the JobManager's log folder.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/logs" -> LogList, handle = "jobmanager().logs()", python = "jobmanager.logs")]
#[non_exhaustive]
pub struct GetJobManagerLogs {}

/// A log file of the JobManager.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/logs/{filename}" -> Text, handle = "jobmanager().log_file(name)", python = "jobmanager.get_log")]
#[non_exhaustive]
pub struct GetJobManagerLogFile {
    /// The file name.
    pub filename: LogFileName,
}

/// The JobManager's own log.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/log" -> Text, handle = "jobmanager().log()")]
#[non_exhaustive]
pub struct GetJobManagerLog {}

/// Standard output of the JobManager.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/stdout" -> Text, handle = "jobmanager().stdout()")]
#[non_exhaustive]
pub struct GetJobManagerStdout {}

/// Starts the JobManager's profiler.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jobmanager/profiler" -> Profiling, since = "1.19", handle = "jobmanager().start_profiling(mode, duration)")]
#[non_exhaustive]
pub struct StartJobManagerProfiling {
    /// Profiling mode.
    #[body]
    pub mode: ProfilingMode,
    /// Length of the profile, in seconds.
    #[body(check = at_least_one)]
    pub duration: u32,
}

impl StartProfiling for StartJobManagerProfiling {
    type List = GetJobManagerProfilingList;
    type File = GetJobManagerProfilingFile;

    fn list(&self) -> Self::List {
        GetJobManagerProfilingList::new()
    }

    fn file(&self, name: LogFileName) -> Self::File {
        GetJobManagerProfilingFile::new(name)
    }
}

/// The latest runs of the JobManager's profiler.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/profiler" -> ProfilingList, since = "1.19", handle = "jobmanager().profiling_list()")]
#[non_exhaustive]
pub struct GetJobManagerProfilingList {}

/// The result of a profiler run of the JobManager, an HTML page.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/profiler/{filename}" -> Text, since = "1.19", handle = "jobmanager().profiling_file(name)")]
#[non_exhaustive]
pub struct GetJobManagerProfilingFile {
    /// The `output_file` of the run.
    pub filename: LogFileName,
}

metrics!(Metric, false: GetJobManagerMetrics);
