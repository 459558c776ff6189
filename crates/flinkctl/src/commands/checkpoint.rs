//! `flinkctl checkpoint`: checkpoints of a job.

mod details;

use crate::{
    command::Noun,
    commands::processes,
    endpoint_command::EndpointCommand,
    view::{Part, View, bytes, id, millis, number, state, text, time},
};

/// The latest checkpoints of a job.
pub(crate) const LIST: Part = Part::Rows(
    "/history",
    &[
        id("ID", "/id"),
        state("STATUS", "/status"),
        text("TYPE", "/checkpoint_type"),
        time("TRIGGERED", "/trigger_timestamp"),
        millis("DURATION", "/end_to_end_duration"),
        bytes("SIZE", "/checkpointed_size"),
        bytes("FULL SIZE", "/state_size"),
        number("ACKED", "/num_acknowledged_subtasks"),
        number("OF", "/num_subtasks"),
        bytes("PROCESSED", "/processed_data").wide(),
        bytes("PERSISTED", "/persisted_data").wide(),
        text("PATH", "/external_path").wide(),
        text("FAILURE", "/failure_message").wide(),
    ],
);

const CONFIG: View = &[Part::Fields(&[
    text("Mode", "/mode"),
    millis("Interval", "/interval"),
    millis("Timeout", "/timeout"),
    millis("Minimum pause", "/min_pause"),
    number("Maximum concurrent", "/max_concurrent"),
    number("Tolerable failures", "/tolerable_failed_checkpoints"),
    text("Unaligned", "/unaligned_checkpoints"),
    millis("  after", "/aligned_checkpoint_timeout"),
    text("After tasks finished", "/checkpoints_after_tasks_finish"),
    text("Retained after the job", "/externalization/enabled"),
    text("  deleted on cancel", "/externalization/delete_on_cancellation"),
    text("State backend", "/state_backend"),
    text("Storage", "/checkpoint_storage"),
    text("Changelog", "/state_changelog_enabled"),
    text("  storage", "/changelog_storage"),
    millis("  materialized every", "/changelog_periodic_materialization_interval"),
])];

pub(crate) const NOUN: Noun = Noun {
    name: "checkpoint",
    about: "Checkpoints of a job, savepoints included",
    endpoints: &[
        EndpointCommand::new("list", "GetCheckpointingStatistics", &[LIST])
            .about("Latest checkpoints of a job"),
        EndpointCommand::new(
            "summary",
            "GetCheckpointingStatistics",
            &[Part::Fields(&[
                number("Completed", "/counts/completed"),
                number("  in progress", "/counts/in_progress"),
                number("  failed", "/counts/failed"),
                number("  restored", "/counts/restored"),
                time("Last completed", "/latest/completed/latest_ack_timestamp"),
                text("  path", "/latest/completed/external_path"),
                time("Last savepoint", "/latest/savepoint/latest_ack_timestamp"),
                text("  path", "/latest/savepoint/external_path"),
                time("Last failed", "/latest/failed/failure_timestamp"),
                text("  because", "/latest/failed/failure_message"),
                time("Restored", "/latest/restored/restore_timestamp"),
                text("  from", "/latest/restored/external_path"),
                millis("Duration, average", "/summary/end_to_end_duration/avg"),
                millis("  maximum", "/summary/end_to_end_duration/max"),
                bytes("Size, average", "/summary/checkpointed_size/avg").or(&["/summary/state_size/avg"]),
                bytes("  maximum", "/summary/checkpointed_size/max").or(&["/summary/state_size/max"]),
            ])],
        )
        .about("Counts of completed and failed checkpoints, the latest of each, their duration and size"),
        EndpointCommand::new(
            "subtasks",
            "GetCheckpointSubtasks",
            &[Part::Rows(
                "/subtasks",
                &[
                    id("SUBTASK", "/index"),
                    state("STATUS", "/status"),
                    time("ACKED", "/ack_timestamp"),
                    millis("DURATION", "/end_to_end_duration"),
                    bytes("SIZE", "/checkpointed_size"),
                    millis("SYNC", "/checkpoint/sync"),
                    millis("ASYNC", "/checkpoint/async"),
                    millis("ALIGNMENT", "/alignment/duration"),
                    millis("START DELAY", "/start_delay"),
                ],
            )],
        ),
        EndpointCommand::new("config", "GetCheckpointConfig", CONFIG),
        EndpointCommand::new("trigger", "TriggerCheckpoint", processes::TRIGGERED),
        EndpointCommand::new("status", "GetTriggeredCheckpoint", processes::CHECKPOINT),
    ],
    commands: &[details::GET],
};
