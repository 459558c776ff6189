//! Tells whether the server may have acted on a request that ended without a response.

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

/// Whether the server may have all that it needs to act on a request. The transport sets it and the client reads it,
/// because a deadline can end the exchange at any moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Departure(Arc<State>);

#[derive(Debug, Default)]
struct State {
    has_left: AtomicBool,
    /// Files that were not yet handed to the connection as a whole.
    unsent_files: AtomicUsize,
}

impl Departure {
    /// Starts over: nothing of the request has left.
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

    /// Whether the server has not got all of the files, and so cannot have acted on them.
    pub(crate) fn lacks_files(&self) -> bool {
        self.0.unsent_files.load(Ordering::SeqCst) > 0
    }

    /// The same chunks; the file counts as sent at their end.
    pub(crate) fn with_file(&self, chunks: Outgoing) -> Outgoing {
        self.0.unsent_files.fetch_add(1, Ordering::SeqCst);
        let mut unsent = Some(self.clone());
        let end = stream::poll_fn(move |_| {
            if let Some(Self(state)) = unsent.take() {
                // An upload that was redirected may still end here after a reset.
                let less = |files: usize| Some(files.saturating_sub(1));
                let _ = state.unsent_files.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
            }
            Poll::Ready(None)
        });
        Box::pin(chunks.chain(end))
    }

    /// Runs an exchange on a connection of its own: the request leaves once that connection is there.
    pub(crate) async fn once_connected<T>(self, exchange: impl Future<Output = T>) -> T {
        self.0.has_left.store(false, Ordering::SeqCst);
        CONNECTING.scope(self, exchange).await
    }
}

/// Marks the departure of each request for which a connection was made.
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
                // Connections that are kept for other requests are made outside of the scope.
                let _ = CONNECTING.try_with(|departure| departure.set_left());
            }
            connected
        })
    }
}
