//! The seam between this crate and the network: one trait, and its form with reqwest behind it.

use std::{error::Error as StdError, fmt, future::Future, pin::Pin, time::Duration};

use bytes::Bytes;
use futures_core::Stream;
use reqwest::multipart::{Form, Part};

use crate::{Error, Result, TransportErrorKind, endpoint::Body, upload::Upload};

/// A boxed future, so that [`Transport`] can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The body of an answer, as it comes in.
pub type Incoming = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// The body of a request, as it is read. What cannot be read is an error that a [`TransportError`] takes as its source.
pub type Outgoing = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// Sends one request and returns the head of its answer.
///
/// A transport does not repeat, follow redirects, decode or wait for the body: the client does.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends the request once. Dropping the future gives the request up.
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Incoming>, TransportError>>;
}

/// Why there is no answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct TransportError {
    /// How far the request came.
    pub kind: TransportErrorKind,
    /// The reason.
    pub source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error of this kind.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: Some(source.into()) }
    }
}

/// HTTP/1.1 over TCP and TLS, with connections kept open for the next request.
#[derive(Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
}

impl Http {
    pub(crate) fn new(connect_timeout: Duration, https: bool) -> Result<Self> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(https)?)
            .connect_timeout(connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("flink-rest-client/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .build()
            .map_err(|error| setup(&error))?;
        Ok(Self { client })
    }

    async fn exchange(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<Incoming>, TransportError> {
        let (head, body) = request.into_parts();
        let mut request = self.client.request(head.method, head.uri.to_string()).headers(head.headers);
        request = match body {
            Body::Empty => request,
            Body::Json(json) => request.header(http::header::CONTENT_TYPE, "application/json").body(json),
            Body::Form { request: json, files } => request.multipart(form(json, &files).await?),
        };
        let response: http::Response<reqwest::Body> = request.send().await.map_err(classify)?.into();
        let (head, body) = response.into_parts();
        let body = reqwest::Response::from(http::Response::new(body)).bytes_stream();
        Ok(http::Response::from_parts(head, Box::pin(MapError(body))))
    }
}

impl Transport for Http {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Incoming>, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

/// The system's root certificates are read for https only: plain http must not pay for them.
fn tls(https: bool) -> Result<rustls::ClientConfig> {
    use rustls_platform_verifier::BuilderVerifierExt;
    let provider = rustls::crypto::ring::default_provider();
    let builder = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(|error| setup(&error))?;
    let builder = match https {
        true => builder.with_platform_verifier().map_err(|error| setup(&error))?,
        false => builder.with_root_certificates(rustls::RootCertStore::empty()),
    };
    Ok(builder.with_no_client_auth())
}

fn setup(error: &dyn StdError) -> Error {
    Error::InvalidAddress { address: "https".into(), reason: format!("TLS cannot be set up: {error}") }
}

/// The files as a multipart form, each read while it is sent.
async fn form(json: Option<Bytes>, files: &[Upload]) -> Result<Form, TransportError> {
    let mut form = Form::new();
    if let Some(json) = json {
        form = form.part("request", Part::stream(json).mime_str("application/json").map_err(classify)?);
    }
    for upload in files {
        let (size, chunks) = upload.open().await.map_err(not_sent)?;
        let body = reqwest::Body::wrap_stream(chunks);
        let part = match size {
            Some(size) => Part::stream_with_length(body, size),
            None => Part::stream(body),
        };
        let part = part.file_name(upload.file_name());
        let (name, kind) = match upload.is_jar() {
            true => ("jarfile", "application/x-java-archive"),
            false => ("file", "application/octet-stream"),
        };
        form = form.part(name, part.mime_str(kind).map_err(classify)?);
    }
    Ok(form)
}

/// A file that cannot be sent says itself why.
fn not_sent(error: Error) -> TransportError {
    TransportError::new(TransportErrorKind::Incomplete, error)
}

/// Sorts reqwest's errors by how far the request came, and keeps the innermost reason.
fn classify(error: reqwest::Error) -> TransportError {
    let outermost: Option<&(dyn StdError + 'static)> = Some(&error);
    let chain = || std::iter::successors(outermost, |&error| error.source());
    if let Some(Error::File { path, reason, sent }) = chain().find_map(|error| error.downcast_ref()) {
        return not_sent(Error::File { path: path.clone(), reason: reason.clone(), sent: *sent });
    }
    let kind = if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_connect() {
        if chain().any(|error| error.to_string().starts_with("dns error")) {
            TransportErrorKind::Resolve
        } else if chain().any(is_tls) {
            TransportErrorKind::Tls
        } else {
            TransportErrorKind::Connect
        }
    } else if chain().any(|error| error.to_string().starts_with("invalid HTTP")) {
        TransportErrorKind::NotHttp
    } else {
        TransportErrorKind::Interrupted
    };
    let reason = chain().last().map(ToString::to_string).unwrap_or_default();
    TransportError::new(kind, reason)
}

/// Looks into I/O errors as well, which do not show what they hold among their sources.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>() || held.is_some_and(|held| is_tls(held))
}

/// A body whose errors are sorted.
struct MapError<S>(S);

impl<S: Stream<Item = reqwest::Result<Bytes>> + Unpin> Stream for MapError<S> {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        Pin::new(&mut self.0).poll_next(context).map_err(classify)
    }
}
