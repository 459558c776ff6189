//! The client: the one place that sends requests and receives answers.

use std::{
    borrow::Cow,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use serde_json::Value;
use tokio::sync::{OnceCell, Semaphore};

use crate::{
    Answer, Call, ClientBuilder, Endpoint, Error, FlinkVersion, Repeat, Request, Result, Retry,
    address::{Address, Addresses},
    answer::file::ExpectedFile,
    call::{CallOptions, Deadline},
    cluster::GetConfig,
    compression,
    credentials::Credentials,
    departure::Departure,
    endpoint::{Body, FromAnswer, Spec},
    error::{Absence, Config},
    freshness::Collections,
    jobmanager::GetJobManagerConfig,
    jobs::backpressure,
    processes::Configuration,
    redirect,
    registry::Named,
    retry::{Arrival, Tried, Tries},
    secrets::Secrets,
    span::CallSpan,
    split::LONGEST_REQUEST_LINE,
    started::{LOOKUP_TIMEOUT, began_within},
    trace,
    transport::{Incoming, OnNewConnection, Transport, TransportError},
};

/// The async client of one cluster; cheap to clone. See [`Client`] for what it can do.
pub type FlinkRestClient = Client<Async>;

/// A client of one Flink cluster, whose answers are awaited ([`FlinkRestClient`]) or sent for
/// ([`blocking::FlinkRestClient`](crate::blocking::FlinkRestClient)).
///
/// Clones share their connections and what they learned about the server.
#[derive(Clone)]
pub struct Client<M> {
    pub(crate) shared: Arc<Shared>,
    pub(crate) mode: M,
}

/// Whether calls are awaited or block.
pub trait Mode: Clone + Send + Sync + 'static + sealed::Sealed {}

/// Calls are awaited.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Async;

impl Mode for Async {}

pub(crate) mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Async {}
}

/// Concurrent requests of one call that needs many, such as one a vertex.
///
/// Whoever sends many calls at once may take this number, too: each needs a connection, and a process often has no more
/// than 256 files. Eight answers that take 50 ms each are 160 a second.
pub const MAX_CONCURRENT_REQUESTS: usize = 8;

/// What all clones of a client have in common.
pub(crate) struct Shared {
    pub(crate) addresses: Addresses,
    pub(crate) credentials: Credentials,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) attempt_timeout: Duration,
    pub(crate) timeout: Duration,
    /// The end of all calls.
    pub(crate) deadline: Option<Deadline>,
    pub(crate) may_have_changed: AtomicBool,
    pub(crate) retry: Retry,
    pub(crate) outage_patience: Duration,
    pub(crate) max_answer_bytes: usize,
    pub(crate) version: OnceCell<FlinkVersion>,
    pub(crate) collections: Collections,
    /// For the requests of calls that need many, and these may be parts of larger ones.
    pub(crate) parts: Semaphore,
}

impl FlinkRestClient {
    /// A client of the cluster at this address: `http://localhost:8081`, `https://host/flink`, `localhost:8081`.
    ///
    /// A path prefix is kept, a `/v1` at its end is not needed, and user and password go into a header.
    /// Nothing is sent yet.
    pub fn new(address: impl AsRef<str>) -> Result<Self> {
        Self::builder(address).build()
    }

    /// A client with other settings than the defaults.
    pub fn builder(address: impl AsRef<str>) -> ClientBuilder {
        ClientBuilder::new(address.as_ref())
    }

    pub(crate) fn from_shared(shared: Shared) -> Self {
        Self { shared: Arc::new(shared), mode: Async }
    }
}

impl<M: Mode> Client<M> {
    /// The address of the cluster, without credentials and `/v1`; with several, the one that is in use.
    pub fn address(&self) -> &str {
        self.shared.addresses.current().as_str()
    }

