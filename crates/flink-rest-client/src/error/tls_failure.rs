//! Failures of secure connections.

/// The reason why there is no secure connection, and a hint.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct TlsFailure {
    pub(crate) reason: String,
    pub(crate) hint: &'static str,
}

pub(crate) const WANTS_IDENTITY: &str =
    "give a certificate that the server trusts, and its key, with client_certificate(…)";

pub(crate) const WRONG_PORT: &str = "check the port, and whether it is http:// or https://";
