//! Work of several requests that takes its time: changes of a job, and waits.

use std::{fmt, future::IntoFuture, pin::Pin, sync::Arc, time::Duration};

use flink_rest_client::{FlinkRestClient, JobStatus, Outage, TriggerId, jobs::progress::JobProgress};

use crate::{Obstacle, Result};

/// The timeout of work that has no other.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// Work on a job: nothing is sent before it is awaited. Dropping it ends the waiting, not what was begun.
#[must_use = "nothing is sent until it is awaited"]
pub struct Work<W> {
    client: FlinkRestClient,
    pub(crate) work: W,
    pub(crate) options: Options,
}

impl<W: fmt::Debug> fmt::Debug for Work<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Work").field(&self.work).finish()
    }
}

impl<W> Work<W> {
    pub(crate) fn new(client: &FlinkRestClient, work: W) -> Self {
        Self { client: client.clone(), work, options: Options::default() }
    }

    /// Sets the time that the waiting may take [default: 10 minutes].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// Sets a callback for what happens meanwhile. It runs inside the work and must not block.
    pub fn on_event(mut self, callback: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.options.callback = Callback(Arc::new(callback));
        self
    }

    /// Leaves out why the job ended, or is late: [`explain`](crate::explain) finds it out.
    pub fn unexplained(mut self) -> Self {
        self.options.is_explained = false;
        self
    }

    /// Reads the progress of the job so often, for [`Event::Progress`] [default: not at all]. It takes requests of its own.
    pub fn progress_every(mut self, interval: Duration) -> Self {
        self.options.progress_every = Some(interval);
        self
    }
}

/// Settings that all work has.
#[doc(hidden)]
#[derive(Clone)]
pub struct Options {
    pub(crate) timeout: Duration,
    pub(crate) is_explained: bool,
    pub(crate) progress_every: Option<Duration>,
    pub(crate) callback: Callback,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: DEFAULT_TIMEOUT,
            is_explained: true,
            progress_every: None,
            callback: Callback(Arc::new(|_| {})),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Callback(Arc<dyn Fn(&Event<'_>) + Send + Sync>);

impl Callback {
    pub(crate) fn call(&self, event: &Event<'_>) {
        (self.0)(event);
    }

    /// The same for the client's own callback.
    pub(crate) fn of_outage(&self) -> impl Fn(&Outage) + Send + Sync + 'static {
        let callback = self.clone();
        move |outage| callback.call(&Event::Outage(outage))
    }
}

/// Something that happens while work goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The request that changes something is about to be sent, with this id where the release takes one (1.15+): if the
    /// work is dropped, the id finds it again.
    Triggering(Option<TriggerId>),
    /// Flink has accepted the change: from now on it goes on, whatever becomes of the waiting. The id of an operation asks
    /// for it.
    Accepted(Option<TriggerId>),
    /// The job is in this state: at first, and each time that it is seen in another.
    State(&'a JobStatus),
    /// The progress of the job, and what keeps it from running; see [`Work::progress_every`].
    #[non_exhaustive]
    Progress {
        /// The progress.
        progress: &'a JobProgress,
        /// The obstacle, if there is one: seen twice, since any job takes a moment until it runs.
        obstacle: Option<&'a Obstacle>,
    },
    /// The server does not answer: told of each request, and every 3 seconds of one that is pending, until the client's
    /// [patience](flink_rest_client::ClientBuilder::outage_patience) ends the waiting.
    Outage(&'a Outage),
}

/// A kind of work. Only this crate has some.
pub trait Run: Send + Sized {
    /// The value of work that is done.
    type Output: Send;

    #[doc(hidden)]
    fn run(
        self,
        client: FlinkRestClient,
        options: Options,
    ) -> impl Future<Output = Result<Self::Output>> + Send;
}

impl<W: Run + 'static> IntoFuture for Work<W> {
    type Output = Result<W::Output>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.work.run(self.client, self.options))
    }
}

#[cfg(test)]
mod tests {
    use flink_rest_client::JobId;

    use super::*;

    fn is_send<T: Send>(value: T) -> T {
        value
    }

    #[tokio::test]
    async fn all_futures_can_be_sent_to_another_thread() {
        let client = FlinkRestClient::new("http://localhost:1").unwrap();
        let job = JobId::from_bytes([1; 16]);
        drop(is_send(crate::placement(&client, job)));
        drop(is_send(crate::load(&client, job)));
        drop(is_send(crate::failures(&client, job)));
        drop(is_send(crate::obstacle(&client, job)));
        drop(is_send(crate::wait(&client, job, crate::Goal::Running).into_future()));
        drop(is_send(crate::settle(&client, client.job(job).savepoint()).into_future()));
    }
}
