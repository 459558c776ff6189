//! `flinkctl dataset`: cached data sets, which jobs left on the cluster for later jobs.

use crate::{
    command::Noun,
    commands::processes,
    endpoint_command::EndpointCommand,
    view::{Part, id, text},
};

pub(crate) const NOUN: Noun = Noun {
    name: "dataset",
    about: "Cached data sets, which jobs left on the cluster for later jobs",
    endpoints: &[
        EndpointCommand::new(
            "list",
            "GetDatasets",
            &[Part::Rows("/dataSets", &[id("ID", "/id"), text("COMPLETE", "/isComplete")])],
        ),
        EndpointCommand::new("delete", "DeleteDataset", processes::TRIGGERED).destroys("Delete data set"),
        EndpointCommand::new("deletion", "GetDatasetDeletion", processes::DELETION),
    ],
    commands: &[],
};
