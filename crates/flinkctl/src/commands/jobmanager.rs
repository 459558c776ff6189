//! `flinkctl jobmanager`: the leading JobManager.

use crate::{command::Noun, commands::processes, endpoint_command::EndpointCommand, metrics};

pub(crate) const NOUN: Noun = Noun {
    name: "jobmanager",
    about: "The leading JobManager",
    endpoints: &[
        EndpointCommand::new("config", "GetJobManagerConfig", processes::CONFIG),
        EndpointCommand::new("environment", "GetJobManagerEnvironment", processes::ENVIRONMENT),
        EndpointCommand::new("metrics", "GetJobManagerMetrics", metrics::PLAIN),
        EndpointCommand::new("threads", "GetJobManagerThreadDump", processes::THREADS),
        EndpointCommand::new("logs", "GetJobManagerLogs", processes::LOGS),
        EndpointCommand::new("log", "GetJobManagerLog", processes::TEXT),
        EndpointCommand::new("log-file", "GetJobManagerLogFile", processes::TEXT),
        EndpointCommand::new("stdout", "GetJobManagerStdout", processes::TEXT),
        EndpointCommand::new("profile", "StartJobManagerProfiling", processes::PROFILE),
        EndpointCommand::new("profiles", "GetJobManagerProfilingList", processes::PROFILES),
        EndpointCommand::new("profile-file", "GetJobManagerProfilingFile", processes::TEXT),
    ],
    commands: &[],
};
