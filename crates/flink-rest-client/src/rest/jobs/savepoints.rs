//! Savepoints: taken from a running job, with its stop or without, and deleted again.

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
    /// Takes a savepoint; the job goes on. The operation's value is where it is.
    ///
    /// Flink accepts this for any job: that the job has ended, or never was, shows as a failed operation. Unless a format
    /// is set, it has one that the job's state backend can write ([`savepoint_format`](Self::savepoint_format)).
    pub fn savepoint(&self) -> Call<M, TriggerSavepoint> {
        self.client.request(TriggerSavepoint::new(self.id))
    }

    /// Stops the job with a savepoint. The operation's value is where it is; by then no more records come out.
    ///
    /// Flink accepts this for any job: that the job has ended, or never was, shows as a failed operation. Unless a format
    /// is set, it has one that the job's state backend can write ([`savepoint_format`](Self::savepoint_format)).
    pub fn stop_with_savepoint(&self) -> Call<M, StopJob> {
        self.client.request(StopJob::new(self.id))
    }

    /// The format to take a savepoint of this job in, if this one is wanted: native where the job's state backend writes
    /// nothing else, and [`Error::InvalidParameter`](crate::Error::InvalidParameter) if canonical is wanted there.
    ///
    /// [`savepoint`](Self::savepoint) and [`stop_with_savepoint`](Self::stop_with_savepoint) look it up themselves:
    /// on the ForSt state backend (2.0+) the server's own default, canonical, fails the job.
    pub fn savepoint_format(&self, wanted: Option<SavepointFormatType>) -> Call<M, ChooseSavepointFormat> {
        Call::new(self.client.clone(), ChooseSavepointFormat::new(self.id, wanted))
    }

    /// A savepoint or stop that was triggered earlier, maybe by somebody else.
    pub fn savepoint_status(&self, trigger: TriggerId) -> Operation<M, GetSavepoint> {
        Operation::new(self.client.clone(), trigger, GetSavepoint::new(self.id, trigger))
    }
}

impl<M: Mode> Client<M> {
    /// Deletes a savepoint, given by its path.
    pub fn dispose_savepoint(&self, path: impl Into<String>) -> Call<M, DisposeSavepoint> {
        self.request(DisposeSavepoint::new(path))
    }

    /// A deletion of a savepoint that was triggered earlier, maybe by somebody else.
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
    /// The folder to put it in, as a URI; the cluster's `state.savepoints.dir` unless set.
    #[body("target-directory", check = not_blank)]
    pub target_directory: Option<String>,
    /// Whether the job is cancelled afterwards. Flink advises to [stop](Job::stop_with_savepoint) it instead, which
    /// loses no output.
    #[body("cancel-job")]
    pub cancel_job: Option<bool>,
    /// How it is written; canonical unless set.
    #[body("formatType", since = "1.15")]
    pub format_type: Option<SavepointFormatType>,
    /// The operation's id: a second trigger with the same one is not a second savepoint. Random unless set.
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
    /// The folder to put the savepoint in, as a URI; the cluster's `state.savepoints.dir` unless set.
    #[body("targetDirectory", check = not_blank)]
    pub target_directory: Option<String>,
    /// Whether all timers fire and all windows close first. Only for a job that will never go on: what comes out then
    /// is what the end of all data would bring.
    #[body]
    pub drain: Option<bool>,
    /// How the savepoint is written; canonical unless set.
    #[body("formatType", since = "1.15")]
    pub format_type: Option<SavepointFormatType>,
    /// The operation's id: a second trigger with the same one is not a second stop. Random unless set.
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
    /// How a savepoint is written.
    pub enum SavepointFormatType {
        /// Alike for all state backends, so that it can be read with another one.
        Canonical = "CANONICAL",
        /// As the state backend writes its checkpoints: faster, for the same one only.
        Native = "NATIVE",
    }
}

/// How a savepoint is doing, or a stop with one.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/jobs/{job}/savepoints/{trigger}" -> AsynchronousOperation<SavepointInfo>, handle = "job(id).savepoint_status(trigger)")]
#[non_exhaustive]
pub struct GetSavepoint {
    /// The job.
    pub job: JobId,
    /// The operation.
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
        // By the server's own clock.
        let since = SignedDuration::try_from(triggered.elapsed())
            .ok()
            .and_then(|ago| details.now.checked_sub(ago).ok());
        let savepoint = statistics.ok().zip(since).and_then(|(all, since)| completed_since(all, since));
        Evidence { job_state: Some(details.state), savepoint }
    }
}

/// The path of the newest savepoint that was triggered no earlier than this, and is complete.
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

/// How a savepoint ended: with its path, or a reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavepointInfo {
    /// Where it is, as a URI; none if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Why it failed; none if it did not.
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
    /// Where it is, as a URI.
    #[body("savepoint-path", check = not_blank)]
    pub path: String,
}

impl Trigger for DisposeSavepoint {
    type Poll = GetSavepointDisposal;

    fn poll(&self, trigger: TriggerId) -> GetSavepointDisposal {
        GetSavepointDisposal::new(trigger)
    }
}

/// How the deletion of a savepoint is doing.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(GET "/savepoint-disposal/{trigger}" -> AsynchronousOperation<Done>, handle = "savepoint_disposal_status(trigger)")]
#[non_exhaustive]
pub struct GetSavepointDisposal {
    /// The operation.
    pub trigger: TriggerId,
}

impl Poll for GetSavepointDisposal {
    type Report = Done;
}
