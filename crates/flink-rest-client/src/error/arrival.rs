//! The arrival of failed requests, and the summary of their attempts.

use std::{fmt, time::Duration};

use super::{Error, TransportErrorKind};

/// The attempts of a request that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptSummary {
    /// Number of attempts; 1 if there was no retry.
    pub count: u32,
    /// Time from the start of the first attempt to the end of the last one.
    pub elapsed: Duration,
}

impl Default for AttemptSummary {
    fn default() -> Self {
        Self { count: 1, elapsed: Duration::ZERO }
    }
}

/// ` (tried 6 times in 4.2s)`; empty for a single attempt.
impl fmt::Display for AttemptSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            0 | 1 => Ok(()),
            count => write!(f, " (tried {count} times in {:.1?})", self.elapsed),
        }
    }
}

/// The arrival of a failed request at the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It did not arrive, or the server did nothing with it.
    No,
    /// Unknown.
    Unknown,
    /// It arrived: the server answered.
    Yes,
}

impl Error {
    /// The arrival of the request, as far as the error tells.
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
                // From a proxy that does not know the method.
                501 => Arrival::Yes,
                // This answer is not Flink's; the answer of Flink is lost.
                200..=299 | 408 | 500..=599 => Arrival::Unknown,
                _ => Arrival::Yes,
            },
            // Flink answers 503 for a disabled endpoint. Otherwise the status is that of a gateway, which may have lost
            // Flink's answer.
            Self::Api(error) if error.is_disabled() => Arrival::Yes,
            Self::Api(error) if matches!(error.status.as_u16(), 408 | 502..=504) => Arrival::Unknown,
            Self::Api(_) => Arrival::Yes,
            _ => Arrival::No,
        }
    }

    /// The words for an unknown outcome whose last error is this one.
    pub(super) fn uncertainty(&self) -> &'static str {
        match self.last() {
            Self::Decode { .. } | Self::TooLarge { .. } => {
                "the answer cannot be read; it may have been carried out, or not"
            }
            last if last.arrival() == Arrival::Yes => {
                "the last answer was an error, but an earlier request may have been carried out"
            }
            last if last.status().is_some() => "the answer leaves open whether it was carried out",
            _ => "no answer; it may have been carried out, or not",
        }
    }
}
