//! Jobs.

pub(super) mod cancel;
pub(super) mod list;

use crate::{
    command::Noun,
    commands::processes,
    metrics,
    verb::Verb,
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
    about: "Jobs, each named by its id, its name, or the beginning of either",
    verbs: &[
        Verb::new("ids", "GetJobs", &[Part::Rows("/jobs", &[id("ID", "/id"), state("STATUS", "/status")])]),
        Verb::new(
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
        Verb::new("status", "GetJobStatus", &[Part::Fields(&[state("Status", "/status")])]),
        Verb::new("submit", "SubmitJob", &[Part::Made(&[last_part("Job", "/jobUrl")])]),
        Verb::new("config", "GetJobConfig", processes::ALL),
        Verb::new("plan", "GetJobPlan", &[super::jar::PLAN]),
        Verb::new(
            "accumulators",
            "GetJobAccumulators",
            &[Part::Rows(
                "/user-task-accumulators",
                &[id("NAME", "/name"), text("TYPE", "/type"), text("VALUE", "/value")],
            )],
        ),
        Verb::new("checkpoints", "GetCheckpointingStatistics", &[super::checkpoint::LIST])
            .about("The last checkpoints of a job, as `checkpoint list`"),
        Verb::new("result", "GetJobExecutionResult", processes::RESULT),
        Verb::new("metrics", "GetJobMetrics", metrics::PLAIN),
        Verb::new("metrics-all", "GetAggregatedJobMetrics", metrics::AGGREGATED),
        Verb::new(
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
        Verb::new("require", "UpdateJobResourceRequirements", &[Part::Said("Done.")]),
        Verb::new("jobmanager-config", "GetJobJobManagerConfig", processes::CONFIG),
        Verb::new("jobmanager-environment", "GetJobJobManagerEnvironment", processes::ENVIRONMENT),
        Verb::new("jobmanager-log-url", "GetJobJobManagerLogUrl", processes::LOG_URL),
        Verb::new("taskmanager-log-url", "GetJobTaskManagerLogUrl", processes::LOG_URL),
        Verb::new(
            "coordinate",
            "SendCoordinationRequest",
            &[Part::Fields(&[text("Result", "/serializedCoordinationResult")])],
        ),
        Verb::new("heartbeat", "ReportClientHeartbeat", &[Part::Said("Done.")]),
    ],
    deeds: super::deeds::DEEDS,
};
