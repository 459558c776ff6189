//! Flink's REST API: one file per resource, with its handle, requests and responses.

pub mod applications;
pub mod cluster;
pub mod datasets;
pub(crate) mod freshness;
pub mod jars;
pub mod jobmanager;
pub mod jobs;
mod lossless;
pub mod metrics;
pub mod operation;
mod perform;
pub mod processes;
pub(crate) mod registry;
pub(crate) mod started;
pub mod taskmanagers;

use crate::endpoint::{Api, Endpoint};

/// Flink's REST API, as served by a JobManager.
pub static FLINK: Api = Api {
    prefix: "/v1",
    config: || cluster::GetConfig::new().request(),
    settings: || jobmanager::GetJobManagerConfig::new().request(),
};
