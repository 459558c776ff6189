//! Changes of a job's parallelism.

use crate::{
    commands::{Noun, processes},
    verb::Verb,
    view::{Part, id, state, text, time},
};

pub(crate) const NOUN: Noun = Noun {
    name: "rescale",
    about: "Changes of a job's parallelism (Flink 2.3+, adaptive scheduler)",
    verbs: &[
        Verb::new(
            "list",
            "GetRescalesHistory",
            &[Part::Rows(
                "",
                &[
                    id("ID", "/rescaleUuid"),
                    state("ENDED", "/terminalState"),
                    text("CAUSE", "/triggerCause"),
                    text("REASON", "/terminatedReason"),
                    time("STARTED", "/startTimestampInMillis"),
                ],
            )],
        ),
        Verb::new("get", "GetRescaleDetails", processes::ALL),
        Verb::new("config", "GetRescaleConfig", processes::ALL),
        Verb::new("overview", "GetRescalesOverview", processes::ALL),
        Verb::new("summary", "GetRescalesSummary", processes::ALL),
    ],
    deeds: &[],
};
