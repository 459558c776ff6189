//! Asynchronous operations (savepoints, stops, deletions): Flink returns an id at once and reports their status on
//! request.

use std::{fmt, future::Future, time::Duration};

use http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout};

use crate::endpoint::answer::shape::telling;
use crate::{
    Action, Call, Client, Endpoint, Error, Request, Result, TriggerId,
    client::{
        Mode,
        call::CallOptions,
        callback::Callback,
        wait::{Outage, Waiting},
    },
    endpoint::{Member, Telling},
    error::Evidence,
    value::open_enum::open_enum,
};

/// Timeout for looking up what an operation that the server has forgotten may have done.
const EVIDENCE_TIMEOUT: Duration = Duration::from_secs(2);

/// The response of an endpoint that starts an operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Triggered {
    /// The id of the operation.
    #[serde(rename = "request-id")]
    pub request_id: TriggerId,
}

telling!(Triggered: Members(&[Id("request-id")]));

/// An endpoint that starts an operation.
pub trait Trigger: Endpoint<Response = Triggered> {
    /// The endpoint that reports the status of the operation.
    type Poll: Poll;

    /// Returns the request for the status of the operation with this id.
    fn poll(&self, trigger: TriggerId) -> Self::Poll;
}

/// An endpoint that reports the status of an operation.
pub trait Poll: Endpoint<Response = AsynchronousOperation<Self::Report>> + Clone + 'static {
    /// The report at the end of the operation.
    type Report: Report;

    /// Looks for traces on the cluster of an operation that the server has forgotten, triggered at this time.
    #[doc(hidden)]
    fn evidence<M: Mode>(
        &self,
        client: &Client<M>,
        triggered: Instant,
    ) -> impl Future<Output = Evidence> + Send {
        let _ = (client, triggered);
        std::future::ready(Evidence::default())
    }
}

/// The report at the end of an operation: a value, or the reason of a failure.
pub trait Report: for<'de> Deserialize<'de> + fmt::Debug + Send {
    /// The value of a success.
    type Value: Clone + fmt::Debug + Send;

    /// Returns the value, or the stack trace of the failure: Flink responds with 200 to both.
    fn into_result(self) -> Result<Self::Value, String>;
}

/// The status of an operation, as Flink sends it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AsynchronousOperation<R> {
    /// The state of the operation.
    pub status: QueueStatus,
    /// The report; none while the operation is in progress.
    #[serde(bound(deserialize = "R: Deserialize<'de>"))]
    pub operation: Option<R>,
}

impl<R> AsynchronousOperation<R> {
    #[doc(hidden)]
    pub const TELLING: Telling = Telling::Members(&[Member::Object("status")]);
}

/// The state of an operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QueueStatus {
    /// The state's name.
    pub id: QueueState,
}

open_enum! {
    /// The state of an operation.
    pub enum QueueState {
        /// Still in progress.
        InProgress = "IN_PROGRESS",
        /// Ended, in success or failure.
        Completed = "COMPLETED",
    }
}

/// The reason why an operation failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailureCause {
    /// The Java exception's class name.
    pub class: String,
    /// The stack trace.
    #[serde(rename = "stack-trace")]
    pub stack_trace: String,
    /// The exception in Java's serialization, as base64.
    #[serde(rename = "serialized-throwable")]
    pub serialized_throwable: String,
}

/// The report of an operation without a value: it only says whether the operation failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Done {
    /// The reason of the failure; none if it succeeded.
    #[serde(rename = "failure-cause", default, skip_serializing_if = "Option::is_none")]
    pub failure_cause: Option<FailureCause>,
}

impl Report for Done {
    type Value = ();

    fn into_result(self) -> Result<(), String> {
        self.failure_cause.map_or(Ok(()), |cause| Err(cause.stack_trace))
    }
}

/// An operation in progress. Dropping it does not end the operation.
#[derive(Clone, Debug)]
pub struct Operation<M, P> {
    client: Client<M>,
    status: Status<P>,
}

/// The progress of an operation. A failed one is an error instead.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress<T> {
    /// Still in progress.
    InProgress,
    /// Succeeded, with this value.
    Completed(T),
}

impl<M: Mode, P: Poll> Operation<M, P> {
    /// An operation that was started earlier, by this client or another.
    pub(crate) fn new(client: Client<M>, id: TriggerId, poll: P) -> Self {
        Self { client, status: Status { id, poll, triggered: None } }
    }

    #[doc(hidden)]
    pub fn started<T: Trigger<Poll = P>>(
        client: Client<M>,
        trigger: &T,
        answer: Triggered,
        options: CallOptions,
    ) -> Self {
        let mut started = Self::new(client, answer.request_id, trigger.poll(answer.request_id));
        started.status.triggered = Some(options.started());
        started
    }

    /// Returns the id, with which this client or another can find the operation again.
    pub fn id(&self) -> TriggerId {
        self.status.id
    }

    /// Marks the operation as accepted by the server this long ago.
    ///
    /// If the server does not know an accepted operation, as after a failover, the error is
    /// [`Error::OperationForgotten`]. For others it is Flink's 404: there never was one. Operations that this client
    /// triggered are marked already.
    pub fn accepted(mut self, ago: Duration) -> Self {
        let now = Instant::now();
        self.status.triggered = Some(now.checked_sub(ago).unwrap_or(now));
        self
    }

