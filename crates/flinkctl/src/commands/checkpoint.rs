//! Checkpoints of a job.

use crate::{
    commands::{Noun, processes},
    verb::Verb,
    view::{Part, bytes, id, millis, number, state, text, time},
};

pub(crate) const NOUN: Noun = Noun {
    name: "checkpoint",
    about: "Checkpoints of a job; savepoints are counted among them",
    verbs: &[
        Verb::new(
            "list",
            "GetCheckpointingStatistics",
            &[Part::Rows(
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
            )],
        ),
        Verb::new(
            "get",
            "GetCheckpointDetails",
            &[
                Part::Fields(&[
                    id("Checkpoint", "/id"),
                    state("Status", "/status"),
                    text("Type", "/checkpoint_type"),
                    time("Triggered", "/trigger_timestamp"),
                    millis("Duration", "/end_to_end_duration"),
                    bytes("Size", "/checkpointed_size"),
                    bytes("Full size", "/state_size"),
                    bytes("Processed", "/processed_data"),
                    bytes("Persisted", "/persisted_data"),
                    text("Path", "/external_path"),
                    text("Failure", "/failure_message"),
                ]),
                Part::Rows(
                    "/tasks",
                    &[
                        id("VERTEX", "/key"),
                        state("STATUS", "/value/status"),
                        millis("DURATION", "/value/end_to_end_duration"),
                        bytes("SIZE", "/value/checkpointed_size"),
                        number("ACKED", "/value/num_acknowledged_subtasks"),
                        number("OF", "/value/num_subtasks"),
                    ],
                ),
            ],
        ),
        Verb::new(
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
        Verb::new("config", "GetCheckpointConfig", processes::ALL),
        Verb::new("trigger", "TriggerCheckpoint", processes::ALL),
        Verb::new("status", "GetTriggeredCheckpoint", processes::ALL),
    ],
    deeds: &[],
};
