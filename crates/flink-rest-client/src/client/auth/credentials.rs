//! Credentials: headers of each request to the cluster's address. They are sent nowhere else.

use std::{
    error::Error as StdError,
    fmt,
    future::Future,
    path::{Path, PathBuf},
    sync::Arc,
};

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, InvalidHeaderValue, TRANSFER_ENCODING,
    },
};
use tokio::io::AsyncReadExt;

use crate::{
    Error, Result,
    client::{callback_threads::CallbackThreads, transport::BoxFuture},
};

type BoxError = Box<dyn StdError + Send + Sync>;
type Callback = dyn Fn() -> BoxFuture<'static, Result<String, BoxError>> + Send + Sync;

/// A bearer token: a fixed text, or one that is read from a [file](Self::file) or [requested](Self::from_fn) before
/// each request.
#[derive(Clone)]
pub struct Token(Source);

#[derive(Clone)]
enum Source {
    Text(String),
    File(PathBuf),
    Callback(Arc<Callback>),
}

/// Maximum size of a token file. A larger file is not a token.
const MAX_TOKEN_BYTES: u64 = 64 * 1024;

/// Maximum number of concurrent calls of a token's function; further calls wait.
const MAX_CONCURRENT_CALLS: usize = 8;

impl Token {
    /// The token in this file. The file is read before each request, and may be replaced at any time. White space
    /// around the token is ignored. It must be a regular file of at most 64 KiB: a pipe could be read only once.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    /// The token that this function returns. It is called before each request, within the request's timeout, so it
    /// should cache the token while that is valid. It runs on its own thread, and may block. Up to 8 calls run at once.
    pub fn from_fn<E: Into<BoxError>>(
        callback: impl Fn() -> Result<String, E> + Send + Sync + 'static,
    ) -> Self {
        let (callback, threads) = (Arc::new(callback), CallbackThreads::new(MAX_CONCURRENT_CALLS));
        Self(Source::Callback(Arc::new(move || {
            let (callback, threads) = (callback.clone(), threads.clone());
            Box::pin(async move { threads.run(move || callback().map_err(Into::into)).await? })
        })))
    }

    /// The token that this async function returns. It is called before each request, within the request's timeout.
    pub fn from_async_fn<E, F>(callback: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        E: Into<BoxError>,
        F: Future<Output = Result<String, E>> + Send + 'static,
    {
        Self(Source::Callback(Arc::new(move || {
            let token = callback();
            Box::pin(async { token.await.map_err(Into::into) })
        })))
    }

    async fn header(&self) -> Result<HeaderValue> {
        match &self.0 {
            Source::Text(token) => bearer(token).map_err(refused),
            Source::File(path) => {
                let token = token_in(path).await;
                let header = token.and_then(|token| bearer(token.trim()));
                header.map_err(|reason| Error::File { path: path.clone(), reason, sent: false })
            }
            Source::Callback(callback) => {
                let token = callback().await;
                bearer(&token.map_err(|error| refused(format!("the function failed: {error}")))?)
                    .map_err(refused)
            }
        }
    }
}

async fn token_in(path: &Path) -> Result<String, String> {
    let reason = |error: std::io::Error| error.to_string();
    // Opening a pipe would wait for its writer.
    if !tokio::fs::metadata(path).await.map_err(reason)?.is_file() {
        return Err("it is not a regular file".into());
    }
    let mut token = String::new();
    let file = tokio::fs::File::open(path).await.map_err(reason)?;
    let length = file.take(MAX_TOKEN_BYTES + 1).read_to_string(&mut token).await.map_err(reason)?;
    match length as u64 > MAX_TOKEN_BYTES {
        true => Err(format!("it is longer than {} KiB", MAX_TOKEN_BYTES / 1024)),
        false => Ok(token),
    }
}

fn refused(reason: String) -> Error {
    Error::setting("bearer_token", reason)
}

/// The header of a token. The error does not show the token.
fn bearer(token: &str) -> Result<HeaderValue, String> {
    if token.is_empty() {
        return Err("the token is empty".into());
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the token contains a line break, a space or a character that no token may have".into());
    }
    secret(&format!("Bearer {token}")).map_err(|error| error.to_string())
}

/// The header for a user and a password.
pub(crate) fn basic(user: &[u8], password: &[u8]) -> Result<HeaderValue, InvalidHeaderValue> {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let credentials = [user, b":", password].concat();
    secret(&format!("Basic {}", BASE64_STANDARD.encode(credentials)))
}

/// A header value that `Debug` does not show.
fn secret(value: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(value)?;
    value.set_sensitive(true);
    Ok(value)
}

impl<T: Into<String>> From<T> for Token {
    fn from(token: T) -> Self {
        Self(Source::Text(token.into()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::File(path) => f.debug_tuple("Token").field(path).finish(),
            _ => f.write_str("Token(…)"),
        }
    }
}

/// A credential as given to the builder, not yet checked.
pub(crate) enum Credential {
    Basic { user: String, password: String },
    Bearer(Token),
    Header { name: Option<HeaderName>, value: String },
}

impl Credential {
    fn is_authorization(&self) -> bool {
        match self {
            Self::Basic { .. } | Self::Bearer(_) => true,
            Self::Header { name, .. } => *name == Some(AUTHORIZATION),
        }
    }

