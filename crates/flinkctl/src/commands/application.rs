//! Applications: programs that run on the cluster and submit jobs.

use crate::{
    command::Noun,
    commands::processes,
    verb::Verb,
    view::{Part, counts, id, millis, state, text, time, trace},
};

pub(crate) const NOUN: Noun = Noun {
    name: "application",
    about: "Programs that run on the cluster and submit jobs (Flink 2.3+)",
    verbs: &[
        Verb::new(
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
        Verb::new(
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
        Verb::new(
            "exceptions",
            "GetApplicationExceptions",
            &[Part::Rows(
                "/exceptionHistory/entries",
                &[time("WHEN", "/timestamp"), id("JOB", "/jobId"), trace("EXCEPTION", "/stacktrace")],
            )],
        ),
        Verb::new("config", "GetApplicationJobManagerConfig", processes::CONFIG),
        Verb::new("cancel", "CancelApplication", &[Part::Said("It is being cancelled.")])
            .ends_jobs("Cancel application"),
    ],
    deeds: &[],
};
