//! Savepoints: taken from a running job, with or without a stop, and deleted.

pub(crate) mod format;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::{
    Call, Client, Endpoint, JobId, Operation, TriggerId,
    client::{Mode, wait::Waiting},
    endpoint::not_blank,
    error::Evidence,
    rest::{
        jobs::{
            Job,
            checkpoints::{
                details::CheckpointStatus,
                statistics::{CheckpointingStatistics, GetCheckpointingStatistics},
            },
            details::GetJob,
        },
        operation::{AsynchronousOperation, Done, FailureCause, Poll, Report, Trigger, Triggered},
    },
    value::open_enum::open_enum,
};

impl<M: Mode> Job<M> {
    /// Takes a savepoint; the job keeps running. The operation's value is the savepoint's path.
    ///
    /// Flink accepts this for any id: if the job has ended or does not exist, the operation fails. Unless a format is
    /// set, one is used that the job's state backend can write ([`savepoint_format`](Self::savepoint_format)).
    pub fn savepoint(&self) -> Call<M, TriggerSavepoint> {
        self.client.request(TriggerSavepoint::new(self.id))
    }

    /// Stops the job with a savepoint. The operation's value is the savepoint's path; by then the job emits no more
    /// records.
    ///
    /// Flink accepts this for any id: if the job has ended or does not exist, the operation fails. Unless a format is
    /// set, one is used that the job's state backend can write ([`savepoint_format`](Self::savepoint_format)).
    pub fn stop_with_savepoint(&self) -> Call<M, StopJob> {
        self.client.request(StopJob::new(self.id))
    }

    /// Returns the format for a savepoint of this job: the wanted one, or native if the job's state backend writes
    /// nothing else. Fails with [`Error::InvalidParameter`](crate::Error::InvalidParameter) if that contradicts the
    /// wanted one.
    ///
    /// [`savepoint`](Self::savepoint) and [`stop_with_savepoint`](Self::stop_with_savepoint) do this themselves: on the
    /// ForSt state backend (2.0+) the server's own default, canonical, makes the job fail.
    pub fn savepoint_format(&self, wanted: Option<SavepointFormatType>) -> Call<M, ChooseSavepointFormat> {
        Call::new(self.client.clone(), ChooseSavepointFormat::new(self.id, wanted))
    }

    /// Returns a savepoint or stop that was triggered earlier, by this client or another.
    pub fn savepoint_status(&self, trigger: TriggerId) -> Operation<M, GetSavepoint> {
        Operation::new(self.client.clone(), trigger, GetSavepoint::new(self.id, trigger))
    }
}

impl<M: Mode> Client<M> {
    /// Deletes a savepoint, given by its path.
    pub fn dispose_savepoint(&self, path: impl Into<String>) -> Call<M, DisposeSavepoint> {
        self.request(DisposeSavepoint::new(path))
    }

    /// Returns a deletion of a savepoint that was triggered earlier, by this client or another.
    pub fn savepoint_disposal_status(&self, trigger: TriggerId) -> Operation<M, GetSavepointDisposal> {
        Operation::new(self.clone(), trigger, GetSavepointDisposal::new(trigger))
    }
}

/// Takes a savepoint.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jobs/{job}/savepoints" -> Triggered, handle = "job(id).savepoint()", python = "jobs.create_savepoint", repeat = Same)]
#[non_exhaustive]
pub struct TriggerSavepoint {
    /// The job.
    pub job: JobId,
    /// Folder for the savepoint, as a URI [default: the cluster's `state.savepoints.dir`].
    #[body("target-directory", check = not_blank)]
    pub target_directory: Option<String>,
    /// Cancel the job afterwards. Flink recommends to [stop](Job::stop_with_savepoint) it instead, which loses
    /// no output.
    #[body("cancel-job")]
    pub cancel_job: Option<bool>,
    /// Format of the savepoint [default: canonical, or native on ForSt].
    #[body("formatType", since = "1.15")]
    pub format_type: Option<SavepointFormatType>,
    /// Id of the operation [default: random]. A repeated request with the same id does not take a second
    /// savepoint.
    #[body("triggerId", since = "1.15", token = Chosen)]
    pub trigger_id: Option<TriggerId>,
}

impl Trigger for TriggerSavepoint {
    type Poll = GetSavepoint;

    fn poll(&self, trigger: TriggerId) -> GetSavepoint {
        GetSavepoint::new(self.job, trigger)
    }
}