    /// The setting of the builder that it came from.
    fn setting(&self) -> String {
        match self {
            Self::Basic { .. } => "basic_auth".into(),
            Self::Bearer(_) => "bearer_token".into(),
            // An invalid name is not shown: it may be a secret value in the wrong place.
            Self::Header { name: None, .. } => "header".into(),
            Self::Header { name: Some(name), .. } => format!("header {name}"),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.setting())
    }
}

/// The headers of each request.
#[derive(Debug)]
pub(crate) struct Credentials {
    fixed: HeaderMap,
    token: Option<Token>,
}

/// Headers that only the client sets.
const RESERVED_HEADERS: [HeaderName; 4] = [CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING];

impl Credentials {
    /// Refuses values that cannot be sent, and more than one kind of authorization.
    pub(crate) fn new(given: Vec<Credential>, in_address: bool) -> Result<Self> {
        let authorizations = given.iter().filter(|credential| credential.is_authorization());
        let named = in_address.then(|| "user and password in the address".into());
        let named: Vec<_> = named.into_iter().chain(authorizations.map(Credential::setting)).collect();
        if named.len() > 1 {
            let reason = format!("a request can have only one of these: {}", named.join(", "));
            return Err(Error::setting("credentials", reason));
        }
        let mut credentials = Self { fixed: HeaderMap::new(), token: None };
        for credential in given {
            credentials.add(credential)?;
        }
        Ok(credentials)
    }

    fn add(&mut self, credential: Credential) -> Result<()> {
        let setting = credential.setting();
        let refuse = |reason: &str| Error::setting(&setting, reason);
        match credential {
            Credential::Basic { user, .. } if user.contains(':') => {
                return Err(refuse("a user name cannot contain a colon"));
            }
            Credential::Basic { user, password } => {
                let header = basic(user.as_bytes(), password.as_bytes());
                self.fixed.insert(AUTHORIZATION, header.map_err(|error| refuse(&error.to_string()))?);
            }
            Credential::Bearer(Token(Source::Text(token))) => {
                self.fixed.insert(AUTHORIZATION, bearer(&token).map_err(|reason| refuse(&reason))?);
            }
            Credential::Bearer(token) => self.token = Some(token),
            Credential::Header { name, value } => {
                let name = name.ok_or_else(|| refuse("its name is not a valid header name"))?;
                if RESERVED_HEADERS.contains(&name) {
                    return Err(refuse("only the client itself sets this header"));
                }
                let value = secret(&value)
                    .map_err(|_| refuse("its value contains characters that no header may have"))?;
                self.fixed.append(name, value);
            }
        }
        Ok(())
    }

    /// Adds the headers to a request, replacing others of the same names.
    pub(crate) async fn add_to(&self, headers: &mut HeaderMap) -> Result<()> {
        if !self.fixed.is_empty() {
            headers.extend(self.fixed.clone());
        }
        if let Some(token) = &self.token {
            headers.insert(AUTHORIZATION, token.header().await?);
        }
        Ok(())
    }
}
