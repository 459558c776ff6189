//! Flink's states and types of jobs and tasks.

use crate::value::open_enum::open_enum;

open_enum! {
    /// The state of a job.
    pub enum JobStatus {
        /// The JobMaster is being set up.
        Initializing = "INITIALIZING",
        /// The job is set up, but nothing runs yet.
        Created = "CREATED",
        /// The job runs; some or all of its tasks may still wait for slots.
        Running = "RUNNING",
        /// The job failed for good, and its tasks are being cancelled.
        Failing = "FAILING",
        /// The job failed for good.
        Failed = "FAILED",
        /// The job is being cancelled.
        Cancelling = "CANCELLING",
        /// The job was cancelled.
        Canceled = "CANCELED",
        /// The job completed.
        Finished = "FINISHED",
        /// The job failed, or lacks slots, and is being restarted.
        Restarting = "RESTARTING",
        /// The JobManager lost leadership; another one may recover the job.
        Suspended = "SUSPENDED",
        /// A new JobManager determines the state of the job.
        Reconciling = "RECONCILING",
    }
}

impl JobStatus {
    /// Returns true if the job has ended for good: FAILED, CANCELED or FINISHED.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Failed | Self::Canceled | Self::Finished)
    }
}

open_enum! {
    /// The state of a task.
    pub enum ExecutionState {
        /// The task is not yet scheduled.
        Created = "CREATED",
        /// The task waits for a slot.
        Scheduled = "SCHEDULED",
        /// The task is being deployed to a TaskManager.
        Deploying = "DEPLOYING",
        /// The task restores its state.
        Initializing = "INITIALIZING",
        /// The task runs.
        Running = "RUNNING",
        /// The task completed.
        Finished = "FINISHED",
        /// The task is being cancelled.
        Canceling = "CANCELING",
        /// The task was cancelled.
        Canceled = "CANCELED",
        /// The task failed.
        Failed = "FAILED",
        /// A new JobManager determines the state of the task.
        Reconciling = "RECONCILING",
    }
}

open_enum! {
    /// The type of a job.
    pub enum JobType {
        /// The job processes bounded data, and completes.
        Batch = "BATCH",
        /// The job runs until it is stopped, or its sources end.
        Streaming = "STREAMING",
    }
}

open_enum! {
    /// The scheduler of a job.
    pub enum SchedulerType {
        /// The job runs only with all its slots.
        Default = "Default",
        /// The job runs with the slots that are available.
        Adaptive = "Adaptive",
        /// The parallelism of a batch job depends on its data.
        AdaptiveBatch = "AdaptiveBatch",
    }
}
