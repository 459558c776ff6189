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

/// Settings of a client.
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

    /// Another address of the same cluster, which is used when the ones before cannot be reached: highly available
    /// clusters answer at each of their JobManagers. May be given several times.
    pub fn or_address(mut self, address: impl AsRef<str>) -> Self {
        self.others.push(address.as_ref().parse());
        self
    }

    /// How long to wait for a connection; 10 seconds unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one attempt of a request that only reads may take; 30 seconds unless set. Others have the whole time of
    /// the call: repeated too early, they would make the server do its work twice. [`Call::attempt_timeout`] sets it for
    /// one call.
    ///
    /// [`Call::attempt_timeout`]: crate::Call::attempt_timeout
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// How long a whole call may take, with all its attempts and pauses; 60 seconds unless set, ten times as long for
    /// uploads. [`Call::timeout`] sets it for one call.
    ///
    /// [`Call::timeout`]: crate::Call::timeout
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The end of all calls of this client, whatever their own limits: so long after this moment. For a program that must
    /// be over by then.
    pub fn deadline(mut self, started: Instant, within: Duration) -> Self {
        self.deadline = Some(Deadline {
            at: tokio::time::Instant::from_std(started) + within.min(CENTURY),
            after: within,
        });
        self
    }

    /// How often and with which pauses requests are sent again; see [`Retry`]. [`Call::retry`] sets it for one call.
    ///
    /// [`Call::retry`]: crate::Call::retry
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// How long the server may be away, or answer that it cannot, before a wait for a job or an operation ends with
    /// [`Error::Outage`](crate::Error::Outage); 2 minutes unless set, as for [logs](crate::follow::Follow::patience). A
    /// JobManager that fails over is back earlier.
    pub fn outage_patience(mut self, patience: Duration) -> Self {
        self.outage_patience = patience;
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

    /// A user and a password, for basic authentication; the same as in `https://user:password@host`.
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials.push(Credential::Basic { user: user.into(), password: password.into() });
        self
    }

    /// A bearer token: a text, or a [`Token`] from a file that may change, or from a function.
    pub fn bearer_token(mut self, token: impl Into<Token>) -> Self {
        self.credentials.push(Credential::Bearer(token.into()));
        self
    }

    /// A header of each request, such as the key of a gateway. Its value is kept secret like a password.
    pub fn header(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        self.credentials.push(Credential::Header { name: name.as_ref().parse().ok(), value: value.into() });
        self
    }

    /// Certificates of authorities that sign servers' certificates, or a server's own one; each call adds some. They are
    /// trusted in place of the system's, as with curl's `--cacert`.
    pub fn ca_certificate(mut self, certificates: impl Into<Pem>) -> Self {
        self.tls.authorities.push(certificates.into());
        self
    }

    /// The client's own certificate, followed by those between it and its authority, and its private key (PKCS#8, PKCS#1
    /// or SEC1, not encrypted). A cluster with `security.ssl.rest.authentication-enabled` wants one. Both may be in the
    /// same file.
    pub fn client_certificate(mut self, certificates: impl Into<Pem>, key: impl Into<Pem>) -> Self {
        self.tls.identity = Some(Identity { certificates: certificates.into(), key: key.into() });
        self
    }

    /// A proxy on the way to the cluster: `http://host:3128`, `https://…`, `socks5://…`, or `socks5h://…`, which leaves it
    /// to the proxy to find the cluster's host; with user and password if it wants some. None unless set, whatever the
    /// environment says.
    ///
    /// To an `https` address it only hands bytes on. To an `http` address it sees all, credentials included.
    pub fn proxy(mut self, address: impl Into<String>) -> Self {
        self.proxy = Proxy::At(address.into());
        self
    }

    /// The proxy that the environment names for the cluster's address, if it does, as with curl: `HTTPS_PROXY`,
    /// `HTTP_PROXY` or else `ALL_PROXY`, also in lower case, unless `NO_PROXY` has the host. In place of
    /// [`proxy`](Self::proxy): the last one counts.
    pub fn proxy_from_env(mut self) -> Self {
        self.proxy = Proxy::Environment;
        self
    }

    /// Another way to send requests than HTTP over TCP: a fake for tests, or a wrapper. Certificates and proxies are its
    /// own matter then.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// The client. Nothing is sent yet.
    pub fn build(self) -> Result<FlinkRestClient> {
        let others = self.others.into_iter().collect::<Result<_>>()?;
        let addresses = Addresses::new(self.address?, others);
        let credentials = Credentials::new(self.credentials, addresses.any_authorization())?;
        let uris = addresses.uris()?;
        let (transport, secrets): (Arc<dyn Transport>, _) = match self.transport {
            Some(transport) => (transport, Secrets::default()),
            None => (
                Arc::new(Http::new(self.connect_timeout, &self.tls, &self.proxy, &uris)?),
                Secrets::new(self.proxy.way()?.credentials(&uris)),
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
