//! Views shared by JobManager, TaskManagers and jobs.

use crate::view::{Column, Part, View, bytes, id, millis, number, reason, state, text, time};

pub(crate) const CONFIG: View = &[Part::Sorted("", &[id("OPTION", "/key"), text("VALUE", "/value")])];

pub(crate) const LOGS: View =
    &[Part::Rows("/logs", &[id("NAME", "/name"), bytes("SIZE", "/size"), time("WRITTEN", "/mtime")])];

pub(crate) const THREADS: View = &[Part::Texts("/threadInfos", "/stringifiedThreadInfo")];

pub(crate) const TEXT: View = &[Part::Body];

pub(crate) const ALL: View = &[Part::All("")];

pub(crate) const PROFILES: View = &[Part::Rows(
    "/profilingList",
    &[
        id("FILE", "/outputFile"),
        text("MODE", "/mode"),
        state("STATUS", "/status"),
        time("STARTED", "/triggerTime"),
        number("SECONDS", "/duration"),
        text("MESSAGE", "/message"),
    ],
)];

/// A started profile.
pub(crate) const PROFILE: View = &[Part::Fields(&[
    text("Mode", "/mode"),
    state("Status", "/status"),
    time("Started", "/triggerTime"),
    number("Seconds", "/duration"),
    text("Message", "/message"),
])];

pub(crate) const ENVIRONMENT: View = &[
    Part::Fields(&[text("JVM", "/jvm/version"), text("Architecture", "/jvm/arch")]),
    // Paths are never cut.
    Part::Rows("/jvm/options", &[id("OPTIONS", "")]),
    Part::Rows("/classpath", &[id("CLASS PATH", "")]),
];

pub(crate) const LOG_URL: View = &[Part::Fields(&[text("URL", "/url")])];

/// The id of a triggered operation.
pub(crate) const TRIGGERED: View = &[Part::Made(&[id("Trigger", "/request-id")])];

const STATUS: Column = state("Status", "/status/id");
const FAILURE: Column =
    reason("Failure", "/operation/failure-cause/stack-trace").or(&["/operation/failureCause/stack-trace"]);

/// The state of an operation.
pub(crate) const SAVEPOINT: View = &[Part::Fields(&[STATUS, text("Path", "/operation/location"), FAILURE])];
pub(crate) const CHECKPOINT: View =
    &[Part::Fields(&[STATUS, number("Checkpoint", "/operation/checkpointId"), FAILURE])];
pub(crate) const DELETION: View = &[Part::Fields(&[STATUS, FAILURE])];

/// The result of a job.
pub(crate) const RESULT: View = &[Part::Fields(&[
    STATUS,
    text("Name", "/job-execution-result/name"),
    id("Job", "/job-execution-result/id"),
    state("Outcome", "/job-execution-result/application-status"),
    time("Started", "/job-execution-result/start-time"),
    time("Ended", "/job-execution-result/end-time"),
    millis("Net runtime", "/job-execution-result/net-runtime"),
    reason("Failure", "/job-execution-result/failure-cause/stack-trace"),
])];
