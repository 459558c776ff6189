//! What is left of a cluster that was left running.

use std::path::{Path, PathBuf};

/// A cluster that runs on without an owner.
#[derive(Clone, Debug)]
pub struct Kept {
    pub(crate) url: String,
    pub(crate) folder: PathBuf,
    pub(crate) group: i32,
}

impl Kept {
    /// The address of the REST API and the web interface.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of configuration, logs, checkpoints and savepoints.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The process group of all its processes.
    pub fn process_group(&self) -> i32 {
        self.group
    }

    /// The shell command that stops it and removes its folder.
    pub fn stop_command(&self) -> String {
        let folder = self.folder.display().to_string().replace('\'', r"'\''");
        format!("kill -s KILL -- -{}; rm -rf -- '{folder}'", self.group)
    }
}
