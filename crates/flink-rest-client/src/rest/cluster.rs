//! The cluster as a whole.

use serde::{Deserialize, Serialize};
use std::time::Duration;

use crate::{
    Action, Call, Client, Empty, Endpoint, FlinkVersion, Result,
    client::{Mode, call::CallOptions},
    endpoint::answer::shape::telling,
    rest::FLINK,
    value::time::millis,
};

impl<M: Mode> Client<M> {
    /// Returns the number of TaskManagers, slots and jobs.
    pub fn overview(&self) -> Call<M, GetOverview> {
        self.request(GetOverview::new())
    }

    /// Returns the configuration of the web dashboard, and the server's release.
    pub fn config(&self) -> Call<M, GetConfig> {
        self.request(GetConfig::new())
    }

    /// Returns the server's release: the one [set](crate::ClientBuilder::flink_version), or else the one that the
    /// server reports, requested once. If the server does not report it, the version has no
    /// [release](FlinkVersion::release); that is no error.
    pub fn flink_version(&self) -> Call<M, ReadVersion> {
        Call::new(self.clone(), ReadVersion {})
    }

    /// Shuts the cluster down, with all its jobs.
    pub fn shutdown_cluster(&self) -> Call<M, ShutdownCluster> {
        self.request(ShutdownCluster::new())
    }
}

/// Reads the server's release; see [`Client::flink_version`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadVersion {}

impl Action for ReadVersion {
    type Output<M: Mode> = FlinkVersion;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<FlinkVersion> {
        client.server_version(&FLINK, options).await.cloned()
    }
}

/// Number of TaskManagers, slots and jobs.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/overview" -> Overview, handle = "overview()", python = "overview")]
#[non_exhaustive]
pub struct GetOverview {}

/// Number of TaskManagers, slots and jobs of a cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Overview {
    /// Registered TaskManagers.
    pub taskmanagers: u32,
    /// Task slots of all TaskManagers.
    #[serde(rename = "slots-total")]
    pub slots_total: u32,
    /// Slots in which no task runs.
    #[serde(rename = "slots-available")]
    pub slots_available: u32,
    /// Jobs that have not ended, including waiting and restarting ones.
    #[serde(rename = "jobs-running")]
    pub jobs_running: u32,
    /// Jobs that ended normally.
    #[serde(rename = "jobs-finished")]
    pub jobs_finished: u32,
    /// Jobs that were cancelled.
    #[serde(rename = "jobs-cancelled")]
    pub jobs_cancelled: u32,
    /// Jobs that failed.
    #[serde(rename = "jobs-failed")]
    pub jobs_failed: u32,
    /// TaskManagers that are blocked: they get no new tasks (1.16+).
    #[serde(rename = "taskmanagers-blocked", default, skip_serializing_if = "Option::is_none")]
    pub taskmanagers_blocked: Option<u32>,
    /// Free slots of blocked TaskManagers (1.16+).
    #[serde(rename = "slots-free-and-blocked", default, skip_serializing_if = "Option::is_none")]
    pub slots_free_and_blocked: Option<u32>,
    /// The server's release.
    #[serde(rename = "flink-version", default)]
    pub flink_version: FlinkVersion,
    /// The commit that the server was built from.
    #[serde(rename = "flink-commit")]
    pub flink_commit: String,
}

telling!(Overview: Members(&[Number("slots-total"), Number("jobs-running"), Number("taskmanagers")]));

/// Configuration of the web dashboard, and the server's release.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/config" -> DashboardConfiguration, handle = "config()", python = "config")]
#[non_exhaustive]
pub struct GetConfig {}

/// Configuration of the web dashboard.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DashboardConfiguration {
    /// Interval at which the dashboard refreshes itself.
    #[serde(rename = "refresh-interval", with = "millis")]
    pub refresh_interval: Duration,
    /// Name of the server's time zone.
    #[serde(rename = "timezone-name")]
    pub timezone_name: String,
    /// Offset of the server's time zone from UTC, in milliseconds; positive to the east.
    #[serde(rename = "timezone-offset")]
    pub timezone_offset: i32,
    /// The server's release.
    #[serde(rename = "flink-version", default)]
    pub flink_version: FlinkVersion,
    /// The commit that the server was built from, with its date.
    #[serde(rename = "flink-revision")]
    pub flink_revision: String,
    /// The dashboard's features.
    pub features: Features,
}

telling!(DashboardConfiguration: Members(&[ Object("features"), Text("flink-version"), Number("refresh-interval"), Text("timezone-name"), ]));

/// Features of the web dashboard and the REST API.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Features {
    /// True if jars can be uploaded and run (`web.submit.enable`).
    #[serde(rename = "web-submit")]
    pub web_submit: bool,
    /// True if jobs can be cancelled from the dashboard (`web.cancel.enable`; 1.14+).
    #[serde(rename = "web-cancel", default, skip_serializing_if = "Option::is_none")]
    pub web_cancel: Option<bool>,
    /// True for a history server (1.16+).
    #[serde(rename = "web-history", default, skip_serializing_if = "Option::is_none")]
    pub web_history: Option<bool>,
    /// True if jobs can be rescaled from the dashboard (`web.rescale.enable`; 1.18+).
    #[serde(rename = "web-rescale", default, skip_serializing_if = "Option::is_none")]
    pub web_rescale: Option<bool>,
}

/// Shuts the cluster down, with all its jobs.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(DELETE "/cluster" -> Empty, handle = "shutdown_cluster()", python = "delete_cluster", repeat = Same)]
#[non_exhaustive]
pub struct ShutdownCluster {}
