//! Following the log of one process.

use super::{Follow, Process};
use crate::{Mode, jobmanager::JobManager, taskmanagers::TaskManager};

impl<M: Mode> JobManager<M> {
    /// Follows its own log.
    pub fn follow_log(&self) -> Follow<M> {
        Follow::log(&self.client, Process::JobManager)
    }

    /// Follows what it prints.
    pub fn follow_stdout(&self) -> Follow<M> {
        Follow::stdout(&self.client, Process::JobManager)
    }
}

impl<M: Mode> TaskManager<M> {
    /// Follows its own log.
    pub fn follow_log(&self) -> Follow<M> {
        Follow::log(&self.client, Process::TaskManager(self.id.clone()))
    }

    /// Follows what it prints, which is where `print()` of a job goes.
    pub fn follow_stdout(&self) -> Follow<M> {
        Follow::stdout(&self.client, Process::TaskManager(self.id.clone()))
    }
}