    /// A text of a server without the credentials that this client has sent, in whatever spelling, for those who show it:
    /// errors are without them already, answers are as the server sent them.
    pub fn hide_secrets<'a>(&self, text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
        self.shared.secrets.hide_all(text.into())
    }

    /// Whether this client, or a clone, has sent a request that may change something on the cluster.
    pub fn may_have_changed(&self) -> bool {
        self.shared.may_have_changed.load(Ordering::Relaxed)
    }

    /// The end of a part of a call: not after that of all calls.
    pub(crate) fn deadline(&self, options: CallOptions, usual: Duration) -> Deadline {
        let own = options.deadline(usual);
        self.shared.deadline.filter(|all| all.at < own.at).unwrap_or(own)
    }

    /// A call of this endpoint.
    pub fn request<E: Endpoint>(&self, endpoint: E) -> Call<M, E> {
        Call::new(self.clone(), endpoint)
    }

    /// A call of the endpoint with this name from [`ENDPOINTS`](crate::ENDPOINTS), with a JSON object of parameters.
    ///
    /// The answer is the server's own JSON: nothing is lost in types of this crate.
    pub fn request_by_name(&self, name: impl Into<String>, params: Value) -> Call<M, Named> {
        self.request(Named::new(name, params))
    }

    /// The same client in another mode.
    #[cfg(feature = "blocking")]
    pub(crate) fn in_mode<N: Mode>(&self, mode: N) -> Client<N> {
        Client { shared: self.shared.clone(), mode }
    }

    /// The server's release, as far as it is known: it was set, or a call needed it. It may be one that
    /// [cannot be read](FlinkVersion::release).
    pub fn known_version(&self) -> Option<&FlinkVersion> {
        self.shared.version.get()
    }

    /// The server's release; asked for once. What cannot be found out keeps nobody from anything.
    pub(crate) async fn server_version(&self, options: CallOptions) -> Result<&FlinkVersion> {
        let asked = self.shared.version.get_or_try_init(|| async {
            let question = GetConfig::new().request()?;
            let version = match self.execute(&question, options).await {
                Ok(answer) => answer.decode::<Config>()?.flink_version,
                // A gateway may keep this one endpoint to itself.
                Err(error) if error.is_answered_otherwise() => {
                    tracing::warn!(%error, "the server does not tell its release");
                    FlinkVersion::default()
                }
                Err(error) => return Err(error),
            };
            if version.release().is_none() {
                tracing::warn!(%version, "treated as the newest release; ClientBuilder::flink_version says which it is");
            }
            Ok(version)
        });
        asked.await
    }

    /// The request as the server's release understands it, if it does, and its values can be right.
    pub(crate) async fn check<E: Endpoint>(&self, endpoint: &E, options: CallOptions) -> Result<Request> {
        let mut request = endpoint.request()?;
        if let Body::Form { files, .. } = &request.body {
            files.iter().try_for_each(|file| file.check())?;
        }
        let mut server = None;
        if request.is_version_dependent() {
            let version = Box::pin(self.server_version(options)).await?;
            request = request.for_version(version)?;
            server = Some(version);
        }
        request.make_repeatable(server);
        Ok(request)
    }

    /// Sends one request and decodes its answer.
    pub(crate) async fn execute<E: Endpoint>(
        &self,
        endpoint: &E,
        options: CallOptions,
    ) -> Result<E::Response> {
        let request = self.check(endpoint, options).await?;
        self.execute_request(request, options).await
    }

    /// Sends a request that was checked, and decodes its answer.
    pub(crate) async fn execute_request<T: FromAnswer>(
        &self,
        request: Request,
        options: CallOptions,
    ) -> Result<T> {
        let (reads, token) = (request.repeat.reads(), request.token.clone());
        let answer = self.exchange(request, options).await?;
        let endpoint = answer.endpoint.name;
        T::from_answer(answer).map_err(|error| match reads {
            true => error,
            false => Error::unknown(endpoint, token, error),
        })
    }

    /// Sends a request; in parts if it asks for more metrics than fit into its line.
    async fn exchange(&self, mut request: Request, options: CallOptions) -> Result<Answer> {
        let rest = request.split_off();
        let answer = self.exchange_one(request, options).await?;
        // Hardly any request has more parts; the others do not make room for them.
        if rest.is_empty() { Ok(answer) } else { Box::pin(self.append(answer, rest, options)).await }
    }

    /// Adds the answers to the other parts of a request.
    async fn append(
        &self,
        mut answer: Answer,
        rest: Vec<Request>,
        mut options: CallOptions,
    ) -> Result<Answer> {
        options.is_part = true;
        let parts = stream::iter(rest).map(|part| self.exchange_one(part, options));
        let (mut parts, mut others) = (parts.buffered(MAX_CONCURRENT_REQUESTS), Vec::new());
        let mut length = answer.body.len();
        while let Some(part) = parts.try_next().await? {
            length += part.body.len();
            if length > self.shared.max_answer_bytes {
                return Err(Error::TooLarge {
                    endpoint: part.endpoint.name,
                    limit: self.shared.max_answer_bytes,
                });
            }
            others.push(part);
        }
        answer.append(others);
        Ok(answer)
    }

    /// Sends one request, again if that is safe and of use, and reads its answer.
    async fn exchange_one(&self, request: Request, options: CallOptions) -> Result<Answer> {
        // It is never closed.
        let _permit = if options.is_part { self.shared.parts.acquire().await.ok() } else { None };
        let spec = request.spec;
        let span = CallSpan::new(spec);
        // It is large: in a box, it is not copied again with each future that is made around it.
        let answer =
            span.around(Box::pin(self.repeat(request, options, &span)), |answer| answer.status).await;
        match answer {
            Err(error) if error.may_be_absence() => Err(Box::pin(self.explained(spec, error)).await),
            answer => answer,
        }
    }

    /// The same error, or why the server has no such endpoint, if its configuration tells.
    async fn explained(&self, spec: &'static Spec, error: Error) -> Error {
        let explained = async {
            let config = match self.answer_of(GetConfig::new(), "/v1").await {
                Some(config) => config,
                // A history server has no versions.
                None => self.answer_of(GetConfig::new(), "").await?,
            };
            let absence = Absence::of(spec, &config.decode::<Config>().ok()?)?;
            let Some(option) = absence.depends_on() else { return Some(absence) };
            match self.answer_of(GetJobManagerConfig::new(), "/v1").await {
                Some(options) => {
                    Some(absence.with_option(options.decode::<Configuration>().ok()?.get(option)))
                }
                None => Some(absence),
            }
        };
        match tokio::time::timeout(LOOKUP_TIMEOUT, explained).await.ok().flatten() {
            Some(absence) => {
                Error::Absent { endpoint: spec.name, absence, refusal: Box::new(error.into_last()) }
            }
            None => error,
        }
    }

    /// What is answered to this below this prefix, if that works at once.
    async fn answer_of(&self, endpoint: impl Endpoint, prefix: &'static str) -> Option<Answer> {
        let request = Request { prefix, ..endpoint.request().ok()? };
        let (head, body) = self.open(&request, &Departure::default()).await.ok()?.into_parts();
        let body = self.read(request.spec, &head.headers, body).await.ok()?;
        let secrets = self.shared.secrets.clone();
        Answer { endpoint: request.spec, status: head.status, body, secrets }.checked().ok()
    }

    async fn repeat(&self, request: Request, options: CallOptions, span: &CallSpan) -> Result<Answer> {
        let before = self.jobs_before(&request, options).await?;
        let mut tries = self.tries(&request, options);
        loop {
            span.attempt(tries.number());
            let found = if tries.maybe_done { self.look(&request, &tries, options).await } else { Ok(None) };
            match found {
                Ok(Some(found)) => return request.lost_answer(Some(&found)),
                Ok(None) => {}
                Err(error) => {
                    tries.again(error, Arrival::No, &self.shared.addresses).await?;
                    continue;
                }
            }
            match self.attempt(&request, &tries, options).await {
                Ok(answer) => return Ok(answer),
                Err(error) if backpressure::is_not_collected(&request, &error) => {
                    return Ok(self.answer(
                        &request,
                        http::StatusCode::OK,
                        backpressure::NOT_COLLECTED.into(),
                    ));
                }
                Err(error) => {
                    let arrival = error.arrival();
                    let is_done = tries.maybe_done && request.is_done(&error);
                    // An earlier one may be at work yet, which is why this one was refused. If it is known to be done, what it
                    // was may be told in the answer, too. And what was refused may have done its work before it failed.
                    let may_be_there = match arrival {
                        Arrival::Yes => tries.maybe_done || request.may_have_begun(&error),
                        _ => is_done,
                    };
                    let found = match may_be_there {
                        true => self.look_once_more(&request, &tries, options).await,
                        false => None,
                    };
                    if is_done || (tries.maybe_done && found.is_some()) {
                        return request.lost_answer(found.as_ref());
                    }
                    let jobs = match (&found, &before) {
                        // A duplicate of what was not sent before: of an older job, or the second one of this program.
                        (Some(found), _)
                            if request.is_done(&error) && !began_within(found, tries.elapsed()) =>
                        {
                            Vec::new()
                        }
                        (Some(found), _) => request.jobs_of(found),
                        (None, Some(before)) if arrival == Arrival::Unknown => {
                            let jobs = self.await_new_jobs(before, &tries, options).await;
                            return Err(tries.lost(error).with_jobs(jobs));
                        }
                        (None, Some(before)) if arrival == Arrival::Yes && request.may_have_begun(&error) => {
                            self.new_jobs_now(before, &tries, options).await
                        }
                        _ => Vec::new(),
                    };
                    if !jobs.is_empty() {
                        let jobs = self.with_causes(jobs, options).await;
                        return Err(Error::started_anyway(request.spec.name, jobs, error));
                    }
                    tries.again(error, arrival, &self.shared.addresses).await?;
                }
            }
        }
    }

    /// Sends one request, again if that is safe and of use, and gives its answer with a body that is still to be read.
    pub(crate) async fn open_one(
        &self,
        request: &Request,
        options: CallOptions,
    ) -> Result<http::Response<Incoming>> {
        let span = CallSpan::new(request.spec);
        let opened = async {
            let mut tries = self.tries(request, options);
            loop {
                span.attempt(tries.number());
                let departure = Departure::default();
                let opened = self.open(request, &departure);
                match self.limited(request, &tries, options, &departure, opened).await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => {
                        let arrival = error.arrival();
                        tries.again(error, arrival, &self.shared.addresses).await?;
                    }
                }
            }
        };
        match span.around(opened, http::Response::status).await {
            Err(error) if error.may_be_absence() => Err(Box::pin(self.explained(request.spec, error)).await),
            answer => answer,
        }
    }

    /// The attempts that a request may have.
    fn tries(&self, request: &Request, options: CallOptions) -> Tries {
        let shared = &self.shared;
        let usual = match request.body {
            Body::Form { .. } => shared.timeout.saturating_mul(10),
            _ => shared.timeout,
        };
        let (retry, deadline) = (options.retry.unwrap_or(shared.retry), self.deadline(options, usual));
        // A reader can be read once.
        let (retry, addresses) = match request.body.is_repeatable() {
            true => (retry, shared.addresses.len()),
            false => (Retry::never(), 1),
        };
        Tries::new(request, retry, addresses, deadline)
    }

    /// What an earlier attempt started, if it can be asked after.
    async fn look(&self, request: &Request, tries: &Tries, options: CallOptions) -> Result<Option<Answer>> {
        let Some(question) = request.find().transpose()? else { return Ok(None) };
        match self.attempt(&question, tries, options).await {
            // What cannot be read tells nothing.
            Ok(answer) => answer.json().map(|_| Some(answer)),
            Err(error) if error.is_not_found() && !matches!(request.repeat, Repeat::Found(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The same, but not for long: it was refused.
    async fn look_once_more(
        &self,
        request: &Request,
        tries: &Tries,
        mut options: CallOptions,
    ) -> Option<Answer> {
        options.attempt_timeout = Some(self.lookup_timeout(options));
        self.look(request, tries, options).await.ok().flatten()
    }

    /// Sends one request once and reads its answer.
    pub(crate) async fn attempt(
        &self,
        request: &Request,
        tries: &Tries,
        options: CallOptions,
    ) -> Result<Answer> {
        let departure = Departure::default();
        let attempt = async {
            let (head, body) = self.open(request, &departure).await?.into_parts();
            let body = self.read(request.spec, &head.headers, body).await?;
            if let Some(expected) = self.expected_file(request, head.status, &head.headers) {
                expected.check(&body)?;
            }
            self.answer(request, head.status, body).checked()
        };
        self.limited(request, tries, options, &departure, attempt).await
    }

    /// Checks a log or another file; none for other answers.
    pub(crate) fn expected_file(
        &self,
        request: &Request,
        status: http::StatusCode,
        headers: &HeaderMap,
    ) -> Option<ExpectedFile> {
        let is_file = request.spec.response == "Text";
        is_file.then(|| ExpectedFile::new(request, status, headers, self.shared.secrets.clone()))
    }

    fn answer(&self, request: &Request, status: http::StatusCode, body: Bytes) -> Answer {
        Answer { endpoint: request.spec, status, body, secrets: self.shared.secrets.clone() }
    }

    /// Ends an attempt that takes longer than it may. If the request had not left by then, the error says so.
    async fn limited<T>(
        &self,
        request: &Request,
        tries: &Tries,
        options: CallOptions,
        departure: &Departure,
        attempt: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let reads = request.spec.method == Method::GET;
        let limit = options.attempt_timeout.or(reads.then_some(self.shared.attempt_timeout));
        let what = || format!("{} at {}", request.spec.name, self.address());
        tries.limit(limit, what, departure, attempt).await
    }

    /// Sends one request once and gives its answer, if it is a good one, with a body that is still to be read.
    async fn open(&self, request: &Request, departure: &Departure) -> Result<http::Response<Incoming>> {
        let address = self.shared.addresses.current();
        let (spec, target, started) = (request.spec, request.target(), Instant::now());
        let sent = self.send(request, &target, address, departure).await;
        let elapsed = started.elapsed();
        let (mut head, body) = match sent {
            Ok(response) => response.into_parts(),
            Err(error) => {
                if let Error::Transport { kind, .. } = &error {
                    tracing::debug!(endpoint = spec.name, ?kind, ?elapsed, "not answered");
                    self.shared.addresses.leave(address);
                }
                return Err(error);
            }
        };
        tracing::debug!(endpoint = spec.name, status = head.status.as_u16(), ?elapsed, "answered");
        self.shared.addresses.set_answered();
        let body = compression::decoded(&mut head.headers, body).map_err(|name| {
            let found =
                format!("a body compressed as `{}`", trace::printable(&self.shared.secrets.hide(name)));
            Error::not_flink(spec.name, head.status, found)
        })?;
        if head.status.is_success() {
            return Ok(http::Response::from_parts(head, body));
        }
        let body = self.read(spec, &head.headers, body).await?;
        let error = Error::refusal(spec, &target, &head, &body, &self.shared.secrets);
        if error.is_passing() {
            self.shared.addresses.leave(address);
        }
        Err(error)
    }

    /// Sends one request, and again where redirects lead; one that is not followed is an answer.
    async fn send(
        &self,
        request: &Request,
        target: &str,
        address: &Address,
        departure: &Departure,
    ) -> Result<http::Response<Incoming>> {
        let mut uri = address.join(request.prefix, target)?;
        let mut followed = 0;
        loop {
            // A server that redirects has not acted.
            departure.reset();
            let mut message = self.message(request, address, uri.clone()).await?;
            self.shared.secrets.send(message.headers());
            message.extensions_mut().insert(departure.clone());
            departure.set_left();
            if !request.repeat.reads() {
                self.shared.may_have_changed.store(true, Ordering::Relaxed);
            }
            let response = self.shared.transport.send(message).await;
            let response = response.map_err(|error| self.failed(request.spec, error))?;
            match redirect::target(&request.spec.method, &uri, &response) {
                Some(to) if followed < redirect::MOST && request.body.is_repeatable() => uri = to,
                _ => return Ok(response),
            }
            followed += 1;
        }
    }

    /// The request as HTTP.
    async fn message(&self, request: &Request, address: &Address, uri: Uri) -> Result<http::Request<Body>> {
        if !request.fits() {
            return Err(Error::InvalidParameter {
                endpoint: request.spec.name.into(),
                parameter: "request".into(),
                reason: format!(
                    "its line is longer than the {LONGEST_REQUEST_LINE} bytes that Flink reads; ask for less at once"
                ),
            });
        }
        let mut message = http::Request::new(request.body.clone());
        *message.method_mut() = request.spec.method.clone();
        *message.uri_mut() = uri;
        if !request.repeat.reads() {
            message.extensions_mut().insert(OnNewConnection);
        }
        message.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json, */*"));
        if let Some(authorization) = &address.authorization {
            message.headers_mut().insert(header::AUTHORIZATION, authorization.clone());
        }
        self.shared.credentials.add_to(message.headers_mut()).await?;
        Ok(message)
    }

    /// The whole body, if it is not longer than it may be.
    async fn read(&self, spec: &'static Spec, headers: &HeaderMap, mut body: Incoming) -> Result<Bytes> {
        let limit = self.shared.max_answer_bytes;
        // Most answers come in one piece, which is taken as it is.
        let (mut first, mut all) = (Bytes::new(), BytesMut::new());
        while let Some(chunk) = std::future::poll_fn(|context| body.as_mut().poll_next(context)).await {
            let chunk = chunk.map_err(|error| self.failed(spec, error))?;
            let length = first.len() + all.len() + chunk.len();
            if length > limit {
                return Err(Error::TooLarge { endpoint: spec.name, limit });
            }
            if first.is_empty() && all.is_empty() {
                first = chunk;
                continue;
            }
            if all.is_empty() {
                all.reserve(announced(headers).unwrap_or_default().clamp(length, limit));
            }
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&chunk);
        }
        Ok(if all.is_empty() { first } else { all.freeze() })
    }

    fn failed(&self, spec: &'static Spec, error: TransportError) -> Error {
        let (endpoint, url, tried) = (spec.name, self.address().into(), Tried::default());
        match error.source.map(|source| source.downcast::<Error>()) {
            // It is not the transport's: a file cannot be sent.
            Some(Ok(error)) => *error,
            Some(Err(source)) => {
                Error::Transport { endpoint, url, kind: error.kind, tried, source: Some(source) }
            }
            None => Error::Transport { endpoint, url, kind: error.kind, tried, source: None },
        }
    }
}

/// The length that a body is said to have.
fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl<M> fmt::Debug for Client<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("address", &self.shared.addresses.current()).finish_non_exhaustive()
    }
}
