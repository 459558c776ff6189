//! All commands, by noun.

pub(crate) mod api;
mod application;
mod checkpoint;
mod cluster;
pub(crate) mod completion;
mod context;
mod dataset;
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
mod vertex;

use crate::command::{ClusterCommand, LocalCommand, LocalGroup, Noun};

/// Commands on a cluster without a noun.
pub(crate) const SHORTCUTS: &[ClusterCommand] = &[run::RUN, ps::PS, logs::LOGS, api::API];

/// Local commands without a group.
pub(crate) const LOCAL_COMMANDS: &[LocalCommand] =
    &[api::ENDPOINTS_COMMAND, options::OPTIONS, completion::COMPLETION];

pub(crate) const LOCAL_GROUPS: &[LocalGroup] = &[
    context::GROUP,
    #[cfg(unix)]
    local::GROUP,
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

/// The command that calls an endpoint.
pub(crate) fn command_of(endpoint: &str) -> Option<String> {
    let direct = NOUNS
        .iter()
        .flat_map(|noun| noun.endpoints.iter().map(move |row| (noun.name, row.name, Some(row.endpoint))));
    let others = NOUNS
        .iter()
        .flat_map(|noun| noun.commands.iter().map(move |row| (noun.name, row.name, row.endpoint)));
    let (noun, verb, _) = direct.chain(others).find(|(.., called)| *called == Some(endpoint))?;
    Some(format!("{noun} {verb}"))
}

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
        for spec in ENDPOINTS {
            let exempt = WITHOUT_A_COMMAND.iter().any(|(name, _)| *name == spec.name);
            assert!(
                command_of(spec.name).is_some() != exempt,
                "{} has no command, or needs no exemption",
                spec.name
            );
        }
        for noun in NOUNS {
            for row in noun.endpoints {
                assert!(row.spec().is_ok(), "{} is no endpoint", row.endpoint);
            }
            for endpoint in noun.commands.iter().filter_map(|command| command.endpoint) {
                assert!(ENDPOINTS.iter().any(|spec| spec.name == endpoint), "{endpoint} is no endpoint");
            }
        }
    }
}
