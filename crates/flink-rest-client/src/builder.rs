//! The settings of a client.

use std::{sync::Arc, time::Duration};

use tokio::sync::OnceCell;

use crate::{
    FlinkRestClient, FlinkVersion, Result, Retry,
    address::{Address, Addresses},
    client::Shared,
    transport::{Http, Transport},
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
    retry: Retry,
    max_answer_bytes: usize,
    version: Option<FlinkVersion>,
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
            retry: Retry::default(),
            max_answer_bytes: 256 * 1024 * 1024,
            version: None,
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

    /// How often and with which pauses requests are sent again; see [`Retry`]. [`Call::retry`] sets it for one call.
    ///
    /// [`Call::retry`]: crate::Call::retry
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
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
        let others = self.others.into_iter().collect::<Result<_>>()?;
        let addresses = Addresses::new(self.address?, others);
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(Http::new(self.connect_timeout, addresses.any_https())?),
        };
        Ok(FlinkRestClient::from_shared(Shared {
            addresses,
            transport,
            attempt_timeout: self.attempt_timeout,
            timeout: self.timeout,
            retry: self.retry,
            max_answer_bytes: self.max_answer_bytes,
            version: OnceCell::new_with(self.version),
        }))
    }
}
