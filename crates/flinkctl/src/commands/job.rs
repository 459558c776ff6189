//! `flinkctl job`: the commands on jobs, each of more than an endpoint in its own file.

mod cancel;
mod checkpoint;
mod exceptions;
mod flamegraph;
mod graph;
mod list;
mod rescale;
mod savepoint;
mod stop;
mod top;
mod wait;

use flink_rest_client::endpoint::IdKind;

use crate::{
    command::Noun,
    commands::processes,
    endpoint_command::EndpointCommand,
    metrics,
    view::{Part, counts, id, last_part, millis, number, state, text, time},
};

pub(crate) const LIST: Part = Part::Rows(
    "/jobs",
    &[
        text("NAME", "/name"),
        id("ID", "/jid"),
        state("STATE", "/state"),
        counts("TASKS", "/tasks"),
        time("STARTED", "/start-time"),
        millis("DURATION", "/duration"),
        time("ENDED", "/end-time").wide(),
        time("CHANGED", "/last-modification").wide(),
        text("TYPE", "/jobType").wide(),
        text("SCHEDULER", "/schedulerType").wide(),
    ],
);

pub(crate) const NOUN: Noun = Noun {
    name: "job",
    about: "Jobs, each named by its id, its name, or a prefix of either",
    endpoints: &[
        EndpointCommand::new(
            "ids",
            "GetJobs",
            &[Part::Rows("/jobs", &[id("ID", "/id"), state("STATUS", "/status")])],
        ),
        EndpointCommand::new(
            "get",
            "GetJob",
            &[
                Part::Fields(&[
                    text("Name", "/name"),
                    id("Job", "/jid"),
                    state("State", "/state"),
                    time("Started", "/start-time"),
                    time("Ended", "/end-time"),
                    millis("Duration", "/duration"),
                    counts("Vertices", "/status-counts"),
                    text("Type", "/job-type"),
                    text("Scheduler", "/schedulerType"),
                ]),
                super::vertex::LIST,
            ],
        )
        .current(),
        EndpointCommand::new("status", "GetJobStatus", &[Part::Fields(&[state("Status", "/status")])]),
        EndpointCommand::new("submit", "SubmitJob", &[Part::Made(&[last_part("Job", "/jobUrl")])]),
        EndpointCommand::new("config", "GetJobConfig", processes::ALL),
        EndpointCommand::new("plan", "GetJobPlan", &[super::jar::PLAN]),
        EndpointCommand::new(
            "accumulators",
            "GetJobAccumulators",
            &[Part::Rows(
                "/user-task-accumulators",
                &[id("NAME", "/name"), text("TYPE", "/type"), text("VALUE", "/value")],
            )],
        ),
        EndpointCommand::new("checkpoints", "GetCheckpointingStatistics", &[super::checkpoint::LIST])
            .about("Latest checkpoints of a job, as `checkpoint list`"),
        EndpointCommand::new("result", "GetJobExecutionResult", processes::RESULT),
        EndpointCommand::new("metrics", "GetJobMetrics", metrics::PLAIN),
        EndpointCommand::new("metrics-all", "GetAggregatedJobMetrics", metrics::AGGREGATED),
        EndpointCommand::new(
            "requirements",
            "GetJobResourceRequirements",
            &[Part::Rows(
                "",
                &[
                    id("VERTEX", "/key"),
                    number("AT LEAST", "/value/parallelism/lowerBound"),
                    number("AT MOST", "/value/parallelism/upperBound"),
                ],
            )],
        ),
        EndpointCommand::new("require", "UpdateJobResourceRequirements", &[Part::Message("Done.")]),
        EndpointCommand::new("jobmanager-config", "GetJobJobManagerConfig", processes::CONFIG),
        EndpointCommand::new("jobmanager-environment", "GetJobJobManagerEnvironment", processes::ENVIRONMENT),
        EndpointCommand::new("jobmanager-log-url", "GetJobJobManagerLogUrl", processes::LOG_URL),
        EndpointCommand::new("taskmanager-log-url", "GetJobTaskManagerLogUrl", processes::LOG_URL),
        EndpointCommand::new(
            "coordinate",
            "SendCoordinationRequest",
            &[Part::Fields(&[text("Result", "/serializedCoordinationResult")])],
        ),
        EndpointCommand::new("heartbeat", "ReportClientHeartbeat", &[Part::Message("Done.")]),
    ],
    commands: &[
        list::LIST,
        graph::GRAPH,
        flamegraph::FLAMEGRAPH,
        exceptions::EXCEPTIONS,
        top::TOP,
        cancel::CANCEL,
        stop::STOP,
        savepoint::SAVEPOINT,
        checkpoint::CHECKPOINT,
        wait::WAIT,
        rescale::RESCALE,
    ],
};

/// The argument for a job.
#[derive(Debug, clap::Args)]
struct JobArg {
    /// Job: id, name, or a prefix of either
    #[arg(add = crate::complete::of(IdKind::Job))]
    job: String,
}
