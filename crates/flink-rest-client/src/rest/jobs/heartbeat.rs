//! Heartbeats of the client that submitted a job.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Call, Empty, Endpoint, JobId,
    client::Mode,
    rest::jobs::Job,
    value::{
        kind::{Kind, kinds},
        time::millis,
    },
};

impl<M: Mode> Job<M> {
    /// Sends a heartbeat: this client wants the job until at least this time, and will send the next heartbeat before.
    ///
    /// If no heartbeat arrives in time, Flink cancels a job that was submitted with
    /// `execution.shutdown-on-attached-exit`; other jobs keep running.
    pub fn heartbeat(&self, expires: Timestamp) -> Call<M, ReportClientHeartbeat> {
        self.client.request(ReportClientHeartbeat::new(self.id, expires))
    }
}

/// Sends a heartbeat for a job on behalf of its client.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(PATCH "/jobs/{job}/clientHeartbeat" -> Empty, since = "1.17", handle = "job(id).heartbeat(expires)", repeat = Same)]
#[non_exhaustive]
pub struct ReportClientHeartbeat {
    /// The job.
    pub job: JobId,
    /// Time until which the job runs without another heartbeat.
    // Up to 1.19, Flink's class for the body can only be read from a number; Flink's own client fails with 400.
    #[body("expiredTimestamp", formerly = ("", "1.19"))]
    pub expires: Expiry,
}

/// A time that Flink reads in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct Expiry {
    /// The time.
    #[serde(with = "millis")]
    pub at: Timestamp,
}

kinds! { Expiry: Kind::Number; }

impl From<Timestamp> for Expiry {
    fn from(at: Timestamp) -> Self {
        Self { at }
    }
}
