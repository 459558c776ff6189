//! Operations that Flink starts, answers with an id, and reports on when asked: savepoints, stops, deletions.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Action, Call, Client, Endpoint, Error, Request, Result, TriggerId, call::CallOptions, client::Mode,
    open_enum::open_enum, wait::Waiting,
};

/// The answer of an endpoint that starts an operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Triggered {
    /// The id to ask with.
    #[serde(rename = "request-id")]
    pub request_id: TriggerId,
}

/// An endpoint that starts an operation.
pub trait Trigger: Endpoint<Response = Triggered> {
    /// The endpoint that tells how the operation is doing.
    type Poll: Poll;

    /// The question after the operation with this id.
    fn poll(&self, trigger: TriggerId) -> Self::Poll;
}

/// An endpoint that tells how an operation is doing.
pub trait Poll: Endpoint<Response = AsynchronousOperation<Self::Report>> + Clone + 'static {
    /// What Flink says at the end.
    type Report: Report;
}

/// What Flink says at the end of an operation: a value, or a reason.
pub trait Report: for<'de> Deserialize<'de> + fmt::Debug + Send {
    /// What a success is worth.
    type Value: Clone + fmt::Debug + Send;

    /// The value, or the stack trace of the failure: Flink answers 200 to both.
    fn into_result(self) -> Result<Self::Value, String>;
}

/// The state of an operation, as Flink words it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AsynchronousOperation<R> {
    /// How far it is.
    pub status: QueueStatus,
    /// How it ended; none while it goes on.
    #[serde(bound(deserialize = "R: Deserialize<'de>"))]
    pub operation: Option<R>,
}

/// How far an operation is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QueueStatus {
    /// The state's name.
    pub id: QueueState,
}

open_enum! {
    /// How far an operation is.
    pub enum QueueState {
        /// It goes on.
        InProgress = "IN_PROGRESS",
        /// It is over, well or badly.
        Completed = "COMPLETED",
    }
}

/// Why an operation failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailureCause {
    /// The Java exception.
    pub class: String,
    /// Its stack trace.
    #[serde(rename = "stack-trace")]
    pub stack_trace: String,
    /// The exception itself in Java's serialization, base64.
    #[serde(rename = "serialized-throwable")]
    pub serialized_throwable: String,
}

/// The end of an operation that has nothing to tell but whether it failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Done {
    /// Why it failed; none if it succeeded.
    #[serde(rename = "failure-cause", default, skip_serializing_if = "Option::is_none")]
    pub failure_cause: Option<FailureCause>,
}

impl Report for Done {
    type Value = ();

    fn into_result(self) -> Result<(), String> {
        self.failure_cause.map_or(Ok(()), |cause| Err(cause.stack_trace))
    }
}

/// An operation under way. Dropping it does not end the operation.
#[derive(Clone, Debug)]
pub struct Operation<M, P> {
    client: Client<M>,
    id: TriggerId,
    poll: P,
}

/// How an operation is doing; a failed one is an error instead.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress<T> {
    /// It goes on.
    InProgress,
    /// It succeeded.
    Completed(T),
}

impl<M: Mode, P: Poll> Operation<M, P> {
    /// An operation that was started earlier, maybe by somebody else.
    pub(crate) fn new(client: Client<M>, id: TriggerId, poll: P) -> Self {
        Self { client, id, poll }
    }

    #[doc(hidden)]
    pub fn started<T: Trigger<Poll = P>>(client: Client<M>, trigger: &T, answer: Triggered) -> Self {
        Self::new(client, answer.request_id, trigger.poll(answer.request_id))
    }

    /// The id by which it can be found again, by this client or another.
    pub fn id(&self) -> TriggerId {
        self.id
    }

    /// Asks once how it is doing. A failed operation is [`Error::OperationFailed`].
    pub fn status(&self) -> Call<M, Status<P>> {
        Call::new(self.client.clone(), Status(self.poll.clone()))
    }

    /// Asks until it is over: its value, or [`Error::OperationFailed`], or [`Error::Timeout`] after ten minutes or
    /// the call's own [`timeout`](Call::timeout). If the server is away at the end of that time, the error says so instead.
    /// The operation goes on after either: its [id](Self::id) finds it again.
    pub fn wait(&self) -> Call<M, Wait<P>> {
        Call::new(self.client.clone(), Wait { id: self.id, poll: self.poll.clone() })
    }
}

/// Asks once; see [`Operation::status`].
#[derive(Clone, Debug)]
pub struct Status<P>(P);

impl<P: Poll> Action for Status<P> {
    type Output<M: Mode> = Progress<<P::Report as Report>::Value>;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Self::Output<M>> {
        let name = self.0.request()?.spec.name;
        match client.execute(&self.0, options).await?.operation.map(Report::into_result) {
            None => Ok(Progress::InProgress),
            Some(Ok(value)) => Ok(Progress::Completed(value)),
            Some(Err(trace)) => Err(Error::OperationFailed { operation: name.replacen("Get", "", 1), trace }),
        }
    }
}

impl<M: Mode, P: Poll> Call<M, Status<P>> {
    /// What would be sent; nothing is.
    pub fn to_request(&self) -> Result<Request> {
        self.action.0.request()
    }
}

/// Asks until it is over; see [`Operation::wait`].
#[derive(Clone, Debug)]
pub struct Wait<P> {
    id: TriggerId,
    poll: P,
}

impl<P: Poll> Action for Wait<P> {
    type Output<M: Mode> = <P::Report as Report>::Value;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Self::Output<M>> {
        let mut waiting = Waiting::new(format!("operation {}", self.id), options);
        loop {
            let look = async {
                match Status(self.poll.clone()).run(client.clone(), Waiting::question()).await? {
                    Progress::Completed(value) => Ok(Some(value)),
                    Progress::InProgress => Ok(None),
                }
            };
            if let Some(value) = waiting.ask(look).await? {
                return Ok(value);
            }
        }
    }
}
