//! The trait between this crate and the network, and its implementation with reqwest.

use std::{error::Error as StdError, fmt, future::Future, pin::Pin, time::Duration};

use bytes::Bytes;
use futures_core::Stream;
use http::{Uri, uri::Scheme};
use reqwest::multipart::{Form, Part};
use url::Url;

use crate::{
    Error, Result, TransportErrorKind, Upload,
    client::{
        auth::{
            proxy::{Proxy, ProxyMatcher},
            tls::Tls,
        },
        departure::{Departure, MarkConnected},
    },
    endpoint::Body,
    error::TlsFailure,
};

/// A boxed future, so that [`Transport`] can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The body of a response, as a stream.
pub type Incoming = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// A part of a request body, as a stream. A [`TransportError`] takes an error of the stream as its source.
pub type Outgoing = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// Sends one request, and returns the response with its body unread.
///
/// A transport does not retry, follow redirects, decode or wait for the body: the client does.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends the request once. Dropping the future cancels the request.
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Incoming>, TransportError>>;
}

/// A failure to get a response.
#[derive(Debug)]
#[non_exhaustive]
pub struct TransportError {
    /// The kind of failure.
    pub kind: TransportErrorKind,
    /// The reason.
    pub source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// Creates an error of this kind.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: Some(source.into()) }
    }
}

/// Marks a request that changes something. It gets a new connection, so that the server cannot close a reused one under
/// it. A timeout while the connection is made then proves that nothing was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnNewConnection;

/// Time after which an idle connection is closed. Proxies close theirs after 50 seconds or more.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// HTTP/1.1 over TCP and TLS, with connection reuse.
#[derive(Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    /// The same, with a new connection for each request.
    once: reqwest::Client,
    /// The addresses, parsed for reqwest.
    to: Vec<(Uri, Url)>,
    proxies: ProxyMatcher,
}

impl Http {
    /// A transport for requests to these addresses.
    pub(crate) fn new(connect_timeout: Duration, tls: &Tls, proxy: &Proxy, to: &[Uri]) -> Result<Self> {
        let proxies = proxy.matcher()?;
        let proxy_is_https =
            to.iter().any(|to| proxies.proxy_for(to).is_some_and(|proxy| proxy.starts_with("https:")));
        if proxy_is_https && tls.identity.is_some() {
            let reason = "an https proxy would receive the client certificate; give the proxy as http:// or socks5h://";
            return Err(Error::setting("proxy", reason));
        }
        let tls = tls.config(proxy_is_https || to.iter().any(is_https))?;
        let client = |kept: usize| {
            let client = reqwest::Client::builder()
                .connect_timeout(connect_timeout)
                .pool_idle_timeout(IDLE_TIMEOUT)
                .pool_max_idle_per_host(kept)
                .redirect(reqwest::redirect::Policy::none())
                .connector_layer(MarkConnected)
                .user_agent(concat!("flink-rest-client/", env!("CARGO_PKG_VERSION")))
                .tls_backend_preconfigured(tls.clone());
            proxy.set(client)?.build().map_err(|error| Error::setting("https", error.to_string()))
        };
        let to = to.iter().filter_map(|to| Some((to.clone(), Url::parse(&to.to_string()).ok()?))).collect();
        Ok(Self { client: client(usize::MAX)?, once: client(0)?, to, proxies })
    }

