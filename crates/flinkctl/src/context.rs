//! Contexts: named clusters, the file that holds them, their connection settings and the sources of their secrets.

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

/// The default address of a cluster.
pub(crate) const LOCALHOST: &str = "http://localhost:8081";

/// A Flink that `flinkctl local up` started: the data that `down` needs to stop it and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Local {
    pub(crate) flink: String,
    pub(crate) folder: PathBuf,
    pub(crate) processes: Vec<u32>,
    /// The scope in which its process ids are valid, in the format of [`flink_local::Place`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
    /// The context that was current before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous: Option<String>,
}

/// The origin of the cluster's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// `--url` or the environment.
    Address,
    Context(String),
    /// A context that `flinkctl local up` made.
    Local(String),
    /// The default address.
    Default,
}

impl Target {
    /// Adds the origin of an address that does not answer.
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
                "that was a Flink on this machine, `{name}`: `flinkctl local down {0}` removes it, `flinkctl local up {0}` starts another",
                crate::shell::quoted(name)
            )),
            Self::Default if Contexts::read().is_ok_and(|contexts| !contexts.all.is_empty()) => Failure {
                message: format!("no context is current, and no cluster answers at {LOCALHOST}"),
                ..failure
            }
            .hint("`flinkctl context use NAME` makes one current; `flinkctl context list` lists them"),
            Self::Default => Failure {
                message: format!("no cluster is configured, and none answers at {LOCALHOST}"),
                ..failure
            }
            .hint(
                "`flinkctl local up` starts a Flink on this machine; `flinkctl context add NAME --url URL` names one elsewhere",
            ),
        }
    }
}

/// Returns a variable, unless it is blank. One that is not UTF-8 is an error: ignoring it would select another cluster.
pub(crate) fn environment(name: &str) -> Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::usage(format!("{name} is no text in UTF-8"))),
    }
}
