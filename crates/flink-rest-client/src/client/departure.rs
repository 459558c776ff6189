//! The departure of a request, which decides whether the server may have acted on it if there is no response.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use futures_util::{StreamExt, stream};
use tower_layer::Layer;
use tower_service::Service;

use crate::client::transport::Outgoing;

tokio::task_local! {
    /// The departure of the request for which a connection is being made.
    static CONNECTING: Departure;
}

/// Progress of sending a request: whether the server may have received enough to act on it.
///
/// The transport sets it and the client reads it, because a timeout can end the exchange at any moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Departure(Arc<State>);

#[derive(Debug, Default)]
struct State {
    has_left: AtomicBool,
    /// Number of files that are not yet completely handed to the connection.
    unsent_files: AtomicUsize,
}

impl Departure {
    /// Starts over: nothing of the request was sent.
    pub(crate) fn reset(&self) {
        self.0.has_left.store(false, Ordering::SeqCst);
        self.0.unsent_files.store(0, Ordering::SeqCst);
    }

    pub(crate) fn set_left(&self) {
        self.0.has_left.store(true, Ordering::SeqCst);
    }

    pub(crate) fn may_have_left(&self) -> bool {
        self.0.has_left.load(Ordering::SeqCst) && !self.lacks_files()
    }

    /// Returns true if the server has not received all files, and so cannot have acted on the request.
    pub(crate) fn lacks_files(&self) -> bool {
        self.0.unsent_files.load(Ordering::SeqCst) > 0
    }

    /// Wraps the chunks of a file, which counts as sent at their end.
    pub(crate) fn with_file(&self, chunks: Outgoing) -> Outgoing {
        self.0.unsent_files.fetch_add(1, Ordering::SeqCst);
        let mut unsent = Some(self.clone());
        let end = stream::poll_fn(move |_| {
            if let Some(Self(state)) = unsent.take() {
                // The first upload of a redirected request may end after the reset: the count must not underflow.
                let less = |files: usize| Some(files.saturating_sub(1));
                let _ = state.unsent_files.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
            }
            Poll::Ready(None)
        });
        Box::pin(chunks.chain(end))
    }

    /// Runs an exchange on a new connection. The request counts as sent once the connection is made.
    pub(crate) async fn once_connected<T>(self, exchange: impl Future<Output = T>) -> T {
        self.0.has_left.store(false, Ordering::SeqCst);
        CONNECTING.scope(self, exchange).await
    }
}

/// A connector layer that marks a request as sent when its connection is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MarkConnected;

impl<S> Layer<S> for MarkConnected {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Connector<S> {
        Connector(inner)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Connector<S>(S);

impl<S, R> Service<R> for Connector<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connected = self.0.call(target);
        Box::pin(async {
            let connected = connected.await;
            if connected.is_ok() {
                // Connections for reuse are made outside of the scope.
                let _ = CONNECTING.try_with(|departure| departure.set_left());
            }
            connected
        })
    }
}
