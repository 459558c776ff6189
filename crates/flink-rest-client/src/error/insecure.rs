//! Why there is no secure connection.

/// Why there is no secure connection, and what to try.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct Insecure {
    pub(crate) reason: String,
    pub(crate) hint: &'static str,
}

pub(crate) const WANTS_IDENTITY: &str =
    "give a certificate that the server trusts, and its key, with client_certificate(…)";

pub(crate) const WRONG_PORT: &str = "check the port, and whether it is http:// or https://";
