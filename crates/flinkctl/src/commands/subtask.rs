//! `flinkctl subtask`: subtasks of a vertex, as many as its parallelism.

use crate::{
    command::Noun,
    endpoint_command::EndpointCommand,
    metrics,
    view::{Part, bytes, id, millis, number, state, text, time},
};

/// The subtasks of a vertex, in its details.
pub(crate) const LIST: Part = Part::Rows(
    "/subtasks",
    &[
        id("SUBTASK", "/subtask"),
        state("STATUS", "/status"),
        number("ATTEMPT", "/attempt"),
        id("TASKMANAGER", "/taskmanager-id"),
        millis("DURATION", "/duration"),
        number("RECORDS IN", "/metrics/read-records"),
        number("RECORDS OUT", "/metrics/write-records"),
        millis("BUSY", "/metrics/accumulated-busy-time").wide(),
        millis("BACK-PRESSURED", "/metrics/accumulated-backpressured-time").wide(),
        millis("IDLE", "/metrics/accumulated-idle-time").wide(),
        bytes("BYTES IN", "/metrics/read-bytes").wide(),
        bytes("BYTES OUT", "/metrics/write-bytes").wide(),
    ],
);

/// An attempt to run a subtask.
const ATTEMPT: Part = Part::Fields(&[
    number("Subtask", "/subtask"),
    number("Attempt", "/attempt"),
    state("Status", "/status"),
    id("TaskManager", "/taskmanager-id"),
    time("Started", "/start-time"),
    time("Ended", "/end-time"),
    millis("Duration", "/duration"),
    number("Records in", "/metrics/read-records"),
    number("Records out", "/metrics/write-records"),
    bytes("Bytes in", "/metrics/read-bytes"),
    bytes("Bytes out", "/metrics/write-bytes"),
]);

const ACCUMULATORS: Part = Part::Rows(
    "/subtasks/*/user-accumulators",
    &[
        number("SUBTASK", "/subtask"),
        text("HOST", "/endpoint").or(&["/host"]),
        id("NAME", "/name"),
        text("TYPE", "/type"),
        text("VALUE", "/value"),
    ],
);

pub(crate) const NOUN: Noun = Noun {
    name: "subtask",
    about: "Subtasks of a vertex, counted from 0, and their attempts",
    endpoints: &[
        EndpointCommand::new("list", "GetJobVertex", &[LIST]),
        EndpointCommand::new("get", "GetSubtask", &[ATTEMPT]),
        EndpointCommand::new("attempt", "GetSubtaskExecutionAttempt", &[ATTEMPT]),
        EndpointCommand::new("metrics", "GetSubtaskMetrics", metrics::PLAIN),
        EndpointCommand::new("metrics-all", "GetAggregatedSubtaskMetrics", metrics::AGGREGATED),
        EndpointCommand::new("accumulators", "GetSubtasksAllAccumulators", &[ACCUMULATORS]),
        EndpointCommand::new(
            "attempt-accumulators",
            "GetSubtaskExecutionAttemptAccumulators",
            &[super::vertex::ACCUMULATORS],
        ),
    ],
    commands: &[],
};
