//! The address of a cluster. It may have a path prefix, `/v1`, user and password, or be that of a dashboard page.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use http::{HeaderValue, Uri};
use url::Url;

use crate::{Error, Result, client::auth::credentials};

/// The addresses of a highly available cluster. The last one that worked is used.
#[derive(Debug)]
pub(crate) struct Addresses {
    all: Vec<Address>,
    current: AtomicUsize,
    answered: AtomicBool,
}

impl Addresses {
    pub(crate) fn new(first: Address, others: Vec<Address>) -> Self {
        let mut all = vec![first];
        all.extend(others);
        Self { all, current: AtomicUsize::new(0), answered: AtomicBool::new(false) }
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn current(&self) -> &Address {
        let index = self.current.load(Ordering::Relaxed) % self.all.len();
        // `all` is never empty.
        self.all.get(index).unwrap_or(&self.all[0])
    }

    /// Moves on to the next address, unless another call has done so already.
    pub(crate) fn leave(&self, address: &Address) {
        let Some(index) = self.all.iter().position(|other| std::ptr::eq(other, address)) else { return };
        let next = (index + 1) % self.all.len();
        let _ = self.current.compare_exchange(index, next, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Records that one of the addresses has answered.
    pub(crate) fn set_answered(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    /// Returns true if one of the addresses has ever answered.
    pub(crate) fn have_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    pub(crate) fn uris(&self) -> Result<Vec<Uri>> {
        self.all.iter().map(|address| address.join("/v1", "")).collect()
    }

    /// Returns true if one of the addresses contains user and password.
    pub(crate) fn any_authorization(&self) -> bool {
        self.all.iter().any(|address| address.authorization.is_some())
    }
}

/// The address of a cluster's REST API. Its credentials are kept apart, and never shown.
#[derive(Clone)]
pub(crate) struct Address {
    text: String,
    pub(crate) authorization: Option<HeaderValue>,
}

impl Address {
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the full URI of a path and query of the REST API, below this prefix.
    pub(crate) fn join(&self, prefix: &str, target: &str) -> Result<Uri> {
        let full = format!("{}{prefix}{target}", self.text);
        full.parse().map_err(|error: http::uri::InvalidUri| invalid(&self.text, error.to_string()))
    }
}

fn invalid(address: &str, reason: impl Into<String>) -> Error {
    Error::InvalidAddress { address: address.into(), reason: reason.into() }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        // The part before an `@` may be a password.
        let shown = text.rsplit('@').next().unwrap_or_default();
        let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let mut url = Url::parse(&full).map_err(|error| match error {
            // The «port» may be a password without a host.
            url::ParseError::InvalidPort => invalid(&before_port(shown), error.to_string()),
            _ => invalid(shown, error.to_string()),
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(invalid(shown, format!("`{}` is neither http nor https", url.scheme())));
        }
        // An address copied from a browser is that of a page: `http://host:8081/#/job/running`.
        let after_path = [url.query(), url.fragment()];
        if after_path.iter().flatten().any(|text| text.contains('@')) {
            return Err(invalid(shown, "a ? or # in its user or password must be written as %3F or %23"));
        }
        url.set_query(None);
        url.set_fragment(None);
        // A slash in a password ends the host, and would send the rest of the password as a path.
        let scheme = full.split("://").next().unwrap_or_default();
        if url.path().contains('@') || scheme.contains([':', '@', '/', '\\']) {
            return Err(invalid(shown, "a / in its user or password must be written as %2F"));
        }
        let authorization = basic(&url)?;
        // These cannot fail: an http URL always has a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/index.html").unwrap_or(path);
        let path = path.strip_suffix("/v1").unwrap_or(path).trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self { text: url.as_str().trim_end_matches('/').into(), authorization })
    }
}

/// The address without its port and what follows.
fn before_port(text: &str) -> String {
    let (scheme, rest) =
        text.split_once("://").map_or(("", text), |(_, rest)| (&text[..text.len() - rest.len()], rest));
    format!("{scheme}{}:…", rest.split(':').next().unwrap_or_default())
}

/// The header for the user and password of the address.
fn basic(url: &Url) -> Result<Option<HeaderValue>> {
    use percent_encoding::percent_decode_str;
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decode = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    credentials::basic(&decode(url.username()), &decode(url.password().unwrap_or_default()))
        .map(Some)
        .map_err(|_| invalid(url.host_str().unwrap_or_default(), "its user or password cannot be sent"))
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
