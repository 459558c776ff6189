//! Constructors of errors, and additions on the way to the caller.

use std::{mem, time::Duration};

use http::StatusCode;

use super::{AttemptSummary, Error, StartedJob};
use crate::value::{id::InvalidId, secrets::Secrets};

impl InvalidId {
    /// The error for an id that a server sent: the caller's input is not to blame.
    pub(crate) fn in_answer(self, endpoint: &'static str, at: &str) -> Error {
        Error::Decode { endpoint, at: at.into(), source: serde::de::Error::custom(self.expected) }
    }
}

impl Error {
    /// An invalid setting of the client.
    pub(crate) fn setting(name: &str, reason: impl Into<String>) -> Self {
        Self::InvalidParameter { endpoint: "client".into(), parameter: name.into(), reason: reason.into() }
    }

    /// An unknown outcome of a request.
    pub(crate) fn unknown(endpoint: &'static str, token: Option<String>, because: Self) -> Self {
        Self::OutcomeUnknown { endpoint, token, jobs: Vec::new(), source: Box::new(because.into_last()) }
    }

    /// Adds the jobs that the request may have started to an unknown outcome.
    pub(crate) fn with_jobs(mut self, new: Vec<StartedJob>) -> Self {
        if let Self::OutcomeUnknown { jobs, .. } = &mut self {
            *jobs = new;
        }
        self
    }

    /// A refusal of a request that has started these jobs.
    pub(crate) fn started_anyway(endpoint: &'static str, jobs: Vec<StartedJob>, refusal: Self) -> Self {
        Self::StartedAnyway { endpoint, jobs, source: Box::new(refusal) }
    }

    pub(crate) fn timeout(what: String, after: Duration) -> Self {
        Self::Timeout { what, after, sent: true, attempts: AttemptSummary::default() }
    }

    /// A timeout before the whole request was sent.
    pub(crate) fn timeout_before_sending(what: String, after: Duration) -> Self {
        Self::Timeout { what, after, sent: false, attempts: AttemptSummary::default() }
    }

    pub(crate) fn not_flink(endpoint: &'static str, status: StatusCode, found: String) -> Self {
        Self::NotFlink { endpoint, status, found, retry_after: None, attempts: AttemptSummary::default() }
    }

    /// Hides secrets in the texts that a server sent.
    pub(crate) fn without(mut self, secrets: &Secrets) -> Self {
        for text in self.texts() {
            *text = secrets.hide(mem::take(text)).into_owned();
        }
        self
    }

    /// Sets the summary of attempts.
    pub(crate) fn after(mut self, all: AttemptSummary) -> Self {
        match &mut self {
            Self::Transport { attempts, .. }
            | Self::Timeout { attempts, .. }
            | Self::NotFlink { attempts, .. } => {
                *attempts = all;
            }
            Self::Api(error) => error.attempts = all,
            _ => {}
        }
        self
    }
}
