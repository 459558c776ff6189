//! The JobManager: the process that answers, and leads all others.

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
    /// The JobManager.
    pub fn jobmanager(&self) -> JobManager<M> {
        JobManager { client: self.clone() }
    }
}

/// The JobManager. With several of them, it is the one that answers.
#[derive(Clone, Debug)]
pub struct JobManager<M> {
    pub(crate) client: Client<M>,
}

impl<M: Mode> JobManager<M> {
    /// The options that were set in its configuration.
    pub fn config(&self) -> Call<M, GetJobManagerConfig> {
        self.client.request(GetJobManagerConfig::new())
    }

    /// What it was started with: its Java and its class path (1.16+).
    pub fn environment(&self) -> Call<M, GetJobManagerEnvironment> {
        self.client.request(GetJobManagerEnvironment::new())
    }

    /// The names of its metrics; with [`get`](Call::get), their values.
    pub fn metrics(&self) -> Call<M, GetJobManagerMetrics> {
        self.client.request(GetJobManagerMetrics::new())
    }

    /// What its threads are doing (1.15+).
    pub fn thread_dump(&self) -> Call<M, GetJobManagerThreadDump> {
        self.client.request(GetJobManagerThreadDump::new())
    }

    /// The files in the folder of its log.
    pub fn logs(&self) -> Call<M, GetJobManagerLogs> {
        self.client.request(GetJobManagerLogs::new())
    }

    /// One of its log files.
    pub fn log_file(&self, name: impl Into<LogFileName>) -> Call<M, GetJobManagerLogFile> {
        self.client.request(GetJobManagerLogFile::new(name))
    }

    /// Its own log. Not found if it writes none.
    pub fn log(&self) -> Call<M, GetJobManagerLog> {
        self.client.request(GetJobManagerLog::new())
    }

    /// What it printed. Not found if that goes to no file beside its log.
    pub fn stdout(&self) -> Call<M, GetJobManagerStdout> {
        self.client.request(GetJobManagerStdout::new())
    }

    /// Profiles it and gives the result once it is there, an HTML page (1.19+, `rest.profiling.enabled`).
    ///
    /// Refused with 500 while another profiler runs, and beyond `rest.profiling.duration-max` (5 minutes).
    pub fn profile(
        &self,
        mode: ProfilingMode,
        duration: Duration,
    ) -> Call<M, Profile<StartJobManagerProfiling>> {
        Call::new(self.client.clone(), Profile(StartJobManagerProfiling::new(mode, whole_seconds(duration))))
    }

    /// Starts its profiler, and does not wait for the result; see [`profile`](Self::profile).
    pub fn start_profiling(
        &self,
        mode: ProfilingMode,
        duration: Duration,
    ) -> Call<M, StartJobManagerProfiling> {
        self.client.request(StartJobManagerProfiling::new(mode, whole_seconds(duration)))
    }

    /// The latest runs of its profiler (1.19+, `rest.profiling.enabled`).
    pub fn profiling_list(&self) -> Call<M, GetJobManagerProfilingList> {
        self.client.request(GetJobManagerProfilingList::new())
    }

    /// The result of a run of its profiler, an HTML page (1.19+, `rest.profiling.enabled`).
    pub fn profiling_file(&self, name: impl Into<LogFileName>) -> Call<M, GetJobManagerProfilingFile> {
        self.client.request(GetJobManagerProfilingFile::new(name))
    }
}

/// The options that were set in the JobManager's configuration.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/config" -> Configuration, handle = "jobmanager().config()", python = "jobmanager.config")]
#[non_exhaustive]
pub struct GetJobManagerConfig {}

/// What the JobManager was started with: its Java and its class path.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/environment" -> Environment, since = "1.16", handle = "jobmanager().environment()")]
#[non_exhaustive]
pub struct GetJobManagerEnvironment {}

/// Metrics of the JobManager.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/metrics" -> Vec<Metric>, handle = "jobmanager().metrics()", python = "jobmanager.metrics", by = collect, measured = true)]
#[non_exhaustive]
pub struct GetJobManagerMetrics {
    /// Names to read; without them, the names on offer.
    #[query]
    pub get: Vec<String>,
}

/// What the threads of the JobManager are doing.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/thread-dump" -> ThreadDump, since = "1.15", handle = "jobmanager().thread_dump()")]
#[non_exhaustive]
pub struct GetJobManagerThreadDump {}

/// The files in the folder of the JobManager's log.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/logs" -> LogList, handle = "jobmanager().logs()", python = "jobmanager.logs")]
#[non_exhaustive]
pub struct GetJobManagerLogs {}

/// One of the JobManager's log files.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/logs/{filename}" -> Text, handle = "jobmanager().log_file(name)", python = "jobmanager.get_log")]
#[non_exhaustive]
pub struct GetJobManagerLogFile {
    /// The file.
    pub filename: LogFileName,
}

/// The JobManager's own log.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/log" -> Text, handle = "jobmanager().log()")]
#[non_exhaustive]
pub struct GetJobManagerLog {}

/// What the JobManager printed.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/stdout" -> Text, handle = "jobmanager().stdout()")]
#[non_exhaustive]
pub struct GetJobManagerStdout {}

/// Starts the JobManager's profiler.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jobmanager/profiler" -> Profiling, since = "1.19", handle = "jobmanager().start_profiling(mode, duration)")]
#[non_exhaustive]
pub struct StartJobManagerProfiling {
    /// What to look at.
    #[body]
    pub mode: ProfilingMode,
    /// How long to look, in seconds.
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

/// The result of a run of the JobManager's profiler, an HTML page.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobmanager/profiler/{filename}" -> Text, since = "1.19", handle = "jobmanager().profiling_file(name)")]
#[non_exhaustive]
pub struct GetJobManagerProfilingFile {
    /// The `output_file` of the run.
    pub filename: LogFileName,
}

metrics!(Metric, false: GetJobManagerMetrics);
