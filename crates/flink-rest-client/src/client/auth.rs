//! Credentials, TLS and proxies.

pub(crate) mod credentials;
pub(crate) mod proxy;
pub(crate) mod tls;
