//! `flinkctl cluster`: the cluster as a whole.

use crate::{
    command::Noun,
    endpoint_command::EndpointCommand,
    view::{Part, number, text},
};

pub(crate) const NOUN: Noun = Noun {
    name: "cluster",
    about: "The cluster as a whole",
    endpoints: &[
        EndpointCommand::new(
            "get",
            "GetOverview",
            &[Part::Fields(&[
                text("Flink", "/flink-version"),
                text("Commit", "/flink-commit"),
                number("TaskManagers", "/taskmanagers"),
                number("Slots", "/slots-total"),
                number("  available", "/slots-available"),
                number("Jobs running", "/jobs-running"),
                number("  finished", "/jobs-finished"),
                number("  cancelled", "/jobs-cancelled"),
                number("  failed", "/jobs-failed"),
            ])],
        ),
        EndpointCommand::new("config", "GetConfig", &[Part::All("")]),
        EndpointCommand::new(
            "shutdown",
            "ShutdownCluster",
            &[Part::Message("The cluster is shutting down.")],
        )
        .ends_jobs("Shut down the cluster"),
    ],
    commands: &[],
};
