//! Who is asking: headers that go with each request to the cluster's address, and nowhere else.

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
    client::{room::Room, transport::BoxFuture},
};

type BoxError = Box<dyn StdError + Send + Sync>;
type Callback = dyn Fn() -> BoxFuture<'static, Result<String, BoxError>> + Send + Sync;

/// A bearer token: any text is one; or it is read from a [file](Self::file), or asked for, before each request.
#[derive(Clone)]
pub struct Token(Source);

#[derive(Clone)]
enum Source {
    Text(String),
    File(PathBuf),
    Callback(Arc<Callback>),
}

/// A file with a longer token is another file.
const LONGEST_TOKEN: u64 = 64 * 1024;

/// Calls of a token's function at once; further ones wait for their turn.
const CALLS_AT_ONCE: usize = 8;

impl Token {
    /// The token in this file, which may be replaced at any time: it is read before each request. White space around the
    /// token does not count. It must be a regular file of at most 64 KiB: a pipe gives its token only once.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    /// The token that this function returns. It is called before each request, within the request's time limit, so it
    /// should keep a token as long as that is good. It runs on a thread of its own and may block; up to 8 calls run at once.
    pub fn from_fn<E: Into<BoxError>>(
        callback: impl Fn() -> Result<String, E> + Send + Sync + 'static,
    ) -> Self {
        let (callback, room) = (Arc::new(callback), Room::new(CALLS_AT_ONCE));
        Self(Source::Callback(Arc::new(move || {
            let (callback, room) = (callback.clone(), room.clone());
            Box::pin(async move { room.run(move || callback().map_err(Into::into)).await? })
        })))
    }

    /// The token that this function returns in the end. It is called before each request, within the request's time limit.
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
                bearer(&token.map_err(|error| refused(format!("there is none: {error}")))?).map_err(refused)
            }
        }
    }
}

async fn token_in(path: &Path) -> Result<String, String> {
    let said = |error: std::io::Error| error.to_string();
    // To open a pipe would wait for its writer.
    if !tokio::fs::metadata(path).await.map_err(said)?.is_file() {
        return Err("it is no regular file".into());
    }
    let mut token = String::new();
    let file = tokio::fs::File::open(path).await.map_err(said)?;
    let length = file.take(LONGEST_TOKEN + 1).read_to_string(&mut token).await.map_err(said)?;
    match length as u64 > LONGEST_TOKEN {
        true => Err(format!("it is longer than {} KiB", LONGEST_TOKEN / 1024)),
        false => Ok(token),
    }
}

fn refused(reason: String) -> Error {
    Error::setting("bearer_token", reason)
}

/// The header of a token; what is wrong with the token does not show it.
fn bearer(token: &str) -> Result<HeaderValue, String> {
    if token.is_empty() {
        return Err("the token is empty".into());
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the token has a line break, a blank or another character that no token has".into());
    }
    secret(&format!("Bearer {token}")).map_err(|error| error.to_string())
}

/// The header of a user and a password.
pub(crate) fn basic(user: &[u8], password: &[u8]) -> Result<HeaderValue, InvalidHeaderValue> {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let credentials = [user, b":", password].concat();
    secret(&format!("Basic {}", BASE64_STANDARD.encode(credentials)))
}

/// A value that no `Debug` shows.
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

/// What was given to the builder, not yet checked.
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

    /// How it was given.
    fn setting(&self) -> String {
        match self {
            Self::Basic { .. } => "basic_auth".into(),
            Self::Bearer(_) => "bearer_token".into(),
            // What is no name may be a value in its place.
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

/// What the client itself says of a request.
const OWN: [HeaderName; 4] = [CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING];

impl Credentials {
    /// Refuses what cannot be sent, and two ways to say who is asking.
    pub(crate) fn new(given: Vec<Credential>, in_address: bool) -> Result<Self> {
        let authorizations = given.iter().filter(|credential| credential.is_authorization());
        let named = in_address.then(|| "user and password in the address".into());
        let named: Vec<_> = named.into_iter().chain(authorizations.map(Credential::setting)).collect();
        if named.len() > 1 {
            let reason = format!("a request can have only one of them: {}", named.join(", "));
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
                return Err(refuse("a user name cannot have a colon"));
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
                let name = name.ok_or_else(|| refuse("its name is none that a header can have"))?;
                if OWN.contains(&name) {
                    return Err(refuse("the client itself sets it"));
                }
                let value =
                    secret(&value).map_err(|_| refuse("its value has characters that no header has"))?;
                self.fixed.append(name, value);
            }
        }
        Ok(())
    }

    /// Puts them into the head of a request; headers of the same names give way.
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
