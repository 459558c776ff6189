//! How errors are made, and what is added to them on their way to the caller.

use std::{mem, time::Duration};

use http::StatusCode;

use super::{Error, StartedJob, Tried};
use crate::value::{id::InvalidId, secrets::Secrets};

impl InvalidId {
    /// The error for a text that a server sent: no input of the caller's is wrong.
    pub(crate) fn in_answer(self, endpoint: &'static str, at: &str) -> Error {
        Error::Decode { endpoint, at: at.into(), source: serde::de::Error::custom(self.expected) }
    }
}

impl Error {
    /// A setting of the client cannot be right.
    pub(crate) fn setting(name: &str, reason: impl Into<String>) -> Self {
        Self::InvalidParameter { endpoint: "client".into(), parameter: name.into(), reason: reason.into() }
    }

    /// What this request did is not known, because of this.
    pub(crate) fn unknown(endpoint: &'static str, token: Option<String>, because: Self) -> Self {
        Self::OutcomeUnknown { endpoint, token, jobs: Vec::new(), source: Box::new(because.into_last()) }
    }

    /// The same unknown outcome with the jobs that may have come of it.
    pub(crate) fn with_jobs(mut self, new: Vec<StartedJob>) -> Self {
        if let Self::OutcomeUnknown { jobs, .. } = &mut self {
            *jobs = new;
        }
        self
    }

    /// Refused, and yet these jobs are there.
    pub(crate) fn started_anyway(endpoint: &'static str, jobs: Vec<StartedJob>, refusal: Self) -> Self {
        Self::StartedAnyway { endpoint, jobs, source: Box::new(refusal) }
    }

    pub(crate) fn timeout(what: String, after: Duration) -> Self {
        Self::Timeout { what, after, sent: true, tried: Tried::default() }
    }

    /// The same for a request that had not left.
    pub(crate) fn timeout_before_sending(what: String, after: Duration) -> Self {
        Self::Timeout { what, after, sent: false, tried: Tried::default() }
    }

    pub(crate) fn not_flink(endpoint: &'static str, status: StatusCode, found: String) -> Self {
        Self::NotFlink { endpoint, status, found, retry_after: None, tried: Tried::default() }
    }

    /// The same, without what must not be shown of what a server said.
    pub(crate) fn without(mut self, secrets: &Secrets) -> Self {
        for text in self.texts() {
            *text = secrets.hide(mem::take(text)).into_owned();
        }
        self
    }

    /// The same, with how often it was tried.
    pub(crate) fn after(mut self, all: Tried) -> Self {
        match &mut self {
            Self::Transport { tried, .. } | Self::Timeout { tried, .. } | Self::NotFlink { tried, .. } => {
                *tried = all;
            }
            Self::Api(error) => error.tried = all,
            _ => {}
        }
        self
    }
}
