//! Uploaded jars.

use crate::{
    command::Noun,
    verb::Verb,
    view::{Part, id, last_part, natural, operators, text, time},
};

/// The vertices of a dataflow. Their parallelism is known if the program sets it.
pub(crate) const PLAN: Part = Part::Downstream(
    "/plan/nodes",
    &[operators("VERTEX", "/description"), natural("PARALLELISM", "/parallelism"), id("ID", "/id")],
);

pub(crate) const NOUN: Noun = Noun {
    name: "jar",
    about: "Uploaded jars",
    verbs: &[
        Verb::new(
            "list",
            "GetJars",
            &[Part::Rows(
                "/files",
                &[
                    text("NAME", "/name"),
                    id("ID", "/id"),
                    time("UPLOADED", "/uploaded"),
                    text("ENTRY CLASS", "/entry/0/name"),
                ],
            )],
        ),
        Verb::new("upload", "UploadJar", &[Part::Made(&[last_part("Jar", "/filename")])]),
        Verb::new("plan", "PlanJar", &[PLAN]),
        Verb::new("run", "RunJar", &[Part::Made(&[id("Job", "/jobid")])]),
        Verb::new(
            "run-application",
            "RunJarApplication",
            &[Part::Made(&[id("Application", "/applicationid")])],
        ),
        Verb::new("delete", "DeleteJar", &[Part::Said("Deleted.")]).destroys("Delete jar"),
    ],
    deeds: &[],
};
