//! Calls: an action and its settings, awaited in async code and sent in blocking code.

use std::{
    future::{Future, IntoFuture},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    Client, Endpoint, Request, Result, Retry,
    client::{Async, Mode, transport::BoxFuture},
};

/// Maximum duration of a timeout: adding `Duration::MAX` to the current time would overflow.
pub(crate) const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);

/// The action of a [`Call`]: one request, or several that belong together.
pub trait Action: Send + Sized {
    /// The result of the call.
    type Output<M: Mode>: Send;

    /// Returns true if the action reads metrics, which are then refreshed first.
    #[doc(hidden)]
    fn reads_metrics(&self) -> bool {
        true
    }

    /// Runs the action.
    fn run<M: Mode>(
        self,
        client: Client<M>,
        options: CallOptions,
    ) -> impl Future<Output = Result<Self::Output<M>>> + Send;
}

/// Settings of one call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallOptions {
    /// Timeout of the whole call [default: the client's].
    pub timeout: Option<Duration>,
    /// Timeout of one attempt [default: the client's].
    pub attempt_timeout: Option<Duration>,
    /// Retry policy [default: the client's].
    pub retry: Option<Retry>,
    started: Instant,
    /// True if metrics were collected for this call.
    pub(crate) is_refreshed: bool,
    /// True for one of many requests of a call.
    pub(crate) is_part: bool,
}

impl Default for CallOptions {
    fn default() -> Self {
        Self {
            timeout: None,
            attempt_timeout: None,
            retry: None,
            started: Instant::now(),
            is_refreshed: false,
            is_part: false,
        }
    }
}

impl CallOptions {
    /// The same settings for a call that starts now.
    fn start(self) -> Self {
        Self { started: Instant::now(), ..self }
    }

    /// The start of the call.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// The deadline of a part of the call. A timeout that was set applies to the whole call. Otherwise each part has
    /// its default timeout, so that requests after a long upload have time as well.
    pub(crate) fn deadline(&self, default: Duration) -> Deadline {
        let (from, after) = match self.timeout {
            Some(after) => (self.started, after),
            None => (Instant::now(), default),
        };
        Deadline { at: from + after.min(CENTURY), after }
    }
}

/// A deadline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    /// The timeout that led to the deadline, for error messages.
    pub(crate) after: Duration,
}

/// A call on a client. Nothing is sent until it is awaited (async) or [sent](Call::send) (blocking).
#[derive(Debug)]
#[must_use = "nothing is sent until the call is awaited, or sent in blocking code"]
pub struct Call<M, A> {
    client: Client<M>,
    /// The action. The setters that the derive writes change it.
    #[doc(hidden)]
    pub action: A,
    options: CallOptions,
}

impl<M: Mode, A> Call<M, A> {
    pub(crate) fn new(client: Client<M>, action: A) -> Self {
        Self { client, action, options: CallOptions::default() }
    }

    /// Converts the action; the settings stay.
    pub(crate) fn map<B>(self, action: impl FnOnce(A) -> B) -> Call<M, B> {
        Call { client: self.client, action: action(self.action), options: self.options }
    }

    /// Timeout of the whole call [default: the client's for a request, 10 minutes for a wait].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Timeout of one attempt of a request [default: the client's]. After it, the request is retried where that is
    /// safe; see [`Repeat`](crate::Repeat).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// The retry policy [default: the client's].
    pub fn retry(mut self, retry: Retry) -> Self {
        self.options.retry = Some(retry);
        self
    }
}

impl<M, E: Endpoint> Call<M, E> {
    /// Returns the request without sending it.
    pub fn to_request(&self) -> Result<Request> {
        self.action.request()
    }
}

impl<M: Mode, A: Action> Call<M, A> {
    async fn run(self) -> Result<A::Output<M>> {
        let Self { client, action, options } = self;
        let secrets = client.shared.secrets.clone();
        action.run(client, options.start()).await.map_err(|error| error.without(&secrets))
    }
}

impl<A: Action + 'static> IntoFuture for Call<Async, A> {
    type Output = Result<A::Output<Async>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

#[cfg(feature = "blocking")]
impl<A: Action> Call<crate::client::blocking::Blocking, A> {
    /// Runs the call, and blocks until it is done.
    ///
    /// Inside an async runtime, including its blocking threads, it returns an error: it would block other tasks. Use
    /// the async client there.
    pub fn send(self) -> Result<A::Output<crate::client::blocking::Blocking>> {
        let mode = self.client.mode.clone();
        mode.block_on(self.run())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_follows_a_long_upload_has_its_time() {
        let (short, long) = (Duration::from_secs(60), Duration::from_secs(100));
        let usual = CallOptions::default();
        let set = CallOptions { timeout: Some(short), ..usual };
        tokio::time::sleep(long).await;
        assert_eq!(usual.deadline(short).at, Instant::now() + short);
        assert!(set.deadline(long).at < Instant::now(), "a time that was set is the whole call's");
    }
}
