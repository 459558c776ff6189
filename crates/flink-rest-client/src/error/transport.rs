//! Kinds of failed connections.

/// How far a request came that got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name is unknown; nothing was sent.
    Resolve,
    /// No connection; nothing was sent.
    Connect,
    /// The proxy on the way cannot be reached, or does not let through; nothing was sent.
    Proxy,
    /// This process, or its machine, may not open another file, which a connection is; nothing was sent.
    TooManyFiles,
    /// Too slow.
    Timeout,
    /// What came back is not HTTP.
    NotHttp,
    /// No secure connection: another certificate than expected, or a port that speaks no TLS; nothing was sent.
    Tls,
    /// The connection broke before all of the request was sent: the server cannot have acted on it.
    Incomplete,
    /// The connection broke while receiving, or it is not known whether all was sent.
    Interrupted,
}

impl std::fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Resolve => "unknown host in",
            Self::Connect => "cannot connect to",
            Self::TooManyFiles => "too many open files for a connection to",
            Self::Proxy => "no way through the proxy to",
            Self::Timeout => "timed out at",
            Self::NotHttp => "no HTTP is spoken at",
            Self::Tls => "no secure connection to",
            Self::Incomplete | Self::Interrupted => "lost the connection to",
        })
    }
}
