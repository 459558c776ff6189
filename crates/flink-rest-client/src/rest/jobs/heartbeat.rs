//! Signs of life from whoever submitted a job.

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
    /// Says that this client still wants the job, until a time by which it will have said so again.
    ///
    /// A job that was submitted to be cancelled with its client (`execution.shutdown-on-attached-exit`) is cancelled
    /// if that time passes; others go on.
    pub fn heartbeat(&self, expires: Timestamp) -> Call<M, ReportClientHeartbeat> {
        self.client.request(ReportClientHeartbeat::new(self.id, expires))
    }
}

/// Says that a client still wants a job.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(PATCH "/jobs/{job}/clientHeartbeat" -> Empty, since = "1.17", handle = "job(id).heartbeat(expires)", repeat = Same)]
#[non_exhaustive]
pub struct ReportClientHeartbeat {
    /// The job.
    pub job: JobId,
    /// Until when it may go on without another heartbeat.
    // Up to 1.19 Flink's class for the body can be read from a number only; Flink's own client fails with 400.
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
