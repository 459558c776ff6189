//! The client. Only this module does network I/O.

mod address;
pub(crate) mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
pub(crate) mod builder;
pub(crate) mod call;
pub(crate) mod callback;
pub mod callback_threads;
pub(crate) mod collected;
mod compression;
mod departure;
pub mod download;
mod exchange;
pub(crate) mod pull;
mod redirect;
pub(crate) mod refusal;
pub mod retry;
mod save;
mod send;
pub(crate) mod server;
mod span;
mod split;
pub mod temp_file;
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

/// The async client of one cluster; cheap to clone. Its methods are those of [`Client`].
pub type FlinkRestClient = Client<Async>;

/// A client of one Flink cluster, async ([`FlinkRestClient`]) or blocking
/// ([`blocking::FlinkRestClient`](crate::blocking::FlinkRestClient)).
///
/// Clones share connections, and knowledge about the server.
#[derive(Clone)]
pub struct Client<M> {
    pub(crate) shared: Arc<Shared>,
    pub(crate) mode: M,
}

/// The mode of a client: [`Async`], or [`Blocking`](crate::blocking::Blocking).
pub trait Mode: Clone + Send + Sync + 'static + sealed::Sealed {}

/// The mode in which calls are awaited.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Async;

impl Mode for Async {}

pub(crate) mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Async {}
}

/// Maximum number of concurrent requests of one call, for calls that need one for each vertex or the like.
///
/// It is also a good limit for concurrent calls: each needs a connection, and a process often may open only 256 files.
/// At 50 ms an answer, eight give 160 answers a second.
pub const MAX_CONCURRENT_REQUESTS: usize = 8;

/// State shared by all clones of a client.
pub(crate) struct Shared {
    pub(crate) addresses: Addresses,
    pub(crate) credentials: Credentials,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) attempt_timeout: Duration,
    pub(crate) timeout: Duration,
    /// The deadline of all calls.
    pub(crate) deadline: Option<Deadline>,
    pub(crate) may_have_changed: AtomicBool,
    pub(crate) retry: Retry,
    pub(crate) outage_patience: Duration,
    pub(crate) max_answer_bytes: usize,
    pub(crate) version: OnceCell<FlinkVersion>,
    pub(crate) collections: Collections,
    /// Permits for the requests of calls that send many.
    pub(crate) parts: Semaphore,
}

impl FlinkRestClient {
    /// Creates a client of the cluster at this address: `http://localhost:8081`, `https://host/flink`,
    /// `localhost:8081`.
    ///
    /// A path prefix is kept, and a `/v1` at its end removed. User and password are sent as a header. Nothing is sent
    /// yet.
    pub fn new(address: impl AsRef<str>) -> Result<Self> {
        Self::builder(address).build()
    }

    /// Returns a builder, for settings other than the defaults.
    pub fn builder(address: impl AsRef<str>) -> ClientBuilder {
        ClientBuilder::new(address.as_ref())
    }

    pub(crate) fn from_shared(shared: Shared) -> Self {
        Self { shared: Arc::new(shared), mode: Async }
    }
}

impl<M: Mode> Client<M> {
    /// Returns the address of the cluster, without credentials and `/v1`. With several addresses, it is the one in use.
    pub fn address(&self) -> &str {
        self.shared.addresses.current().as_str()
    }

    /// Hides the credentials that this client has sent, in any encoding, in a text of a server. Use it before you show
    /// an answer: answers are returned as the server sent them. Errors are clean already.
    pub fn hide_secrets<'a>(&self, text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
        self.shared.secrets.hide_all(text.into())
    }

    /// [`hide_secrets`](Self::hide_secrets) for bytes, such as those of a log. Bytes that are not UTF-8 are read as
    /// Latin-1, and stay as they are.
    pub fn hide_secrets_in_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        self.shared.secrets.hide_in_bytes(bytes)
    }

    /// Returns the length of the prefix of an incomplete text that can be shown: every credential that begins in it
    /// also ends in it. It is 0 if the text may be the beginning of a credential.
    pub fn bytes_before_open_secret(&self, bytes: &[u8]) -> usize {
        self.shared.secrets.end_outside(bytes)
    }

    /// Returns true if this client, or a clone, has sent a request that may change something on the cluster.
    pub fn may_have_changed(&self) -> bool {
        self.shared.may_have_changed.load(Ordering::Relaxed)
    }

    /// The deadline of a part of a call, at most the deadline of all calls.
    pub(crate) fn deadline(&self, options: CallOptions, usual: Duration) -> Deadline {
        let own = options.deadline(usual);
        self.shared.deadline.filter(|all| all.at < own.at).unwrap_or(own)
    }

    /// Returns a call of this endpoint.
    pub fn request<E: Endpoint>(&self, endpoint: E) -> Call<M, E> {
        Call::new(self.clone(), endpoint)
    }

    /// Returns the same client in another mode.
    #[cfg(feature = "blocking")]
    pub(crate) fn in_mode<N: Mode>(&self, mode: N) -> Client<N> {
        Client { shared: self.shared.clone(), mode }
    }

    /// Returns the server's release, if it was set or a call has requested it. It may be
    /// [unreadable](FlinkVersion::release).
    pub fn known_version(&self) -> Option<&FlinkVersion> {
        self.shared.version.get()
    }
}

impl<M> fmt::Debug for Client<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("address", &self.shared.addresses.current()).finish_non_exhaustive()
    }
}
