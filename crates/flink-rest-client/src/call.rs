//! A call: something to do on a client, awaited by the async one and sent by the blocking one.

use std::{
    future::{Future, IntoFuture},
    time::{Duration, Instant},
};

use crate::{
    Client, Endpoint, Request, Result,
    client::{Async, Mode},
    transport::BoxFuture,
};

/// What a [`Call`] does: one request, or several that belong together.
pub trait Action: Send + Sized {
    /// What the caller gets.
    type Output<M: Mode>: Send;

    /// Does it.
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
    /// How long the whole call may take, in place of the client's setting.
    pub timeout: Option<Duration>,
    started: Instant,
}

impl Default for CallOptions {
    fn default() -> Self {
        Self { timeout: None, started: Instant::now() }
    }
}

impl CallOptions {
    /// What is left of the time that the whole call may take, or of the usual time if nothing was set.
    pub(crate) fn time_left(&self, usual: Duration) -> Duration {
        // A clock cannot be set to Duration::MAX from now; a century is as long.
        let century = Duration::from_secs(100 * 365 * 86_400);
        self.timeout.unwrap_or(usual).min(century).saturating_sub(self.started.elapsed())
    }
}

/// Something to do on a client: nothing happens until it is awaited (async) or [sent](Call::send) (blocking).
#[derive(Debug)]
#[must_use = "nothing is sent until the call is awaited, or sent in blocking code"]
pub struct Call<M, A> {
    client: Client<M>,
    /// What will be done. The derive's setters change it.
    #[doc(hidden)]
    pub action: A,
    timeout: Option<Duration>,
}

impl<M: Mode, A> Call<M, A> {
    pub(crate) fn new(client: Client<M>, action: A) -> Self {
        Self { client, action, timeout: None }
    }

    /// How long the whole call may take: in place of the client's setting for a request, of ten minutes for a wait.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

impl<M, E: Endpoint> Call<M, E> {
    /// What would be sent; nothing is.
    pub fn to_request(&self) -> Result<Request> {
        self.action.request()
    }
}

impl<A: Action + 'static> IntoFuture for Call<Async, A> {
    type Output = Result<A::Output<Async>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let options = CallOptions { timeout: self.timeout, ..CallOptions::default() };
        Box::pin(self.action.run(self.client, options))
    }
}

#[cfg(feature = "blocking")]
impl<A: Action> Call<crate::blocking::Blocking, A> {
    /// Does it and waits for the outcome.
    ///
    /// Inside an async runtime, its blocking threads included, it is refused with an error: blocking there would stop
    /// everything else. Use the async client.
    pub fn send(self) -> Result<A::Output<crate::blocking::Blocking>> {
        let Self { client, action, timeout } = self;
        let options = CallOptions { timeout, ..CallOptions::default() };
        let mode = client.mode.clone();
        mode.block_on(action.run(client, options))
    }
}