/// Stops a job with a savepoint.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/jobs/{job}/stop" -> Triggered, handle = "job(id).stop_with_savepoint()", python = "jobs.stop", repeat = Same)]
#[non_exhaustive]
pub struct StopJob {
    /// The job.
    pub job: JobId,
    /// Folder for the savepoint, as a URI [default: the cluster's `state.savepoints.dir`].
    #[body("targetDirectory", check = not_blank)]
    pub target_directory: Option<String>,
    /// Fire all timers and close all windows first. Only for a job that is never resumed: the output is as at
    /// the end of all input.
    #[body]
    pub drain: Option<bool>,
    /// Format of the savepoint [default: canonical, or native on ForSt].
    #[body("formatType", since = "1.15")]
    pub format_type: Option<SavepointFormatType>,
    /// Id of the operation [default: random]. A repeated request with the same id does not stop the job a second
    /// time.
    #[body("triggerId", since = "1.15", token = Chosen)]
    pub trigger_id: Option<TriggerId>,
}

impl Trigger for StopJob {
    type Poll = GetSavepoint;

    fn poll(&self, trigger: TriggerId) -> GetSavepoint {
        GetSavepoint::new(self.job, trigger)
    }
}

pub use self::format::ChooseSavepointFormat;

open_enum! {
    /// The format of a savepoint.
    pub enum SavepointFormatType {
        /// The same for all state backends: another one can read it.
        Canonical = "CANONICAL",
        /// The state backend's own: faster, but only the same one can read it.
        Native = "NATIVE",
    }
}

/// Status of a savepoint, or of a stop with one.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/savepoints/{trigger}" -> AsynchronousOperation<SavepointInfo>, handle = "job(id).savepoint_status(trigger)")]
#[non_exhaustive]
pub struct GetSavepoint {
    /// The job.
    pub job: JobId,
    /// The id of the operation.
    pub trigger: TriggerId,
}

impl Poll for GetSavepoint {
    type Report = SavepointInfo;

    async fn evidence<M: Mode>(&self, client: &Client<M>, triggered: Instant) -> Evidence {
        let (details, statistics) = (GetJob::new(self.job), GetCheckpointingStatistics::new(self.job));
        let (details, statistics) = futures_util::future::join(
            client.execute(&details, Waiting::question()),
            client.execute(&statistics, Waiting::question()),
        )
        .await;
        let Ok(details) = details else { return Evidence::default() };
        // In the server's time.
        let since = SignedDuration::try_from(triggered.elapsed())
            .ok()
            .and_then(|ago| details.now.checked_sub(ago).ok());
        let savepoint = statistics.ok().zip(since).and_then(|(all, since)| completed_since(all, since));
        Evidence { job_state: Some(details.state), savepoint }
    }
}

/// Returns the path of the newest completed savepoint that was triggered at this time or later.
fn completed_since(statistics: CheckpointingStatistics, since: Timestamp) -> Option<String> {
    let CheckpointingStatistics { latest, history, .. } = statistics;
    let newest = history
        .into_iter()
        .chain(latest.savepoint)
        .filter(|one| one.is_savepoint && one.status == CheckpointStatus::Completed)
        .filter(|one| one.trigger_timestamp >= since)
        .max_by_key(|one| one.id)?;
    (*newest.external_path).clone()
}

/// The report of a savepoint: its path, or the reason of a failure.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavepointInfo {
    /// Path as a URI; none if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The reason of the failure; none if it succeeded.
    #[serde(rename = "failure-cause", default, skip_serializing_if = "Option::is_none")]
    pub failure_cause: Option<FailureCause>,
}

impl Report for SavepointInfo {
    type Value = String;

    fn into_result(self) -> Result<String, String> {
        match (self.location, self.failure_cause) {
            (Some(location), None) => Ok(location),
            (_, Some(cause)) => Err(cause.stack_trace),
            (None, None) => Err("Flink gives neither a path nor a reason".into()),
        }
    }
}

/// Deletes a savepoint.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/savepoint-disposal" -> Triggered, handle = "dispose_savepoint(path)")]
#[non_exhaustive]
pub struct DisposeSavepoint {
    /// Path of the savepoint, as a URI.
    #[body("savepoint-path", check = not_blank)]
    pub path: String,
}

impl Trigger for DisposeSavepoint {
    type Poll = GetSavepointDisposal;

    fn poll(&self, trigger: TriggerId) -> GetSavepointDisposal {
        GetSavepointDisposal::new(trigger)
    }
}

/// Status of the deletion of a savepoint.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/savepoint-disposal/{trigger}" -> AsynchronousOperation<Done>, handle = "savepoint_disposal_status(trigger)")]
#[non_exhaustive]
pub struct GetSavepointDisposal {
    /// The id of the operation.
    pub trigger: TriggerId,
}

impl Poll for GetSavepointDisposal {
    type Report = Done;
}
