//! The seam between this crate and the network: one trait, and its form with reqwest behind it.

use std::{
    error::Error as StdError,
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use reqwest::multipart::{Form, Part};
use tokio::io::AsyncReadExt;
use tokio_util::io::{InspectReader, ReaderStream};

use crate::{Error, Result, TransportErrorKind, endpoint::Body, upload::Upload};

/// A boxed future, so that [`Transport`] can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The body of an answer, as it comes in.
pub type Incoming = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

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

/// Marks a request that must not be lost because the server closed a connection that was kept open just then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnNewConnection;

/// How long a connection is kept open without a request: proxies close it after 50 seconds or more.
const IDLE: Duration = Duration::from_secs(30);

/// HTTP/1.1 over TCP and TLS, with connections kept open for the next request.
#[derive(Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    /// The same, with a connection for each request.
    once: reqwest::Client,
}

impl Http {
    pub(crate) fn new(connect_timeout: Duration, https: bool) -> Result<Self> {
        let tls = tls(https)?;
        let client = |kept: usize| {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .connect_timeout(connect_timeout)
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(kept)
                .redirect(reqwest::redirect::Policy::none())
                .user_agent(concat!("flink-rest-client/", env!("CARGO_PKG_VERSION")))
                .no_proxy()
                .build()
                .map_err(|error| setup(&error))
        };
        Ok(Self { client: client(usize::MAX)?, once: client(0)? })
    }

    async fn exchange(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<Incoming>, TransportError> {
        let (head, body) = request.into_parts();
        let client =
            if head.extensions.get::<OnNewConnection>().is_some() { &self.once } else { &self.client };
        let mut request = client.request(head.method, head.uri.to_string()).headers(head.headers);
        let rest = Rest::default();
        request = match body {
            Body::Empty => request,
            Body::Json(json) => request.header(http::header::CONTENT_TYPE, "application/json").body(json),
            Body::Files(files) => request.multipart(form(&files, &rest).await?),
        };
        let sent = request.send().await.map_err(|error| rest.explain(classify(error)));
        let response: http::Response<reqwest::Body> = sent?.into();
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

/// How many bytes of files were not yet handed to the connection.
#[derive(Clone, Debug, Default)]
struct Rest(Arc<AtomicU64>);

impl Rest {
    /// A server that did not get all of the files cannot have acted on them.
    fn explain(&self, mut error: TransportError) -> TransportError {
        if error.kind == TransportErrorKind::Interrupted && self.0.load(Ordering::Relaxed) > 0 {
            error.kind = TransportErrorKind::Incomplete;
        }
        error
    }
}

/// The files as a multipart form, each read while it is sent.
async fn form(files: &[Upload], rest: &Rest) -> Result<Form, TransportError> {
    let mut form = Form::new();
    for upload in files {
        let broken = |error| TransportError::new(TransportErrorKind::Interrupted, error);
        let file = tokio::fs::File::open(upload.path()).await.map_err(broken)?;
        let size = file.metadata().await.map_err(broken)?.len();
        let (progress, rest) = (upload.progress.clone(), rest.clone());
        rest.0.fetch_add(size, Ordering::Relaxed);
        let mut sent = 0;
        // What is appended meanwhile is not sent: it would push out the end of the form.
        let file = InspectReader::new(file.take(size), move |bytes| {
            sent += bytes.len() as u64;
            rest.0.fetch_sub(bytes.len() as u64, Ordering::Relaxed);
            if let Some(progress) = &progress {
                progress(sent, size);
            }
        });
        let body = reqwest::Body::wrap_stream(ReaderStream::with_capacity(file, 64 * 1024));
        let part = Part::stream_with_length(body, size).file_name(upload.file_name());
        form = form.part("jarfile", part.mime_str("application/x-java-archive").map_err(classify)?);
    }
    Ok(form)
}

/// Sorts reqwest's errors by how far the request came, and keeps the innermost reason.
fn classify(error: reqwest::Error) -> TransportError {
    let outermost: Option<&(dyn StdError + 'static)> = Some(&error);
    let chain = || std::iter::successors(outermost, |&error| error.source());
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
    } else if chain().any(|error| error.to_string() == "client error (Canceled)") {
        // hyper gives back a request that it has not begun to send.
        TransportErrorKind::Incomplete
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
