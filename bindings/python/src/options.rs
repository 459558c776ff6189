//! Settings as Python gives them.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use flink_rest_client::{ClientBuilder, FlinkRestClient, Pem, Retry, Token};
use pyo3::{exceptions::PyValueError, prelude::*};

use crate::runtime;

/// User and password, a bearer token, a file with one, or a function that gives one.
#[derive(FromPyObject)]
pub(crate) enum Auth {
    Basic(String, String),
    Bearer(String),
    File(PathBuf),
    Function(Py<PyAny>),
}

impl Auth {
    fn add_to(self, builder: ClientBuilder) -> ClientBuilder {
        match self {
            Self::Basic(user, password) => builder.basic_auth(user, password),
            Self::Bearer(token) => builder.bearer_token(token),
            Self::File(path) => builder.bearer_token(Token::file(path)),
            Self::Function(function) => builder.bearer_token(Token::from_fn(move || token(&function))),
        }
    }
}

fn token(function: &Py<PyAny>) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let token = runtime::call_python(|py| function.call0(py)?.extract::<String>(py));
    Ok(token.ok_or("Python is at its end")??)
}

/// Certificates or a key: PEM, or the file with it.
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

/// The client's certificate and its key, in two files or in one.
#[derive(FromPyObject)]
pub(crate) enum Identity {
    Two(Certificate, Certificate),
    One(PathBuf),
}

/// Which way to take: the environment's or none, or this one.
#[derive(FromPyObject)]
pub(crate) enum Proxy {
    Environment(bool),
    At(String),
}

#[derive(FromPyObject)]
pub(crate) struct Options {
    #[pyo3(item)]
    headers: Option<BTreeMap<String, String>>,
    #[pyo3(item)]
    auth: Option<Auth>,
    #[pyo3(item)]
    ca: Option<Certificate>,
    #[pyo3(item)]
    cert: Option<Identity>,
    #[pyo3(item)]
    timeout: Option<f64>,
    #[pyo3(item)]
    retries: Option<u32>,
    #[pyo3(item)]
    proxy: Proxy,
}

impl Options {
    pub(crate) fn builder(self, url: &str) -> PyResult<ClientBuilder> {
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
        if let Some(timeout) = self.timeout.map(seconds).transpose()? {
            builder = builder.timeout(timeout);
        }
        if let Some(times) = self.retries {
            builder = builder.retry(Retry::default().times(times));
        }
        Ok(match self.proxy {
            Proxy::Environment(true) => builder.proxy_from_env(),
            Proxy::Environment(false) => builder,
            Proxy::At(address) => builder.proxy(address),
        })
    }
}

/// Python's seconds; more than can be counted is for ever.
pub(crate) fn seconds(seconds: f64) -> PyResult<Duration> {
    if seconds.is_nan() || seconds < 0.0 {
        return Err(PyValueError::new_err(format!("timeout: {seconds} is not a number of seconds")));
    }
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}
