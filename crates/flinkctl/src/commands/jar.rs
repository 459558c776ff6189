//! `flinkctl jar`: uploaded jars.

use crate::{
    command::Noun,
    endpoint_command::EndpointCommand,
    view::{Part, id, last_part, natural, operators, text, time},
};

/// The vertices of a plan. Their parallelism is known if the program sets it.
pub(crate) const PLAN: Part = Part::Downstream(
    "/plan/nodes",
    &[operators("VERTEX", "/description"), natural("PARALLELISM", "/parallelism"), id("ID", "/id")],
);

pub(crate) const NOUN: Noun = Noun {
    name: "jar",
    about: "Uploaded jars",
    endpoints: &[
        EndpointCommand::new(
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
        EndpointCommand::new("upload", "UploadJar", &[Part::Made(&[last_part("Jar", "/filename")])]),
        EndpointCommand::new("plan", "PlanJar", &[PLAN]),
        EndpointCommand::new("run", "RunJar", &[Part::Made(&[id("Job", "/jobid")])]),
        EndpointCommand::new(
            "run-application",
            "RunJarApplication",
            &[Part::Made(&[id("Application", "/applicationid")])],
        ),
        EndpointCommand::new("delete", "DeleteJar", &[Part::Message("Deleted.")]).destroys("Delete jar"),
    ],
    commands: &[],
};
