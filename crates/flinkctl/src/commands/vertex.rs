//! `flinkctl vertex`: vertices of a job, each one or more chained operators.

use crate::{
    command::Noun,
    endpoint_command::EndpointCommand,
    metrics,
    view::{Part, View, bytes, counts, id, index, millis, number, ratio, state, text, time},
};

/// The vertices of a job, in its details.
pub(crate) const LIST: Part = Part::Rows(
    "/vertices",
    &[
        text("NAME", "/name"),
        id("VERTEX", "/id"),
        state("STATUS", "/status"),
        number("PARALLELISM", "/parallelism"),
        counts("TASKS", "/tasks"),
        number("RECORDS IN", "/metrics/read-records"),
        number("RECORDS OUT", "/metrics/write-records"),
        bytes("BYTES IN", "/metrics/read-bytes").wide(),
        bytes("BYTES OUT", "/metrics/write-bytes").wide(),
        time("STARTED", "/start-time").wide(),
    ],
);

pub(crate) const NOUN: Noun = Noun {
    name: "vertex",
    about: "Vertices of a job, each named by its id, its name, or a prefix of either",
    endpoints: &[
        EndpointCommand::new("list", "GetJob", &[LIST])
            .about("Vertices of a job: state, duration, records and bytes"),
        EndpointCommand::new("get", "GetJobVertex", &[super::subtask::LIST])
            .about("Subtasks of a vertex: state and TaskManager"),
        EndpointCommand::new(
            "taskmanagers",
            "GetJobVertexTaskManagers",
            &[Part::Rows(
                "/taskmanagers",
                &[
                    id("TASKMANAGER", "/taskmanager-id"),
                    state("STATUS", "/status"),
                    counts("TASKS", "/status-counts"),
                    number("RECORDS IN", "/metrics/read-records"),
                    number("RECORDS OUT", "/metrics/write-records"),
                    bytes("BYTES IN", "/metrics/read-bytes").wide(),
                    bytes("BYTES OUT", "/metrics/write-bytes").wide(),
                ],
            )],
        ),
        EndpointCommand::new("metrics", "GetJobVertexMetrics", metrics::PLAIN),
        EndpointCommand::new("coordinator-metrics", "GetJobManagerOperatorMetrics", metrics::PLAIN),
        EndpointCommand::new("accumulators", "GetJobVertexAccumulators", &[ACCUMULATORS]),
        EndpointCommand::new(
            "watermarks",
            "GetJobVertexWatermarks",
            &[Part::Rows("", &[index("SUBTASK", "/id"), time("WATERMARK", "/value")])],
        ),
        EndpointCommand::new(
            "backpressure",
            "GetJobVertexBackPressure",
            &[
                Part::Fields(&[
                    state("Status", "/status"),
                    state("Level", "/backpressure-level"),
                    time("As of", "/end-timestamp"),
                ]),
                Part::Rows(
                    "/subtasks",
                    &[
                        id("SUBTASK", "/subtask"),
                        state("LEVEL", "/backpressure-level"),
                        ratio("BACK-PRESSURED", "/ratio"),
                        ratio("IDLE", "/idleRatio"),
                        ratio("BUSY", "/busyRatio"),
                    ],
                ),
            ],
        ),
        EndpointCommand::new("flamegraph", "GetJobVertexFlameGraph", FLAME_GRAPH)
            .about("Outermost stack frames of a vertex; `job flamegraph` draws all"),
        EndpointCommand::new(
            "times",
            "GetSubtasksTimes",
            &[Part::Rows(
                "/subtasks",
                &[
                    id("SUBTASK", "/subtask"),
                    millis("DURATION", "/duration"),
                    time("SCHEDULED", "/timestamps/SCHEDULED"),
                    time("DEPLOYING", "/timestamps/DEPLOYING"),
                    time("RUNNING", "/timestamps/RUNNING"),
                    time("FINISHED", "/timestamps/FINISHED"),
                ],
            )],
        ),
    ],
    commands: &[],
};

/// Its outermost stack frames; `job flamegraph` draws all.
const FLAME_GRAPH: View = &[
    Part::Fields(&[time("Sampled", "/endTimestamp"), number("Samples", "/data/value")]),
    Part::Rows("/data/children", &[text("FRAME", "/name"), number("SAMPLES", "/value")]),
];

pub(crate) const ACCUMULATORS: Part =
    Part::Rows("/user-accumulators", &[id("NAME", "/name"), text("TYPE", "/type"), text("VALUE", "/value")]);
