//! Operations that Flink starts, answers with an id, and reports on when asked: savepoints, stops, deletions.

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
        callback::Tell,
        wait::{Outage, Waiting},
    },
    endpoint::{Member, Telling},
    error::Evidence,
    value::open_enum::open_enum,
};

/// Timeout for looking up what an operation that the server has forgotten may have done.
const EVIDENCE_TIMEOUT: Duration = Duration::from_secs(2);

/// The answer of an endpoint that starts an operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Triggered {
    /// The id to ask with.
    #[serde(rename = "request-id")]
    pub request_id: TriggerId,
}

telling!(Triggered: Members(&[Id("request-id")]));

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

    /// What the cluster shows of an operation that it has forgotten, triggered at this time.
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

impl<R> AsynchronousOperation<R> {
    #[doc(hidden)]
    pub const TELLING: Telling = Telling::Members(&[Member::Object("status")]);
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
    status: Status<P>,
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

    /// The id by which it can be found again, by this client or another.
    pub fn id(&self) -> TriggerId {
        self.status.id
    }

    /// The same operation, known to have been accepted this long ago.
    ///
    /// If the server does not know such an operation, as after a failover, that is [`Error::OperationForgotten`]. Of
    /// others it is Flink's 404: there never was one. Those that this client triggered are known to have been accepted.
    pub fn accepted(mut self, ago: Duration) -> Self {
        let now = Instant::now();
        self.status.triggered = Some(now.checked_sub(ago).unwrap_or(now));
        self
    }

    /// Asks once how it is doing. A failed operation is [`Error::OperationFailed`], one that the server has forgotten
    /// [`Error::OperationForgotten`].
    pub fn status(&self) -> Call<M, Status<P>> {
        Call::new(self.client.clone(), self.status.clone())
    }

    /// Asks until it is over: its value, or [`Error::OperationFailed`], or [`Error::OperationForgotten`] if another
    /// JobManager took over that does not know it, or [`Error::Timeout`] after ten minutes or
    /// the call's own [`timeout`](Call::timeout). If the server is away at the end of that time, or for longer
    /// than the client's [patience](crate::ClientBuilder::outage_patience), the error says so instead.
    /// The operation goes on after either: its [id](Self::id) finds it again.
    pub fn wait(&self) -> Call<M, Wait<P>> {
        Call::new(self.client.clone(), Wait { status: self.status.clone(), on_outage: Tell::default() })
    }
}

/// Asks once; see [`Operation::status`].
#[derive(Clone, Debug)]
pub struct Status<P> {
    id: TriggerId,
    poll: P,
    /// When it was triggered, if the server is known to have accepted it.
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
    /// The refusal of an operation that was accepted does not tell how it ended: the JobManager that knew is gone.
    async fn explain<M: Mode>(&self, client: &Client<M>, operation: String, error: Error) -> Error {
        let Some(triggered) = self.triggered.filter(|_| is_unknown(&error)) else { return error };
        let evidence = timeout(EVIDENCE_TIMEOUT, self.poll.evidence(client, triggered)).await;
        let evidence = Box::new(evidence.unwrap_or_default());
        Error::OperationForgotten { operation, id: self.id, evidence, source: Box::new(error) }
    }
}

impl<P: Poll> Status<P> {
    /// The end of a wait. An operation that was accepted goes on whoever may not ask for it any more.
    fn still_unknown(&self, error: Error) -> Error {
        // What is over, or may be asked again.
        let is_told = matches!(error, Error::OperationFailed { .. } | Error::OperationForgotten { .. })
            || error.is_timeout()
            || error.is_unreachable()
            || error.is_passing();
        match self.poll.request() {
            Ok(poll) if !is_told && self.triggered.is_some() => {
                Error::unknown(poll.spec.name, Some(self.id.to_string()), error)
            }
            _ => error,
        }
    }
}

/// Whether the server says that it knows no such operation, in whatever words and with whatever status.
fn is_unknown(error: &Error) -> bool {
    let is_refusal = matches!(error.status(), Some(StatusCode::NOT_FOUND | StatusCode::GONE));
    is_refusal
        || matches!(error.last(), Error::Api(error) if error.condensed().contains("UnknownOperationKeyException"))
}

impl<M: Mode, P: Poll> Call<M, Status<P>> {
    /// What would be sent; nothing is.
    pub fn to_request(&self) -> Result<Request> {
        self.action.poll.request()
    }
}

/// Asks until it is over; see [`Operation::wait`].
#[derive(Clone, Debug)]
pub struct Wait<P> {
    status: Status<P>,
    on_outage: Tell<Outage>,
}

impl<M: Mode, P: Poll> Call<M, Wait<P>> {
    /// Tells of each question that the server does not answer, and every 3 seconds of one that is still pending, until the
    /// client's [patience](crate::ClientBuilder::outage_patience) ends the wait.
    ///
    /// The function runs inside the wait and must not block: as long as it does, nothing is asked and no time limit ends the wait.
    /// A channel hands on what takes time.
    pub fn on_outage(mut self, tell: impl Fn(&Outage) + Send + Sync + 'static) -> Self {
        self.action.on_outage = Tell::to(tell);
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
            let look = async {
                match status.clone().run(client.clone(), Waiting::question()).await? {
                    Progress::Completed(value) => Ok(Some(value)),
                    Progress::InProgress => {
                        // Whoever triggered it, the server knows it.
                        status.triggered.get_or_insert_with(Instant::now);
                        Ok(None)
                    }
                }
            };
            match waiting.ask(look).await {
                Ok(None) => {}
                Ok(Some(value)) => return Ok(value),
                Err(error) => return Err(status.still_unknown(error)),
            }
        }
    }
}
