//! Following the log of one process.

use super::{Follow, Process};
use crate::{Mode, jobmanager::JobManager, taskmanagers::TaskManager};

impl<M: Mode> JobManager<M> {
    /// Follows the JobManager's own log.
    pub fn follow_log(&self) -> Follow<M> {
        Follow::log(&self.client, Process::JobManager)
    }

    /// Follows the JobManager's standard output.
    pub fn follow_stdout(&self) -> Follow<M> {
        Follow::stdout(&self.client, Process::JobManager)
    }
}

impl<M: Mode> TaskManager<M> {
    /// Follows the TaskManager's own log.
    pub fn follow_log(&self) -> Follow<M> {
        Follow::log(&self.client, Process::TaskManager(self.id.clone()))
    }

    /// Follows the TaskManager's standard output, to which a job's `print()` writes.
    pub fn follow_stdout(&self) -> Follow<M> {
        Follow::stdout(&self.client, Process::TaskManager(self.id.clone()))
    }
}