    /// Reads the status once. A failed operation is [`Error::OperationFailed`], one that the server has forgotten
    /// [`Error::OperationForgotten`].
    pub fn status(&self) -> Call<M, Status<P>> {
        Call::new(self.client.clone(), self.status.clone())
    }

    /// Polls until the operation has ended, and returns its value.
    ///
    /// Fails with [`Error::OperationFailed`]; with [`Error::OperationForgotten`] if another JobManager took over that
    /// does not know it; with [`Error::Timeout`] after ten minutes or the call's own [`timeout`](Call::timeout). If the
    /// server is unreachable at the end of that time, or for longer than the client's
    /// [patience](crate::ClientBuilder::outage_patience), the error says so instead. The operation continues after
    /// either: its [id](Self::id) finds it again.
    pub fn wait(&self) -> Call<M, Wait<P>> {
        Call::new(self.client.clone(), Wait { status: self.status.clone(), on_outage: Callback::default() })
    }
}

/// Reads the status once; see [`Operation::status`].
#[derive(Clone, Debug)]
pub struct Status<P> {
    id: TriggerId,
    poll: P,
    /// Time of the trigger request, if the server is known to have accepted it.
    triggered: Option<Instant>,
}

impl<P: Poll> Action for Status<P> {
    type Output<M: Mode> = Progress<<P::Report as Report>::Value>;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Self::Output<M>> {
        let operation = self.poll.request()?.spec.name.replacen("Get", "", 1);
        let answer = match client.execute(&self.poll, options).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.explain(&client, operation, error).await),
        };
        match answer.operation.map(Report::into_result) {
            None => Ok(Progress::InProgress),
            Some(Ok(value)) => Ok(Progress::Completed(value)),
            Some(Err(trace)) => Err(Error::OperationFailed { operation, trace }),
        }
    }
}

impl<P: Poll> Status<P> {
    /// Explains a refusal of the status. An accepted operation that is unknown has no known end: the JobManager that
    /// knew it is gone.
    async fn explain<M: Mode>(&self, client: &Client<M>, operation: String, error: Error) -> Error {
        let Some(triggered) = self.triggered.filter(|_| is_unknown(&error)) else { return error };
        let evidence = timeout(EVIDENCE_TIMEOUT, self.poll.evidence(client, triggered)).await;
        let evidence = Box::new(evidence.unwrap_or_default());
        Error::OperationForgotten { operation, id: self.id, evidence, source: Box::new(error) }
    }
}

impl<P: Poll> Status<P> {
    /// The error at the end of a wait. An accepted operation continues even if its status may no longer be read.
    fn still_unknown(&self, error: Error) -> Error {
        // Errors that settle the operation, or after which polling can continue.
        let is_conclusive = matches!(error, Error::OperationFailed { .. } | Error::OperationForgotten { .. })
            || error.is_timeout()
            || error.is_unreachable()
            || error.is_transient();
        match self.poll.request() {
            Ok(poll) if !is_conclusive && self.triggered.is_some() => {
                Error::unknown(poll.spec.name, Some(self.id.to_string()), error)
            }
            _ => error,
        }
    }
}

/// Returns true if the server says that it does not know the operation, in whatever words and with whatever status.
fn is_unknown(error: &Error) -> bool {
    let is_refusal = matches!(error.status(), Some(StatusCode::NOT_FOUND | StatusCode::GONE));
    is_refusal
        || matches!(error.last(), Error::Api(error) if error.condensed().contains("UnknownOperationKeyException"))
}

impl<M: Mode, P: Poll> Call<M, Status<P>> {
    /// Returns the request without sending it.
    pub fn to_request(&self) -> Result<Request> {
        self.action.poll.request()
    }
}

/// Polls until the operation has ended; see [`Operation::wait`].
#[derive(Clone, Debug)]
pub struct Wait<P> {
    status: Status<P>,
    on_outage: Callback<Outage>,
}

impl<M: Mode, P: Poll> Call<M, Wait<P>> {
    /// Calls this function for each request that the server does not answer, and every 3 seconds while one is pending,
    /// until the client's [patience](crate::ClientBuilder::outage_patience) ends the wait.
    ///
    /// The function runs inside the wait and must not block: meanwhile nothing is sent and no timeout ends the wait.
    /// For slow work, send the event to a channel.
    pub fn on_outage(mut self, tell: impl Fn(&Outage) + Send + Sync + 'static) -> Self {
        self.action.on_outage = Callback::new(tell);
        self
    }
}

impl<P: Poll> Action for Wait<P> {
    type Output<M: Mode> = <P::Report as Report>::Value;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Self::Output<M>> {
        let Self { mut status, on_outage } = self;
        let what = format!("operation {}", status.id);
        let mut waiting = Waiting::new(what, &client, on_outage, options);
        loop {
            let poll = async {
                match status.clone().run(client.clone(), Waiting::question()).await? {
                    Progress::Completed(value) => Ok(Some(value)),
                    Progress::InProgress => {
                        // The server now is known to have accepted it, whoever triggered it.
                        status.triggered.get_or_insert_with(Instant::now);
                        Ok(None)
                    }
                }
            };
            match waiting.ask(poll).await {
                Ok(None) => {}
                Ok(Some(value)) => return Ok(value),
                Err(error) => return Err(status.still_unknown(error)),
            }
        }
    }
}