    async fn exchange(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<Incoming>, TransportError> {
        let (head, body) = request.into_parts();
        let uri = &head.uri;
        let departure = head.extensions.get::<Departure>().cloned().unwrap_or_default();
        let is_on_its_own = head.extensions.get::<OnNewConnection>().is_some();
        let client = if is_on_its_own { &self.once } else { &self.client };
        let mut request = match self.url(uri) {
            Some(url) => client.request(head.method, url),
            None => client.request(head.method, uri.to_string()),
        };
        request = request.headers(head.headers);
        request = match body {
            Body::Empty => request,
            Body::Json(json) => request.header(http::header::CONTENT_TYPE, "application/json").body(json),
            Body::Form { request: json, files } => request.multipart(form(json, &files, &departure).await?),
        };
        let sent = match is_on_its_own {
            true => departure.clone().once_connected(request.send()).await,
            false => request.send().await,
        };
        let sent = sent.map_err(|error| without_files(&departure, self.failed(uri, &error)));
        let response: http::Response<reqwest::Body> = sent?.into();
        let (head, body) = response.into_parts();
        let body = reqwest::Response::from(http::Response::new(body)).bytes_stream();
        Ok(http::Response::from_parts(head, Box::pin(MapError(body))))
    }

    /// The URL of a request to one of the addresses, without parsing the address again.
    fn url(&self, uri: &Uri) -> Option<Url> {
        let is_there = |to: &Uri| to.scheme() == uri.scheme() && to.authority() == uri.authority();
        let mut url = self.to.iter().find(|(to, _)| is_there(to))?.1.clone();
        url.set_path(uri.path());
        url.set_query(uri.query());
        Some(url)
    }

    /// The error of a request without a response. A proxy that is to blame is named.
    fn failed(&self, to: &Uri, error: &reqwest::Error) -> TransportError {
        let failed = classify(error);
        let Some(proxy) = self.proxies.proxy_for(to).filter(|_| error.is_connect()) else { return failed };
        let kind = match failed.kind {
            // TLS failed behind the proxy.
            TransportErrorKind::Tls if is_https(to) && !says(error, "tunnel error") => return failed,
            _ => TransportErrorKind::Proxy,
        };
        let reason = failed.source.map(|source| source.to_string()).unwrap_or_default();
        TransportError::new(kind, format!("{proxy}: {reason}"))
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

/// Corrects the kind of an error before all files were sent: the server cannot have acted on the request.
fn without_files(departure: &Departure, mut error: TransportError) -> TransportError {
    let is_late = matches!(error.kind, TransportErrorKind::Interrupted | TransportErrorKind::Timeout);
    if is_late && departure.lacks_files() {
        error.kind = TransportErrorKind::Incomplete;
    }
    error
}

/// A multipart form of the files. Each file is read while it is sent.
async fn form(json: Option<Bytes>, files: &[Upload], departure: &Departure) -> Result<Form, TransportError> {
    let mut form = Form::new();
    if let Some(json) = json {
        form = form.part(
            "request",
            Part::stream(json).mime_str("application/json").map_err(|error| classify(&error))?,
        );
    }
    for upload in files {
        let (size, chunks) = upload.open().await.map_err(not_sent)?;
        let body = reqwest::Body::wrap_stream(departure.with_file(chunks));
        let part = match size {
            Some(size) => Part::stream_with_length(body, size),
            None => Part::stream(body),
        };
        let part = part.file_name(upload.file_name());
        let (name, kind) = match upload.is_jar() {
            true => ("jarfile", "application/x-java-archive"),
            false => ("file", "application/octet-stream"),
        };
        form = form.part(name, part.mime_str(kind).map_err(|error| classify(&error))?);
    }
    Ok(form)
}

/// Wraps the error of a file that cannot be read.
fn not_sent(error: Error) -> TransportError {
    TransportError::new(TransportErrorKind::Incomplete, error)
}

/// Converts an error of reqwest, and keeps its innermost reason.
fn classify(error: &reqwest::Error) -> TransportError {
    if let Some(Error::File { path, reason, sent }) = chain(error).find_map(|error| error.downcast_ref()) {
        return not_sent(Error::File { path: path.clone(), reason: reason.clone(), sent: *sent });
    }
    if chain(error).any(is_too_many_files) {
        return TransportError::new(TransportErrorKind::TooManyFiles, "too many open files");
    }
    let tls_failure = TlsFailure::behind(error);
    let kind = match &tls_failure {
        _ if error.is_connect() && says(error, "dns error") => TransportErrorKind::Resolve,
        Some(tls_failure) if error.is_connect() || tls_failure.is_refused_by_server() => {
            TransportErrorKind::Tls
        }
        // Includes a timeout while connecting.
        _ if error.is_connect() => TransportErrorKind::Connect,
        _ if error.is_timeout() => TransportErrorKind::Timeout,
        _ if says(error, "invalid HTTP") => TransportErrorKind::NotHttp,
        // hyper returns a request that it has not begun to send.
        _ if says(error, "client error (Canceled)") => TransportErrorKind::Incomplete,
        _ => TransportErrorKind::Interrupted,
    };
    match tls_failure {
        Some(tls_failure) => TransportError::new(kind, tls_failure),
        None => TransportError::new(kind, chain(error).last().map(ToString::to_string).unwrap_or_default()),
    }
}

/// Returns true if the error or one of its sources starts with this text.
fn says(error: &reqwest::Error, start: &str) -> bool {
    chain(error).any(|error| error.to_string().starts_with(start))
}

/// An error and its sources.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// Returns true if the process (`EMFILE`) or the machine (`ENFILE`) has no file descriptor left.
fn is_too_many_files(error: &(dyn StdError + 'static)) -> bool {
    let code = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error);
    cfg!(unix) && matches!(code, Some(23 | 24))
}

fn is_https(uri: &Uri) -> bool {
    uri.scheme() == Some(&Scheme::HTTPS)
}

/// A body whose errors are converted.
struct MapError<S>(S);

impl<S: Stream<Item = reqwest::Result<Bytes>> + Unpin> Stream for MapError<S> {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        Pin::new(&mut self.0).poll_next(context).map_err(|error| classify(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_shown() {
        for address in ["http://me:s3cret@proxy", "socks5://me:s3cret@proxy"] {
            let (tls, proxy) = (Tls::default(), Proxy::At(address.into()));
            let http = Http::new(Duration::ZERO, &tls, &proxy, &[]).unwrap();
            assert!(
                format!("{http:?}").contains("proxy") && !format!("{http:?}").contains("s3cret"),
                "{http:?}"
            );
        }
    }
}
