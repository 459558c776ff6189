//! Flink's words for the states and kinds of jobs and tasks.

use crate::value::open_enum::open_enum;

open_enum! {
    /// The state of a job.
    pub enum JobStatus {
        /// Its JobMaster is being set up.
        Initializing = "INITIALIZING",
        /// It is set up; nothing runs yet.
        Created = "CREATED",
        /// It is being run; some or all of its tasks may still wait for slots.
        Running = "RUNNING",
        /// A failure is being dealt with that ends it.
        Failing = "FAILING",
        /// It failed for good.
        Failed = "FAILED",
        /// It is being cancelled.
        Cancelling = "CANCELLING",
        /// It was cancelled.
        Canceled = "CANCELED",
        /// It came to its end.
        Finished = "FINISHED",
        /// It failed, or has no slots, and is tried again.
        Restarting = "RESTARTING",
        /// Its JobManager lost leadership; another one may go on with it.
        Suspended = "SUSPENDED",
        /// A JobManager that took it over finds out how it is.
        Reconciling = "RECONCILING",
    }
}

impl JobStatus {
    /// Whether the job has ended and will not go on.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Failed | Self::Canceled | Self::Finished)
    }
}

open_enum! {
    /// The state of a task.
    pub enum ExecutionState {
        /// It waits for its turn.
        Created = "CREATED",
        /// It waits for a slot.
        Scheduled = "SCHEDULED",
        /// It is on its way to a TaskManager.
        Deploying = "DEPLOYING",
        /// It restores its state.
        Initializing = "INITIALIZING",
        /// It runs.
        Running = "RUNNING",
        /// It came to its end.
        Finished = "FINISHED",
        /// It is being cancelled.
        Canceling = "CANCELING",
        /// It was cancelled.
        Canceled = "CANCELED",
        /// It failed.
        Failed = "FAILED",
        /// A JobManager that took it over finds out how it is.
        Reconciling = "RECONCILING",
    }
}

open_enum! {
    /// Whether a job comes to an end by itself.
    pub enum JobType {
        /// It does.
        Batch = "BATCH",
        /// It runs until it is stopped, or its sources end.
        Streaming = "STREAMING",
    }
}

open_enum! {
    /// What gives a job its slots.
    pub enum SchedulerType {
        /// All slots, or none.
        Default = "Default",
        /// As many slots as there are.
        Adaptive = "Adaptive",
        /// Batch jobs whose parallelism follows their data.
        AdaptiveBatch = "AdaptiveBatch",
    }
}
