//! `flinkctl rescale`: rescales of a job.

use crate::{
    command::Noun,
    endpoint_command::EndpointCommand,
    view::{Part, View, id, millis, number, state, text, time, trace},
};

/// The rescales, newest first.
const LIST: Part = Part::Rows(
    "",
    &[
        id("ID", "/rescaleUuid"),
        state("ENDED", "/terminalState"),
        text("CAUSE", "/triggerCause"),
        text("REASON", "/terminatedReason"),
        time("STARTED", "/startTimestampInMillis"),
    ],
);

const DETAILS: View = &[
    Part::Fields(&[
        id("Rescale", "/rescaleUuid"),
        state("Ended", "/terminalState"),
        text("Cause", "/triggerCause"),
        text("Reason", "/terminatedReason"),
        time("Started", "/startTimestampInMillis"),
        time("Finished", "/endTimestampInMillis"),
        number("Attempt", "/rescaleAttemptId"),
    ]),
    Part::Rows(
        "/vertices",
        &[
            text("VERTEX", "/value/jobVertexName"),
            number("BEFORE", "/value/preRescaleParallelism"),
            number("AFTER", "/value/postRescaleParallelism"),
            number("WANTED", "/value/desiredParallelism"),
            number("ENOUGH", "/value/sufficientParallelism"),
            id("ID", "/value/jobVertexId").wide(),
        ],
    ),
    Part::Rows(
        "/schedulerStates",
        &[
            text("SCHEDULER", "/state"),
            time("ENTERED", "/enterTimestampInMillis"),
            millis("DURATION", "/durationInMillis"),
            trace("EXCEPTION", "/stringifiedException"),
        ],
    ),
];

const CONFIG: View = &[Part::Fields(&[
    text("Mode", "/schedulerExecutionMode"),
    number("Kept in history", "/rescaleHistoryMax"),
    number("On failed checkpoints", "/rescaleOnFailedCheckpointCount"),
    millis("Maximum trigger delay", "/maximumDelayForTriggeringRescaleInMillis"),
    millis("Cooldown", "/executingCooldownTimeoutInMillis"),
    millis("Stable for", "/executingResourceStabilizationTimeoutInMillis"),
    millis("At submission, stable for", "/submissionResourceStabilizationTimeoutInMillis"),
    millis("  slot timeout", "/submissionResourceWaitTimeoutInMillis"),
    millis("Idle slots kept", "/slotIdleTimeoutInMillis"),
])];

const OVERVIEW: View = &[Part::Fields(&[
    number("Completed", "/rescalesCounts/completed"),
    number("  in progress", "/rescalesCounts/inProgress"),
    number("  ignored", "/rescalesCounts/ignored"),
    number("  failed", "/rescalesCounts/failed"),
    time("Last completed", "/latest/completed/endTimestampInMillis"),
    text("  because of", "/latest/completed/triggerCause"),
    time("Last ignored", "/latest/ignored/endTimestampInMillis"),
    text("  because of", "/latest/ignored/terminatedReason"),
    time("Last failed", "/latest/failed/endTimestampInMillis"),
    text("  because of", "/latest/failed/terminatedReason"),
])];

const SUMMARY: View = &[Part::Fields(&[
    number("Completed", "/rescalesCounts/completed"),
    number("  in progress", "/rescalesCounts/inProgress"),
    number("  ignored", "/rescalesCounts/ignored"),
    number("  failed", "/rescalesCounts/failed"),
    millis("Duration, average", "/completedRescalesDurationStatsInMillis/avg"),
    millis("  maximum", "/completedRescalesDurationStatsInMillis/max"),
    millis("Failed after, average", "/failedRescalesDurationStatsInMillis/avg"),
    millis("  maximum", "/failedRescalesDurationStatsInMillis/max"),
])];

pub(crate) const NOUN: Noun = Noun {
    name: "rescale",
    about: "Rescales of a job (Flink 2.3+, adaptive scheduler)",
    endpoints: &[
        EndpointCommand::new("list", "GetRescalesHistory", &[LIST])
            .if_none("Flink keeps `web.adaptive-scheduler.rescale-history.size` rescales [default: 0]."),
        EndpointCommand::new("get", "GetRescaleDetails", DETAILS),
        EndpointCommand::new("config", "GetRescaleConfig", CONFIG),
        EndpointCommand::new("overview", "GetRescalesOverview", OVERVIEW),
        EndpointCommand::new("summary", "GetRescalesSummary", SUMMARY),
    ],
    commands: &[],
};
