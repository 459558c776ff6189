//! A server with arbitrary responses.

use std::{
    fmt,
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll},
};

use flink_rest_client::{
    Bytes, FlinkRestClient, Retry,
    endpoint::Body,
    http,
    transport::{BoxFuture, Incoming, Transport, TransportError},
};
use futures_core::Stream;

type Say = Box<dyn FnMut(&str) -> http::Response<Incoming> + Send>;

/// Makes a client of a server that responds to each path with the result of `respond`.
pub fn client(respond: impl FnMut(&str) -> http::Response<Incoming> + Send + 'static) -> FlinkRestClient {
    let server = Server(Mutex::new(Box::new(respond)));
    FlinkRestClient::builder("http://fuzz").transport(server).retry(Retry::never()).build().unwrap()
}

/// A body in one chunk.
pub fn body(bytes: impl Into<Bytes>) -> Incoming {
    Box::pin(Once(Some(bytes.into())))
}

struct Server(Mutex<Say>);

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Server")
    }
}

impl Transport for Server {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Incoming>, TransportError>> {
        let answer = (self.0.lock().unwrap())(request.uri().path());
        Box::pin(async { Ok(answer) })
    }
}

struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}
