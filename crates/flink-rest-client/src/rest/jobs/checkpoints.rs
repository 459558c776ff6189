//! Checkpoints of a job: how they are taken, how they went, and one more at once.

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
    /// Its checkpoints.
    pub fn checkpoints(&self) -> Checkpoints<M> {
        Checkpoints { client: self.client.clone(), job: self.id }
    }
}

/// The checkpoints of a job; savepoints are counted among them.
#[derive(Clone, Debug)]
pub struct Checkpoints<M> {
    client: Client<M>,
    job: JobId,
}

impl<M: Mode> Checkpoints<M> {
    /// How they went: in numbers, the latest of each kind, and the last few. Some seconds old, as the server caches it.
    pub fn statistics(&self) -> Call<M, GetCheckpointingStatistics> {
        self.client.request(GetCheckpointingStatistics::new(self.job))
    }

    /// How they are taken.
    pub fn config(&self) -> Call<M, GetCheckpointConfig> {
        self.client.request(GetCheckpointConfig::new(self.job))
    }

    /// One of them, as long as it is among the last few.
    pub fn details(&self, id: u64) -> Call<M, GetCheckpointDetails> {
        self.client.request(GetCheckpointDetails::new(self.job, id))
    }

    /// What one of them cost the subtasks of a vertex.
    pub fn subtasks(&self, id: u64, vertex: VertexId) -> Call<M, GetCheckpointSubtasks> {
        self.client.request(GetCheckpointSubtasks::new(self.job, id, vertex))
    }

    /// Takes one now (1.17+). The operation's value is its id.
    pub fn trigger(&self) -> Call<M, TriggerCheckpoint> {
        self.client.request(TriggerCheckpoint::new(self.job))
    }

    /// One that was triggered earlier, maybe by somebody else (1.17+).
    pub fn trigger_status(&self, trigger: TriggerId) -> Operation<M, GetTriggeredCheckpoint> {
        Operation::new(self.client.clone(), trigger, GetTriggeredCheckpoint::new(self.job, trigger))
    }
}
