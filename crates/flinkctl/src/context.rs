//! Clusters by name: the file that has them, how they are reached, and where their secrets come from.

mod file;
mod group;
mod local_file;
mod settings;
mod source;
#[cfg(unix)]
mod terminal;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub(crate) use self::{
    file::{Contexts, path},
    settings::{Settings, Time, shown},
};
use crate::error::{Exit, Failure, Result};

/// Where a Flink is if nobody says otherwise.
pub(crate) const LOCALHOST: &str = "http://localhost:8081";

/// What `flinkctl local up` started, so that `down` can stop it and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Local {
    pub(crate) flink: String,
    pub(crate) folder: PathBuf,
    pub(crate) processes: Vec<u32>,
    /// Where the ids of its processes mean something, as [`flink_local::Place`] is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
    /// The context that was the current one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous: Option<String>,
}

/// Who says which cluster is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The command line or the environment.
    Address,
    Context(String),
    /// A context that `flinkctl local up` made.
    Local(String),
    /// Nobody.
    Unsaid,
}

impl Target {
    /// Says where an address that does not answer comes from.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        if failure.exit != Exit::Unreachable {
            return failure;
        }
        match self {
            Self::Address => failure,
            Self::Context(name) => failure.hint(format!(
                "that is the address of context `{name}`; `flinkctl context list` shows the others"
            )),
            Self::Local(name) => failure.hint(format!(
                "that was a Flink on this machine, `{name}`: `flinkctl local down {0}` clears it away, `flinkctl local up {0}` starts another",
                crate::shell::quoted(name)
            )),
            Self::Unsaid if Contexts::read().is_ok_and(|contexts| !contexts.all.is_empty()) => Failure {
                message: format!("no context is current, and no cluster answers at {LOCALHOST}"),
                ..failure
            }
            .hint("`flinkctl context use NAME` makes one current; `flinkctl context list` lists them"),
            Self::Unsaid => Failure {
                message: format!("no cluster is configured, and none answers at {LOCALHOST}"),
                ..failure
            }
            .hint(
                "`flinkctl local up` starts a Flink on this machine; `flinkctl context add NAME --url URL` names one elsewhere",
            ),
        }
    }
}

/// A variable, unless nothing is in it. One that cannot be read is not passed over: another cluster would be meant.
pub(crate) fn environment(name: &str) -> Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::usage(format!("{name} is no text in UTF-8"))),
    }
}
