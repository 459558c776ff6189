//! Checkpoints of a job: configuration, statistics, details and triggers.

pub mod config;
pub mod details;
pub mod statistics;
pub mod subtasks;
pub mod trigger;

use crate::{
    Call, Client, JobId, Operation, TriggerId, VertexId,
    client::Mode,
    rest::jobs::{
        Job,
        checkpoints::{
            config::GetCheckpointConfig,
            details::GetCheckpointDetails,
            statistics::GetCheckpointingStatistics,
            subtasks::GetCheckpointSubtasks,
            trigger::{GetTriggeredCheckpoint, TriggerCheckpoint},
        },
    },
};

impl<M: Mode> Job<M> {
    /// Returns the handle of the job's checkpoints.
    pub fn checkpoints(&self) -> Checkpoints<M> {
        Checkpoints { client: self.client.clone(), job: self.id }
    }
}

/// The checkpoints of a job, including savepoints.
#[derive(Clone, Debug)]
pub struct Checkpoints<M> {
    client: Client<M>,
    job: JobId,
}

impl<M: Mode> Checkpoints<M> {
    /// Returns counts, statistics, the latest checkpoint of each kind, and the recent history. The server caches it for
    /// some seconds.
    pub fn statistics(&self) -> Call<M, GetCheckpointingStatistics> {
        self.client.request(GetCheckpointingStatistics::new(self.job))
    }

    /// Returns the checkpointing configuration.
    pub fn config(&self) -> Call<M, GetCheckpointConfig> {
        self.client.request(GetCheckpointConfig::new(self.job))
    }

    /// Returns one checkpoint, as long as it is in the recent history.
    pub fn details(&self, id: u64) -> Call<M, GetCheckpointDetails> {
        self.client.request(GetCheckpointDetails::new(self.job, id))
    }

    /// Returns the statistics of one checkpoint for the subtasks of a vertex.
    pub fn subtasks(&self, id: u64, vertex: VertexId) -> Call<M, GetCheckpointSubtasks> {
        self.client.request(GetCheckpointSubtasks::new(self.job, id, vertex))
    }

    /// Triggers a checkpoint (1.17+). The operation's value is the checkpoint's id.
    pub fn trigger(&self) -> Call<M, TriggerCheckpoint> {
        self.client.request(TriggerCheckpoint::new(self.job))
    }

    /// Returns a checkpoint that was triggered earlier, by this client or another (1.17+).
    pub fn trigger_status(&self, trigger: TriggerId) -> Operation<M, GetTriggeredCheckpoint> {
        Operation::new(self.client.clone(), trigger, GetTriggeredCheckpoint::new(self.job, trigger))
    }
}
