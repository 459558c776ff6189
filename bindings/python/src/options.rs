//! Client settings from Python.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use flink_rest_client::{
    ClientBuilder, FlinkRestClient, FlinkVersion, Pem, Retry, Token, callback_threads::CallbackThreads,
};
use pyo3::{
    Borrowed,
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyBytes, PyDict},
};

use crate::{
    arguments::{Function, Timeout, setting, text},
    runtime, task,
};

/// User and password, a bearer token, a file with a token, or a function that returns one.
#[derive(FromPyObject)]
pub(crate) enum Auth {
    Basic(String, String),
    Bearer(String),
    File(File),
    Function(Function),
}

impl Auth {
    fn add_to(self, builder: ClientBuilder) -> ClientBuilder {
        match self {
            Self::Basic(user, password) => builder.basic_auth(user, password),
            Self::Bearer(token) => builder.bearer_token(token),
            Self::File(File(path)) => builder.bearer_token(Token::file(path)),
            Self::Function(Function(function)) => builder.bearer_token(token(function)),
        }
    }
}

/// A path of type `str` or `Path`. Bytes are rejected: they are rather a token that was not decoded.
pub(crate) struct File(PathBuf);

impl<'py> FromPyObject<'_, 'py> for File {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match value.is_instance_of::<PyBytes>() {
            true => Err(PyTypeError::new_err("it is bytes")),
            false => value.extract().map(Self),
        }
    }
}

/// Maximum number of concurrent calls of a client's `auth` function; further calls wait.
const MAX_TOKEN_CALLS: usize = 16;

/// Makes a token source from a Python function. It runs on its own thread, so requests keep their deadlines even if it
/// blocks.
fn token(function: Py<PyAny>) -> Token {
    let (function, threads) = (Arc::new(function), CallbackThreads::new(MAX_TOKEN_CALLS));
    Token::from_async_fn(move || {
        let (function, threads) = (function.clone(), threads.clone());
        async move {
            let call = move || {
                runtime::attach(|py| {
                    let token = function.call0(py)?;
                    text("the result of `auth`", token.bind(py))
                })
            };
            let token = threads.run(call).await?.ok_or("Python is shutting down")?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(token.inspect_err(task::keep_fatal_exception)?)
        }
    })
}

/// A certificate or a key: PEM, or a file with it.
#[derive(FromPyObject)]
pub(crate) enum Certificate {
    Bytes(Vec<u8>),
    Text(String),
    File(PathBuf),
}

impl From<Certificate> for Pem {
    fn from(certificate: Certificate) -> Self {
        match certificate {
            Certificate::Bytes(bytes) => bytes.into(),
            Certificate::Text(text) if text.contains("-----BEGIN") => text.into(),
            Certificate::Text(path) => Self::file(path),
            Certificate::File(path) => Self::file(path),
        }
    }
}

/// The client certificate and its key, in two files or in one.
#[derive(FromPyObject)]
pub(crate) enum Identity {
    Two(Certificate, Certificate),
    One(PathBuf),
}

/// The proxy: the environment's, none, or an address.
#[derive(FromPyObject)]
pub(crate) enum Proxy {
    Environment(bool),
    At(String),
}

pub(crate) struct Options {
    headers: Option<BTreeMap<String, String>>,
    auth: Option<Auth>,
    ca: Option<Certificate>,
    cert: Option<Identity>,
    timeout: Option<Timeout>,
    retries: Option<u32>,
    proxy: Option<Proxy>,
    flink_version: Option<FlinkVersion>,
}

impl Options {
    pub(crate) fn read(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        Ok(Self {
            headers: setting(options, "headers", "a dict of str to str")?,
            auth: setting(options, "auth", "a token, user and password, a path or a function")?,
            ca: setting(options, "ca", "a path or PEM")?,
            cert: setting(options, "cert", "a path or two")?,
            timeout: setting(options, "timeout", "a number of seconds")?,
            retries: setting(options, "retries", "a whole number from 0")?,
            proxy: setting(options, "proxy", "an address or a bool")?,
            flink_version: setting::<String>(options, "flink_version", "a str")?
                .map(|text| {
                    let version = text.parse::<FlinkVersion>();
                    version.map_err(|error| PyValueError::new_err(format!("flink_version: {error}")))
                })
                .transpose()?,
        })
    }

    pub(crate) fn builder(self, url: &str) -> ClientBuilder {
        let mut builder = FlinkRestClient::builder(url);
        for (name, value) in self.headers.unwrap_or_default() {
            builder = builder.header(name, value);
        }
        if let Some(auth) = self.auth {
            builder = auth.add_to(builder);
        }
        if let Some(authorities) = self.ca {
            builder = builder.ca_certificate(authorities);
        }
        builder = match self.cert {
            Some(Identity::Two(certificate, key)) => builder.client_certificate(certificate, key),
            Some(Identity::One(path)) => builder.client_certificate(Pem::file(&path), Pem::file(&path)),
            None => builder,
        };
        if let Some(Timeout(timeout)) = self.timeout {
            builder = builder.timeout(timeout);
        }
        if let Some(version) = self.flink_version {
            builder = builder.flink_version(version);
        }
        if let Some(times) = self.retries {
            builder = builder.retry(Retry::default().max_retries(times));
        }
        match self.proxy {
            None | Some(Proxy::Environment(true)) => builder.proxy_from_env(),
            Some(Proxy::Environment(false)) => builder,
            Some(Proxy::At(address)) => builder.proxy(address),
        }
    }
}
