//! The JobManager in charge.

use crate::{command::Noun, commands::processes, metrics, verb::Verb};

pub(crate) const NOUN: Noun = Noun {
    name: "jobmanager",
    about: "The JobManager in charge",
    verbs: &[
        Verb::new("config", "GetJobManagerConfig", processes::CONFIG),
        Verb::new("environment", "GetJobManagerEnvironment", processes::ENVIRONMENT),
        Verb::new("metrics", "GetJobManagerMetrics", metrics::PLAIN),
        Verb::new("threads", "GetJobManagerThreadDump", processes::THREADS),
        Verb::new("logs", "GetJobManagerLogs", processes::LOGS),
        Verb::new("log", "GetJobManagerLog", processes::TEXT),
        Verb::new("log-file", "GetJobManagerLogFile", processes::TEXT),
        Verb::new("stdout", "GetJobManagerStdout", processes::TEXT),
        Verb::new("profile", "StartJobManagerProfiling", processes::PROFILE),
        Verb::new("profiles", "GetJobManagerProfilingList", processes::PROFILES),
        Verb::new("profile-file", "GetJobManagerProfilingFile", processes::TEXT),
    ],
    deeds: &[],
};
