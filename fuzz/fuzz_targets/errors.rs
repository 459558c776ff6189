//! Any refusal: status, headers and body become an error that can be shown, whatever the server says.
//!
//! The input is a status, a `Location`, a `Retry-After`, each ended by a line break, and the body.
#![no_main]

use std::{
    fmt,
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll},
};

use flink_rest_client::{
    Bytes, Error, FlinkRestClient, Retry,
    endpoint::Body,
    http,
    transport::{BoxFuture, Incoming, Transport, TransportError},
};
use futures_core::Stream;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(4, |byte| *byte == b'\n');
    let status = parts.next().and_then(|part| std::str::from_utf8(part).ok()?.parse::<u16>().ok());
    let (Some(status), Some(location), Some(retry_after), Some(body)) =
        (status, parts.next(), parts.next(), parts.next())
    else {
        return;
    };
    let mut answer = http::Response::builder().status(status);
    for (name, value) in [("Location", location), ("Retry-After", retry_after)] {
        answer = answer.header(name, value);
    }
    let body: Incoming = Box::pin(Once(Some(Bytes::copy_from_slice(body))));
    let Ok(answer) = answer.body(body) else { return };

    let transport = Says(Mutex::new(Some(answer)));
    let client = FlinkRestClient::builder("http://fuzz").transport(transport).retry(Retry::never()).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    if let Err(error) = runtime.block_on(async { client.overview().await }) {
        assert!(!error.to_string().contains(char::is_control), "{error}");
        let _ = (format!("{error:?}"), error.hint(), error.root_cause(), error.retry_after());
        let _ = (error.is_passing(), error.is_not_found());
        if let Error::Api(error) = error {
            let _ = error.condensed();
        }
    }
});

struct Says(Mutex<Option<http::Response<Incoming>>>);

impl fmt::Debug for Says {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Says")
    }
}

impl Transport for Says {
    fn send(&self, _: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Incoming>, TransportError>> {
        let answer = self.0.lock().unwrap().take().expect("one request");
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
