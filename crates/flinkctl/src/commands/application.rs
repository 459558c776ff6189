//! `flinkctl application`: programs that run on the cluster and submit jobs.

use crate::{
    command::Noun,
    commands::processes,
    endpoint_command::EndpointCommand,
    view::{Part, counts, id, millis, state, text, time, trace},
};

pub(crate) const NOUN: Noun = Noun {
    name: "application",
    about: "Programs that run on the cluster and submit jobs (Flink 2.3+)",
    endpoints: &[
        EndpointCommand::new(
            "list",
            "GetApplicationsOverview",
            &[Part::Rows(
                "/applications",
                &[
                    text("NAME", "/name"),
                    id("ID", "/id"),
                    state("STATUS", "/status"),
                    counts("JOBS", "/jobs"),
                    time("STARTED", "/start-time"),
                    millis("DURATION", "/duration"),
                ],
            )],
        ),
        EndpointCommand::new(
            "get",
            "GetApplication",
            &[
                Part::Fields(&[
                    text("Name", "/name"),
                    id("Application", "/id"),
                    state("Status", "/status"),
                    time("Started", "/start-time"),
                    time("Ended", "/end-time"),
                    millis("Duration", "/duration"),
                ]),
                super::job::LIST,
            ],
        ),
        EndpointCommand::new(
            "exceptions",
            "GetApplicationExceptions",
            &[Part::Rows(
                "/exceptionHistory/entries",
                &[time("WHEN", "/timestamp"), id("JOB", "/jobId"), trace("EXCEPTION", "/stacktrace")],
            )],
        ),
        EndpointCommand::new("config", "GetApplicationJobManagerConfig", processes::CONFIG),
        EndpointCommand::new(
            "cancel",
            "CancelApplication",
            &[Part::Message("The application is being cancelled.")],
        )
        .ends_jobs("Cancel application"),
    ],
    commands: &[],
};
