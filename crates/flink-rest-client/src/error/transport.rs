//! Kinds of transport failures.

/// The kind of failure of a request without an answer, which tells how far the request got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name is unknown; nothing was sent.
    Resolve,
    /// No connection; nothing was sent.
    Connect,
    /// The proxy cannot be reached, or refuses the connection; nothing was sent.
    Proxy,
    /// No file descriptor is left for a connection, in this process or on this machine; nothing was sent.
    TooManyFiles,
    /// A timeout expired.
    Timeout,
    /// The response is not HTTP.
    NotHttp,
    /// No secure connection: the certificate is not accepted, or the port does not speak TLS; nothing was sent.
    Tls,
    /// The connection broke before the whole request was sent: the server cannot have acted on it.
    Incomplete,
    /// The connection broke while the response was received, or it is unknown whether the whole request was sent.
    Interrupted,
}

impl std::fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Resolve => "unknown host in",
            Self::Connect => "cannot connect to",
            Self::TooManyFiles => "too many open files for a connection to",
            Self::Proxy => "cannot connect through the proxy to",
            Self::Timeout => "timed out at",
            Self::NotHttp => "no HTTP server at",
            Self::Tls => "no secure connection to",
            Self::Incomplete | Self::Interrupted => "lost the connection to",
        })
    }
}
