//! All commands: nouns with their verbs. What is one endpoint is a row of a table; the rest has a function.

pub(crate) mod api;
mod application;
mod checkpoint;
mod cluster;
pub(crate) mod completion;
mod context;
mod dataset;
mod deeds;
mod exceptions;
mod flamegraph;
mod graph;
mod jar;
mod job;
mod jobmanager;
#[cfg(unix)]
mod local;
mod logs;
mod options;
mod processes;
mod ps;
mod rescale;
mod run;
mod savepoint;
mod subtask;
mod taskmanager;
mod top;
mod vertex;

use crate::command::{Chore, Chores, Deed, Noun};

/// Commands without a noun.
pub(crate) const SHORTCUTS: &[Deed] = &[run::RUN, ps::PS, logs::LOGS, api::API];

/// Chores without a noun.
pub(crate) const SHORT_CHORES: &[Chore] = &[api::ENDPOINTS_COMMAND, options::OPTIONS, completion::COMPLETION];

pub(crate) const CHORES: &[Chores] = &[
    context::CHORES,
    #[cfg(unix)]
    local::CHORES,
];

pub(crate) const NOUNS: &[Noun] = &[
    cluster::NOUN,
    jar::NOUN,
    job::NOUN,
    vertex::NOUN,
    subtask::NOUN,
    checkpoint::NOUN,
    savepoint::NOUN,
    rescale::NOUN,
    taskmanager::NOUN,
    jobmanager::NOUN,
    application::NOUN,
    dataset::NOUN,
];

/// Short names of nouns.
pub(crate) const SHORT_NAMES: &[(&str, &str)] = &[("tm", "taskmanager"), ("jm", "jobmanager")];

/// Plurals of nouns: alone, each lists.
pub(crate) const PLURALS: &[(&str, &str)] = &[
    ("jobs", "job"),
    ("jars", "jar"),
    ("vertices", "vertex"),
    ("subtasks", "subtask"),
    ("checkpoints", "checkpoint"),
    ("rescales", "rescale"),
    ("taskmanagers", "taskmanager"),
    ("tms", "taskmanager"),
    ("applications", "application"),
    ("datasets", "dataset"),
];

/// Endpoints that are called by a command that does more.
pub(crate) const BY_DEEDS: &[(&str, &str)] = &[
    ("CancelJob", "job cancel"),
    ("GetJobsOverview", "job list"),
    ("GetJobExceptions", "job exceptions"),
    ("GetCheckpointDetails", "checkpoint get"),
    ("DisposeSavepoint", "savepoint dispose"),
];

/// Endpoints that have no command, and why.
#[cfg(test)]
const WITHOUT_A_COMMAND: &[(&str, &str)] = &[
    ("GetJarPlan", "is what PlanJar does, which takes all arguments"),
    ("TriggerRescaling", "is switched off in all releases"),
    ("GetRescaling", "is switched off in all releases"),
    ("YarnCancelJob", "is what `job cancel` does, behind a GET"),
    ("YarnStopJob", "is what `job cancel` does, behind a GET"),
];

#[cfg(test)]
mod tests {
    use flink_rest_client::ENDPOINTS;

    use super::*;

    #[test]
    fn every_endpoint_has_one_command() {
        let verbs = || NOUNS.iter().flat_map(|noun| noun.verbs);
        for spec in ENDPOINTS {
            let commands = verbs().filter(|verb| verb.endpoint == spec.name).count();
            let named = BY_DEEDS.iter().chain(WITHOUT_A_COMMAND).any(|(name, _)| *name == spec.name);
            assert!(commands >= 1 || named, "{} has no command", spec.name);
        }
        for (endpoint, command) in BY_DEEDS {
            let deeds =
                NOUNS.iter().flat_map(|noun| noun.deeds.iter().map(move |deed| (noun.name, deed.name)));
            assert!(
                deeds.into_iter().any(|(noun, deed)| format!("{noun} {deed}") == *command),
                "{endpoint} is called by no `{command}`"
            );
        }
        for verb in verbs() {
            assert!(verb.spec().is_ok(), "{} is no endpoint", verb.endpoint);
        }
    }
}
