//! The settings of a client.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use tokio::sync::{OnceCell, Semaphore};

use crate::{
    FlinkRestClient, FlinkVersion, Pem, Result, Retry, Token,
    client::{
        MAX_CONCURRENT_REQUESTS, Shared,
        address::{Address, Addresses},
        auth::{
            credentials::{Credential, Credentials},
            proxy::Proxy,
            tls::{Identity, Tls},
        },
        call::{CENTURY, Deadline},
        collected::Collections,
        transport::{Http, Transport},
    },
    value::secrets::Secrets,
};

/// A builder of clients.
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder {
    address: Result<Address>,
    others: Vec<Result<Address>>,
    connect_timeout: Duration,
    attempt_timeout: Duration,
    timeout: Duration,
    deadline: Option<Deadline>,
    retry: Retry,
    outage_patience: Duration,
    max_answer_bytes: usize,
    version: Option<FlinkVersion>,
    credentials: Vec<Credential>,
    tls: Tls,
    proxy: Proxy,
    transport: Option<Arc<dyn Transport>>,
}

impl ClientBuilder {
    pub(crate) fn new(address: &str) -> Self {
        Self {
            address: address.parse(),
            others: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            attempt_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(60),
            deadline: None,
            retry: Retry::default(),
            outage_patience: Duration::from_secs(120),
            max_answer_bytes: 256 * 1024 * 1024,
            version: None,
            credentials: Vec::new(),
            tls: Tls::default(),
            proxy: Proxy::default(),
            transport: None,
        }
    }

    /// Adds another address of the same cluster, used if those before cannot be reached. A highly available cluster
    /// answers at each of its JobManagers. Can be called several times.
    pub fn or_address(mut self, address: impl AsRef<str>) -> Self {
        self.others.push(address.as_ref().parse());
        self
    }

    /// Timeout for making a connection [default: 10 s].
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Timeout of one attempt of a read-only request [default: 30 s]. Other requests may take as long as the call: an
    /// early retry would make the server do the work twice. [`Call::attempt_timeout`] sets it for one call.
    ///
    /// [`Call::attempt_timeout`]: crate::Call::attempt_timeout
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Timeout of a whole call, with all retries [default: 60 s]. It is ten times as long for uploads.
    /// [`Call::timeout`] sets it for one call.
    ///
    /// [`Call::timeout`]: crate::Call::timeout
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Deadline of all calls of this client, whatever their own timeouts: this duration after this moment. For programs
    /// that must end by then.
    pub fn deadline(mut self, started: Instant, within: Duration) -> Self {
        self.deadline = Some(Deadline {
            at: tokio::time::Instant::from_std(started) + within.min(CENTURY),
            after: within,
        });
        self
    }

    /// The [retry policy](Retry). [`Call::retry`] sets it for one call.
    ///
    /// [`Call::retry`]: crate::Call::retry
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Maximum duration of an outage during a wait for a job or an operation [default: 2 minutes, as for
    /// [logs](crate::follow::Follow::patience)]. After it, the wait ends with [`Error::Outage`](crate::Error::Outage).
    ///
    /// An outage is a time in which the server is unreachable, or answers that it is unavailable. A failover of the
    /// JobManager takes less.
    pub fn outage_patience(mut self, patience: Duration) -> Self {
        self.outage_patience = patience;
        self
    }

    /// Maximum size of an answer, in bytes [default: 256 MiB].
    pub fn max_answer_bytes(mut self, limit: usize) -> Self {
        self.max_answer_bytes = limit;
        self
    }

    /// The server's release. If set, the client does not request it from the server.
    pub fn flink_version(mut self, version: FlinkVersion) -> Self {
        self.version = Some(version);
        self
    }

    /// User and password for basic authentication, as in `https://user:password@host`.
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials.push(Credential::Basic { user: user.into(), password: password.into() });
        self
    }

    /// A bearer token: a text, or a [`Token`] that is read from a file or returned by a function.
    pub fn bearer_token(mut self, token: impl Into<Token>) -> Self {
        self.credentials.push(Credential::Bearer(token.into()));
        self
    }

    /// Adds a header to each request, such as the key of a gateway. Its value is kept secret like a password.
    pub fn header(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        self.credentials.push(Credential::Header { name: name.as_ref().parse().ok(), value: value.into() });
        self
    }

    /// Adds trusted certificates: of authorities, or of the server itself. They replace those of the system, as with
    /// curl's `--cacert`. Can be called several times.
    pub fn ca_certificate(mut self, certificates: impl Into<Pem>) -> Self {
        self.tls.authorities.push(certificates.into());
        self
    }

    /// The client's certificate, followed by its intermediate certificates, and its private key (PKCS#8, PKCS#1 or
    /// SEC1, not encrypted). A cluster with `security.ssl.rest.authentication-enabled` requires one. Both may be in the
    /// same file.
    pub fn client_certificate(mut self, certificates: impl Into<Pem>, key: impl Into<Pem>) -> Self {
        self.tls.identity = Some(Identity { certificates: certificates.into(), key: key.into() });
        self
    }

    /// The proxy to the cluster: `http://host:3128`, `https://…`, `socks5://…`, or `socks5h://…`, where the proxy
    /// resolves the cluster's host name. The address may contain user and password [default: no proxy, also if the
    /// environment names one].
    ///
    /// For an `https` cluster the proxy only forwards bytes. For an `http` cluster it sees everything, credentials
    /// included.
    pub fn proxy(mut self, address: impl Into<String>) -> Self {
        self.proxy = Proxy::At(address.into());
        self
    }

    /// Uses the proxy in the environment, as curl does: `HTTPS_PROXY` or `HTTP_PROXY`, otherwise `ALL_PROXY`, also in
    /// lower case, unless `NO_PROXY` contains the host. It replaces [`proxy`](Self::proxy): the last call counts.
    pub fn proxy_from_env(mut self) -> Self {
        self.proxy = Proxy::Environment;
        self
    }

    /// Replaces the HTTP transport, for example by a fake in tests. Settings for certificates and proxies have no
    /// effect then.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Builds the async client. Nothing is sent yet.
    pub fn build(self) -> Result<FlinkRestClient> {
        let others = self.others.into_iter().collect::<Result<_>>()?;
        let addresses = Addresses::new(self.address?, others);
        let credentials = Credentials::new(self.credentials, addresses.any_authorization())?;
        let uris = addresses.uris()?;
        let (transport, secrets): (Arc<dyn Transport>, _) = match self.transport {
            Some(transport) => (transport, Secrets::default()),
            None => (
                Arc::new(Http::new(self.connect_timeout, &self.tls, &self.proxy, &uris)?),
                Secrets::new(self.proxy.matcher()?.credentials(&uris)),
            ),
        };
        Ok(FlinkRestClient::from_shared(Shared {
            addresses,
            credentials,
            secrets: Arc::new(secrets),
            transport,
            attempt_timeout: self.attempt_timeout,
            timeout: self.timeout,
            deadline: self.deadline,
            may_have_changed: AtomicBool::new(false),
            retry: self.retry,
            outage_patience: self.outage_patience,
            max_answer_bytes: self.max_answer_bytes,
            version: OnceCell::new_with(self.version),
            collections: Collections::default(),
            parts: Semaphore::new(MAX_CONCURRENT_REQUESTS),
        }))
    }
}
