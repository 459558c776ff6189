//! The client: the only code that sends requests and receives responses.

mod address;
pub(crate) mod auth;
pub mod beside;
#[cfg(feature = "blocking")]
pub mod blocking;
pub(crate) mod builder;
pub(crate) mod call;
pub(crate) mod callback;
pub(crate) mod collected;
mod compression;
mod departure;
pub mod download;
mod exchange;
pub(crate) mod pull;
mod redirect;
pub(crate) mod refusal;
pub mod retry;
pub mod room;
mod save;
mod send;
pub(crate) mod server;
mod span;
mod split;
pub mod transport;
mod upload;
pub(crate) mod wait;

use std::{
    borrow::Cow,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OnceCell, Semaphore};

use self::{
    address::Addresses,
    auth::credentials::Credentials,
    call::{CallOptions, Deadline},
    collected::Collections,
    transport::Transport,
};
use crate::{Call, ClientBuilder, Endpoint, FlinkVersion, Result, Retry, value::secrets::Secrets};

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

/// State shared by all clones of a client.
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

    /// The same for bytes, as of a log: what is no UTF-8 is read as Latin-1 and stays as it is.
    pub fn hide_secrets_in_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        self.shared.secrets.hide_in_bytes(bytes)
    }

    /// The number of bytes at the beginning of a text that can be shown before the rest of it has come: a credential that
    /// begins in them ends in them. 0 if the text may be the beginning of one.
    pub fn bytes_before_open_secret(&self, bytes: &[u8]) -> usize {
        self.shared.secrets.end_outside(bytes)
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
}

impl<M> fmt::Debug for Client<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("address", &self.shared.addresses.current()).finish_non_exhaustive()
    }
}
