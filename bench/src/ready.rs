//! A transport whose responses are ready at once.

use bytes::Bytes;
use flink_rest_client::{
    FlinkRestClient,
    endpoint::Body,
    transport::{BoxFuture, Incoming, Transport, TransportError},
};
use futures_util::stream;

/// Responses by suffix of the path; the first match is sent.
#[derive(Clone, Debug)]
pub struct Ready(pub Vec<(&'static str, Bytes)>);

impl Ready {
    pub fn client(self) -> flink_rest_client::Result<FlinkRestClient> {
        FlinkRestClient::builder("http://localhost").transport(self).build()
    }
}

impl Transport for Ready {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Incoming>, TransportError>> {
        let path = request.uri().path();
        let body = self.0.iter().find(|(end, _)| path.ends_with(end)).map(|(_, body)| body.clone());
        Box::pin(async move {
            let mut response = http::Response::new(());
            if body.is_none() {
                *response.status_mut() = http::StatusCode::NOT_FOUND;
            }
            let body = body.unwrap_or_default();
            response.headers_mut().insert("content-length", body.len().into());
            Ok(response.map(|()| -> Incoming { Box::pin(stream::iter([Ok(body)])) }))
        })
    }
}
