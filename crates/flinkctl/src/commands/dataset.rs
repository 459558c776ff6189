//! Data sets that jobs left on the cluster for later jobs.

use crate::{
    command::Noun,
    commands::processes,
    verb::Verb,
    view::{Part, id, text},
};

pub(crate) const NOUN: Noun = Noun {
    name: "dataset",
    about: "Data sets that jobs left on the cluster for later jobs",
    verbs: &[
        Verb::new(
            "list",
            "GetDatasets",
            &[Part::Rows("/dataSets", &[id("ID", "/id"), text("COMPLETE", "/isComplete")])],
        ),
        Verb::new("delete", "DeleteDataset", processes::TRIGGERED).destroys("Delete data set"),
        Verb::new("deletion", "GetDatasetDeletion", processes::DELETION),
    ],
    deeds: &[],
};
