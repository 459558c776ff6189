//! Sending one request and reading its response.

use std::{sync::atomic::Ordering, time::Instant};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Uri, header};

use super::{
    Client, Mode,
    address::Address,
    compression,
    departure::Departure,
    redirect, refusal,
    split::MAX_REQUEST_LINE,
    transport::{Incoming, OnNewConnection, TransportError},
};
use crate::{
    Error, Request, Result,
    endpoint::{Body, Spec},
    error::AttemptSummary,
    value::stack_trace,
};

impl<M: Mode> Client<M> {
    /// Sends one request once, and returns a successful response with its body unread.
    pub(super) async fn open(
        &self,
        request: &Request,
        departure: &Departure,
    ) -> Result<http::Response<Incoming>> {
        let address = self.shared.addresses.current();
        let (spec, target, started) = (request.spec, request.target(), Instant::now());
        let sent = self.send(request, &target, address, departure).await;
        let elapsed = started.elapsed();
        let (mut head, body) = match sent {
            Ok(response) => response.into_parts(),
            Err(error) => {
                if let Error::Transport { kind, .. } = &error {
                    tracing::debug!(endpoint = spec.name, ?kind, ?elapsed, "not answered");
                    self.shared.addresses.leave(address);
                }
                return Err(error);
            }
        };
        tracing::debug!(endpoint = spec.name, status = head.status.as_u16(), ?elapsed, "answered");
        self.shared.addresses.set_answered();
        let body = compression::decoded(&mut head.headers, body).map_err(|name| {
            let found =
                format!("a body compressed as `{}`", stack_trace::printable(&self.shared.secrets.hide(name)));
            Error::not_flink(spec.name, head.status, found)
        })?;
        if head.status.is_success() {
            return Ok(http::Response::from_parts(head, body));
        }
        let body = self.read(spec, &head.headers, body).await?;
        let error = refusal::error(spec, &target, &head, &body, &self.shared.secrets);
        if error.is_transient() {
            self.shared.addresses.leave(address);
        }
        Err(error)
    }

    /// Sends one request, following redirects. A redirect that is not followed is returned as the response.
    async fn send(
        &self,
        request: &Request,
        target: &str,
        address: &Address,
        departure: &Departure,
    ) -> Result<http::Response<Incoming>> {
        let mut uri = address.join(request.prefix, target)?;
        let mut followed = 0;
        loop {
            // A server that redirects has not acted on the request.
            departure.reset();
            let mut message = self.message(request, address, uri.clone()).await?;
            self.shared.secrets.send(message.headers());
            message.extensions_mut().insert(departure.clone());
            departure.set_left();
            if !request.repeat.reads() {
                self.shared.may_have_changed.store(true, Ordering::Relaxed);
            }
            let response = self.shared.transport.send(message).await;
            let response = response.map_err(|error| self.failed(request.spec, error))?;
            match redirect::target(&request.spec.method, &uri, &response) {
                Some(to) if followed < redirect::MAX_REDIRECTS && request.body.is_repeatable() => uri = to,
                _ => return Ok(response),
            }
            followed += 1;
        }
    }

    /// The HTTP message of a request.
    async fn message(&self, request: &Request, address: &Address, uri: Uri) -> Result<http::Request<Body>> {
        if !request.fits() {
            return Err(Error::InvalidParameter {
                endpoint: request.spec.name.into(),
                parameter: "request".into(),
                reason: format!(
                    "its request line is longer than the {MAX_REQUEST_LINE} bytes that Flink reads; request less at once"
                ),
            });
        }
        let mut message = http::Request::new(request.body.clone());
        *message.method_mut() = request.spec.method.clone();
        *message.uri_mut() = uri;
        if !request.repeat.reads() {
            message.extensions_mut().insert(OnNewConnection);
        }
        message.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json, */*"));
        if let Some(authorization) = &address.authorization {
            message.headers_mut().insert(header::AUTHORIZATION, authorization.clone());
        }
        self.shared.credentials.add_to(message.headers_mut()).await?;
        Ok(message)
    }

    /// Reads the whole body, up to the size limit.
    pub(super) async fn read(
        &self,
        spec: &'static Spec,
        headers: &HeaderMap,
        mut body: Incoming,
    ) -> Result<Bytes> {
        let limit = self.shared.max_answer_bytes;
        // Most bodies come in one chunk, which needs no copy.
        let (mut first, mut all) = (Bytes::new(), BytesMut::new());
        while let Some(chunk) = std::future::poll_fn(|context| body.as_mut().poll_next(context)).await {
            let chunk = chunk.map_err(|error| self.failed(spec, error))?;
            let length = first.len() + all.len() + chunk.len();
            if length > limit {
                return Err(Error::TooLarge { endpoint: spec.name, limit });
            }
            if first.is_empty() && all.is_empty() {
                first = chunk;
                continue;
            }
            if all.is_empty() {
                all.reserve(content_length(headers).unwrap_or_default().clamp(length, limit));
            }
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&chunk);
        }
        Ok(if all.is_empty() { first } else { all.freeze() })
    }

    fn failed(&self, spec: &'static Spec, error: TransportError) -> Error {
        let (endpoint, url, attempts) = (spec.name, self.address().into(), AttemptSummary::default());
        match error.source.map(|source| source.downcast::<Error>()) {
            // Not a failure of the transport: a file cannot be read.
            Some(Ok(error)) => *error,
            Some(Err(source)) => {
                Error::Transport { endpoint, url, kind: error.kind, attempts, source: Some(source) }
            }
            None => Error::Transport { endpoint, url, kind: error.kind, attempts, source: None },
        }
    }
}

/// The `Content-Length` of a body.
fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
