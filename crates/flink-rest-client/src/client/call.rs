//! A call: something to do on a client, awaited by the async one and sent by the blocking one.

use std::{
    future::{Future, IntoFuture},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    Client, Endpoint, Request, Result, Retry,
    client::{Async, Mode, transport::BoxFuture},
};

/// A clock cannot be set to `Duration::MAX` from now; this is as long.
pub(crate) const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);

/// What a [`Call`] does: one request, or several that belong together.
pub trait Action: Send + Sized {
    /// What the caller gets.
    type Output<M: Mode>: Send;

    /// Whether it reads metrics, which are to be fresh.
    #[doc(hidden)]
    fn reads_metrics(&self) -> bool {
        true
    }

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
    /// How long one attempt may take, in place of the client's setting.
    pub attempt_timeout: Option<Duration>,
    /// How often and with which pauses it is sent again, in place of the client's setting.
    pub retry: Option<Retry>,
    started: Instant,
    /// Whether metrics were collected for this call.
    pub(crate) is_refreshed: bool,
    /// Whether this is one of many requests of a call.
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
    /// The same, with the clock at zero.
    fn start(self) -> Self {
        Self { started: Instant::now(), ..self }
    }

    /// When the call began.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// When a part of the call must be over. A time that was set is the whole call's; else each part has as long as is
    /// usual for it: what follows a long upload, too.
    pub(crate) fn deadline(&self, usual: Duration) -> Deadline {
        let (from, after) = match self.timeout {
            Some(after) => (self.started, after),
            None => (Instant::now(), usual),
        };
        Deadline { at: from + after.min(CENTURY), after }
    }
}

/// When something must be over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    /// How long it had, for those who hear that it was not enough.
    pub(crate) after: Duration,
}

/// Something to do on a client: nothing happens until it is awaited (async) or [sent](Call::send) (blocking).
#[derive(Debug)]
#[must_use = "nothing is sent until the call is awaited, or sent in blocking code"]
pub struct Call<M, A> {
    client: Client<M>,
    /// What will be done. The derive's setters change it.
    #[doc(hidden)]
    pub action: A,
    options: CallOptions,
}

impl<M: Mode, A> Call<M, A> {
    pub(crate) fn new(client: Client<M>, action: A) -> Self {
        Self { client, action, options: CallOptions::default() }
    }

    /// A call of something else that is made of this, with the same settings.
    pub(crate) fn map<B>(self, action: impl FnOnce(A) -> B) -> Call<M, B> {
        Call { client: self.client, action: action(self.action), options: self.options }
    }

    /// How long the whole call may take: in place of the client's setting for a request, of ten minutes for a wait.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// How long one attempt of a request may take, in place of the client's setting. What takes longer is tried again
    /// if that is safe, as [`Repeat`](crate::Repeat) says.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// How often and with which pauses a request is sent again, in place of the client's setting.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.options.retry = Some(retry);
        self
    }
}

impl<M, E: Endpoint> Call<M, E> {
    /// What would be sent; nothing is.
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
    /// Does it and waits for the outcome.
    ///
    /// Inside an async runtime, its blocking threads included, it is refused with an error: blocking there would stop
    /// everything else. Use the async client.
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
