//! How far a request that failed came, and how often it was sent.

use std::{fmt, time::Duration};

use super::{Error, TransportErrorKind};

/// How often a request was sent, and how long that took altogether.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tried {
    /// How often; 1 if it was not sent again.
    pub times: u32,
    /// From the first attempt to the end of the last.
    pub within: Duration,
}

impl Default for Tried {
    fn default() -> Self {
        Self { times: 1, within: Duration::ZERO }
    }
}

/// Nothing for a single attempt.
impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.times {
            0 | 1 => Ok(()),
            times => write!(f, " (tried {times} times in {:.1?})", self.within),
        }
    }
}

/// Whether a request that failed had arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Surely not, or the server did nothing with it.
    No,
    /// That is not known.
    Unknown,
    /// The server has answered it.
    Yes,
}

impl Error {
    /// Whether the request had arrived, as far as this tells.
    pub(crate) fn arrival(&self) -> Arrival {
        use TransportErrorKind::{Connect, Incomplete, Proxy, Resolve, Tls, TooManyFiles};
        match self.last() {
            Self::Transport { kind: Resolve | Connect | Proxy | Tls | Incomplete | TooManyFiles, .. }
            | Self::Timeout { sent: false, .. } => Arrival::No,
            Self::Transport { .. } | Self::Timeout { .. } | Self::TooLarge { .. } | Self::Decode { .. } => {
                Arrival::Unknown
            }
            Self::Api(error) if error.is_without_leader() => Arrival::No,
            Self::Api(error) if error.is_timeout() => Arrival::Unknown,
            Self::NotFlink { status, .. } => match status.as_u16() {
                429 => Arrival::No,
                // A proxy that does not know the method.
                501 => Arrival::Yes,
                // Flink did not say this; what it did say is lost.
                200..=299 | 408 | 500..=599 => Arrival::Unknown,
                _ => Arrival::Yes,
            },
            // Flink says so of what it does not do any more; else it is a gateway's, which may have lost the answer.
            Self::Api(error) if error.is_disabled() => Arrival::Yes,
            Self::Api(error) if matches!(error.status.as_u16(), 408 | 502..=504) => Arrival::Unknown,
            Self::Api(_) => Arrival::Yes,
            _ => Arrival::No,
        }
    }
}
