//! Operations that Flink carries out on its own, from the trigger to their end: stops, savepoints, checkpoints, deletions.

use std::{fmt, future::IntoFuture, time::Duration};

use flink_rest_client::{
    Action, Async, Call, FlinkRestClient, FlinkVersion, JobId, Operation, TriggerId,
    jobs::{
        checkpoints::trigger::TriggerCheckpoint,
        savepoints::{DisposeSavepoint, StopJob, TriggerSavepoint},
    },
    operation::{Report, Trigger},
};

use crate::{
    Error, Event, Result, Work,
    work::{Options, Run},
};

/// Interval at which the job of an operation is looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(3);

/// The first release whose operations have an id that the caller chooses.
const CHOSEN_IDS_SINCE: (u32, u32) = (1, 15);

/// Triggers an operation and waits for its end: a stop, a savepoint, a checkpoint, the deletion of a savepoint.
///
/// ```no_run
/// # async fn f(client: flink_rest_client::FlinkRestClient, job: flink_rest_client::JobId) -> flink_ops::Result<()> {
/// let stop = client.job(job).stop_with_savepoint().target_directory("s3://savepoints");
/// let savepoint = flink_ops::settle(&client, stop).await?;
/// println!("stopped with {savepoint}");
/// # Ok(())
/// # }
/// ```
///
/// The id is chosen before the request is sent, where the release takes one: [`Event::Triggering`] tells it, so that the
/// operation can be found again whatever happens. While it goes on, its job is looked at every 3 seconds and told as
/// [`Event::Progress`]: Flink may go on waiting for a job that has ended, and this does not.
///
/// # Errors
///
/// [`Error::Ended`] if the job ended while the operation goes on; [`Error::Unsettled`] if Flink accepted the operation, and
/// the server then went away, or no longer knows it. Others are the client's, a failed operation among them.
pub fn settle<T: Triggerable>(client: &FlinkRestClient, call: Call<Async, T>) -> Work<Settle<T>> {
    Work::new(client, Settle(call))
}

/// An endpoint that triggers an operation which [`settle`] can follow.
pub trait Triggerable:
    Trigger + Action<Output<Async> = Operation<Async, Self::Poll>> + Send + 'static
{
    /// The job that must go on for it; none for the deletion of a savepoint.
    fn job(&self) -> Option<JobId>;

    /// The id that the caller may choose; none if the endpoint takes none.
    fn trigger_id(&mut self) -> Option<&mut Option<TriggerId>>;
}

macro_rules! on_jobs {
    ($($endpoint:ident),*) => {$(
        impl Triggerable for $endpoint {
            fn job(&self) -> Option<JobId> {
                Some(self.job)
            }

            fn trigger_id(&mut self) -> Option<&mut Option<TriggerId>> {
                Some(&mut self.trigger_id)
            }
        }
    )*};
}

on_jobs!(StopJob, TriggerSavepoint, TriggerCheckpoint);

impl Triggerable for DisposeSavepoint {
    fn job(&self) -> Option<JobId> {
        None
    }

    fn trigger_id(&mut self) -> Option<&mut Option<TriggerId>> {
        None
    }
}

/// An operation to its end; see [`settle`].
pub struct Settle<T>(Call<Async, T>);

impl<T> fmt::Debug for Settle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Settle")
    }
}

type Value<T> = <<<T as Trigger>::Poll as flink_rest_client::operation::Poll>::Report as Report>::Value;

impl<T: Triggerable> Run for Settle<T> {
    type Output = Value<T>;

    async fn run(self, client: FlinkRestClient, options: Options) -> Result<Value<T>> {
        let Self(mut call) = self;
        let chosen = choose_id(&client, &mut call.action).await?;
        let job = call.action.job();
        options.callback.call(&Event::Triggering(chosen));
        let operation = call.await?;
        options.callback.call(&Event::Accepted(Some(operation.id())));
        let wait = operation.wait().timeout(options.timeout).on_outage(options.callback.of_outage());
        let settled = |outcome: flink_rest_client::Result<Value<T>>| {
            outcome.map_err(|source| match source.is_unreachable() || source.may_be_done() {
                true => Error::Unsettled { trigger: Some(operation.id()), source: source.into() },
                false => source.into(),
            })
        };
        match job {
            None => settled(wait.await),
            Some(job) => tokio::select! {
                outcome = wait.into_future() => settled(outcome),
                ended = end_of(&client, job, &options) => Err(ended),
            },
        }
    }
}

/// Sets an id unless the caller has, where the release takes one.
async fn choose_id<T: Triggerable>(client: &FlinkRestClient, trigger: &mut T) -> Result<Option<TriggerId>> {
    let Some(id) = trigger.trigger_id() else { return Ok(None) };
    let takes_ids =
        |version: FlinkVersion| version.release().is_some_and(|release| release >= CHOSEN_IDS_SINCE);
    if id.is_none() && takes_ids(client.flink_version().await?) {
        *id = Some(TriggerId::random());
    }
    Ok(*id)
}

/// Looks at the job of an operation until it has ended.
async fn end_of(client: &FlinkRestClient, job: JobId, options: &Options) -> Error {
    let mut has_ended = false;
    loop {
        tokio::time::sleep(LOOK_INTERVAL).await;
        // The wait itself tells of errors.
        let Ok(progress) = client.job(job).progress().await else { continue };
        // Seen twice: what ended it may be what is awaited.
        if has_ended && progress.state.is_terminal() {
            return Error::Ended { job, state: progress.state, explanation: Box::default(), source: None };
        }
        has_ended = progress.state.is_terminal();
        options.callback.call(&Event::Progress { progress: &progress, obstacle: None });
    }
}
