//! The client: the one place that sends requests and receives answers.

use std::{fmt, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use crate::{
    Answer, ApiError, Call, Endpoint, Error, FlinkVersion, Request, Result,
    address::Address,
    answer::not_json,
    call::CallOptions,
    cluster::GetConfig,
    endpoint::{Body, FromAnswer},
    registry::Named,
    split::LONGEST_REQUEST_LINE,
    transport::{Http, Incoming, Transport, TransportError},
};

/// The async client of one cluster; cheap to clone. See [`Client`] for what it can do.
pub type FlinkRestClient = Client<Async>;

/// A client of one Flink cluster, whose answers are awaited ([`FlinkRestClient`]) or sent for
/// ([`blocking::FlinkRestClient`](crate::blocking::FlinkRestClient)).
///
/// Clones share their connections and what they learned about the server.
#[derive(Clone)]
pub struct Client<M> {
    shared: Arc<Shared>,
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

struct Shared {
    address: Address,
    transport: Arc<dyn Transport>,
    timeout: Duration,
    max_answer_bytes: usize,
    version: OnceCell<FlinkVersion>,
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
}

impl<M: Mode> Client<M> {
    /// The address of the cluster, without credentials and `/v1`.
    pub fn address(&self) -> &str {
        self.shared.address.as_str()
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
    pub(crate) fn in_mode<N: Mode>(&self, mode: N) -> Client<N> {
        Client { shared: self.shared.clone(), mode }
    }

    /// The server's release; asked for once.
    async fn server_version(&self, options: CallOptions) -> Result<&FlinkVersion> {
        self.shared
            .version
            .get_or_try_init(|| async {
                let config = self.execute(&GetConfig::new(), options).await?;
                Ok(config.flink_version)
            })
            .await
    }

    /// The request as the server's release understands it, if it does, and its values can be right.
    pub(crate) async fn check<E: Endpoint>(&self, endpoint: &E, options: CallOptions) -> Result<Request> {
        let request = endpoint.request()?;
        if !request.is_version_dependent() {
            return Ok(request);
        }
        request.for_version(Box::pin(self.server_version(options)).await?)
    }

    /// Sends one request and decodes its answer.
    pub(crate) async fn execute<E: Endpoint>(
        &self,
        endpoint: &E,
        options: CallOptions,
    ) -> Result<E::Response> {
        let request = self.check(endpoint, options).await?;
        let usual = match request.body {
            Body::Form { .. } => self.shared.timeout.saturating_mul(10),
            _ => self.shared.timeout,
        };
        let name = request.spec.name;
        let answer = tokio::time::timeout(options.time_left(usual), self.exchange(request)).await.map_err(
            |_| Error::Timeout {
                what: format!("{name} at {}", self.address()),
                after: options.timeout.unwrap_or(usual),
            },
        )??;
        E::Response::from_answer(answer)
    }

    /// Sends a request; in turn if it asks for more metrics than fit into its line.
    async fn exchange(&self, mut request: Request) -> Result<Answer> {
        let rest = request.split_off();
        let mut answer = self.exchange_one(request).await?;
        for part in rest {
            answer.append(self.exchange_one(part).await?);
        }
        Ok(answer)
    }

    async fn exchange_one(&self, request: Request) -> Result<Answer> {
        let (target, fits) = (request.target(), request.fits());
        let Request { spec, body, .. } = request;
        if !fits {
            return Err(Error::InvalidParameter {
                endpoint: spec.name.into(),
                parameter: "request".into(),
                reason: format!(
                    "its line is longer than the {LONGEST_REQUEST_LINE} bytes that Flink reads; ask for less at once"
                ),
            });
        }
        if let Body::Form { files, .. } = &body {
            files.iter().try_for_each(|file| file.check())?;
        }
        let mut message = http::Request::new(body);
        *message.method_mut() = spec.method.clone();
        *message.uri_mut() = self.shared.address.join(&target)?;
        message.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json, */*"));
        if let Some(authorization) = &self.shared.address.authorization {
            message.headers_mut().insert(header::AUTHORIZATION, authorization.clone());
        }

        let failed = |error: TransportError| Error::Transport {
            endpoint: spec.name,
            url: self.address().into(),
            kind: error.kind,
            source: error.source,
        };
        let started = std::time::Instant::now();
        let (head, body) = self.shared.transport.send(message).await.map_err(failed)?.into_parts();
        let limit = self.shared.max_answer_bytes;
        let body = match read(body, limit).await.map_err(failed)? {
            Some(body) => body,
            None => return Err(Error::TooLarge { endpoint: spec.name, limit }),
        };
        tracing::debug!(endpoint = spec.name, status = head.status.as_u16(), elapsed = ?started.elapsed(), "answered");
        if head.status.is_success() {
            return Ok(Answer { endpoint: spec, status: head.status, body });
        }
        let request = format!("{} {target}", spec.method);
        Err(refusal(spec.name, request, head.status, head.headers.get(header::LOCATION), &body))
    }
}

/// The whole body, or none if it is longer than the limit.
async fn read(mut body: Incoming, limit: usize) -> Result<Option<Bytes>, TransportError> {
    let mut all = BytesMut::new();
    while let Some(chunk) = std::future::poll_fn(|context| body.as_mut().poll_next(context)).await {
        let chunk = chunk?;
        if all.len() + chunk.len() > limit {
            return Ok(None);
        }
        all.extend_from_slice(&chunk);
    }
    Ok(Some(all.freeze()))
}

/// What a status other than 2xx means: Flink's own errors, or somebody else's answer.
fn refusal(
    endpoint: &'static str,
    request: String,
    status: StatusCode,
    location: Option<&HeaderValue>,
    body: &[u8],
) -> Error {
    #[derive(serde::Deserialize)]
    struct Errors {
        errors: Value,
    }
    if let Ok(Errors { errors }) = serde_json::from_slice(body) {
        let text = |error: Value| error.as_str().map(str::to_owned);
        let errors = match errors {
            Value::Array(errors) => errors.into_iter().filter_map(text).collect(),
            single => text(single).into_iter().collect(),
        };
        return ApiError::new(request, status, errors).into();
    }
    let found = match location.and_then(|location| location.to_str().ok()) {
        // What follows the path may hold a token, what stands before an `@` a password.
        Some(target) => {
            let target = target.split(['?', '#']).next().unwrap_or_default();
            format!("a redirect to {}", target.rsplit('@').next().unwrap_or_default())
        }
        None => not_json(body).unwrap_or_else(|| "other JSON".into()),
    };
    Error::NotFlink { endpoint, status, found }
}

impl<M> fmt::Debug for Client<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("address", &self.shared.address.as_str()).finish_non_exhaustive()
    }
}

/// Settings of a client.
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder {
    address: Result<Address>,
    connect_timeout: Duration,
    timeout: Duration,
    max_answer_bytes: usize,
    version: Option<FlinkVersion>,
    transport: Option<Arc<dyn Transport>>,
}

impl ClientBuilder {
    fn new(address: &str) -> Self {
        Self {
            address: address.parse(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            max_answer_bytes: 256 * 1024 * 1024,
            version: None,
            transport: None,
        }
    }

    /// How long to wait for a connection; 10 seconds unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one request may take from its first byte to the last of the answer; 60 seconds unless set, ten
    /// times as long for uploads. [`Call::timeout`] sets it for one call.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The largest answer that is accepted; 256 MiB unless set.
    pub fn max_answer_bytes(mut self, limit: usize) -> Self {
        self.max_answer_bytes = limit;
        self
    }

    /// The server's release, so that it is not asked for.
    pub fn flink_version(mut self, version: FlinkVersion) -> Self {
        self.version = Some(version);
        self
    }

    /// Another way to send requests than HTTP over TCP: a fake for tests, or a wrapper.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// The client. Nothing is sent yet.
    pub fn build(self) -> Result<FlinkRestClient> {
        let address = self.address?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(Http::new(self.connect_timeout, address.is_https())?),
        };
        let (timeout, max_answer_bytes) = (self.timeout, self.max_answer_bytes);
        let version = OnceCell::new_with(self.version);
        let shared = Arc::new(Shared { address, transport, timeout, max_answer_bytes, version });
        Ok(Client { shared, mode: Async })
    }
}

/// Parameters of a call by name.
pub(crate) fn object(params: Value) -> std::result::Result<Map<String, Value>, String> {
    match params {
        Value::Object(params) => Ok(params),
        Value::Null => Ok(Map::new()),
        other => Err(format!("parameters are a JSON object, not `{other}`")),
    }
}
