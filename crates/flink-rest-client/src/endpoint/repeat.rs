//! The effect of a repeated request, and the lookup of a first one whose response was lost.

use std::time::Duration;

use serde_json::Value;

use super::Request;
use crate::{Answer, ApiError, Error, Result, StartedJob};

/// The effect of a second request, if the first one arrived.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Repeat {
    /// None: the request only reads.
    Reads,
    /// It starts the work a second time. It is sent only if the first one did not arrive.
    Another,
    /// As `Another`. The jobs that the first one started are among those that are new since.
    NewJobs,
    /// None beyond that of the first one (idempotent).
    Same,
    /// None: the server recognises the duplicate and refuses it.
    Refused(DuplicateCheck),
    /// It may start the work a second time, but the work of the first one can be looked up.
    Found(DuplicateCheck),
}

/// The check whether an earlier request, whose response was lost, was carried out.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "written next to endpoints, in other crates too")]
pub struct DuplicateCheck {
    /// Returns true if a refusal says that the request is a duplicate.
    pub by: fn(&ApiError) -> bool,
    /// First release that refuses duplicates reliably; before it, the work is only looked up.
    pub since: Option<&'static str>,
    /// The lookup request for the token of the first request; `None` if there is no lookup.
    pub find: Option<fn(&str) -> Result<Request>>,
    /// Rebuilds the lost answer from the token and the answer of the lookup.
    pub answer: fn(&str, Option<&Value>) -> Value,
    /// The jobs that were started, from the token and the answer of the lookup.
    pub jobs: fn(&str, &Value) -> Vec<StartedJob>,
}

impl Repeat {
    pub(crate) fn reads(self) -> bool {
        matches!(self, Self::Reads)
    }

    /// Returns true if a second request would start the work again, and no lookup exists.
    pub(crate) fn is_another(self) -> bool {
        matches!(self, Self::Another | Self::NewJobs)
    }

    /// Returns true if the work of the first request can be looked up.
    pub(crate) fn can_be_found(self) -> bool {
        self.duplicate_check().is_some_and(|duplicate_check| duplicate_check.find.is_some())
    }

    pub(crate) fn duplicate_check(self) -> Option<DuplicateCheck> {
        match self {
            Self::Refused(duplicate_check) | Self::Found(duplicate_check) => Some(duplicate_check),
            Self::Reads | Self::Another | Self::NewJobs | Self::Same => None,
        }
    }
}

impl Request {
    /// The lookup of the work that an earlier attempt started.
    pub(crate) fn find(&self) -> Option<Result<Self>> {
        let find = self.repeat.duplicate_check()?.find?;
        self.token.as_deref().map(find)
    }

    /// Returns true if this refusal says that an earlier attempt was carried out.
    pub(crate) fn is_done(&self, error: &Error) -> bool {
        match (self.repeat.duplicate_check(), error) {
            (Some(duplicate_check), Error::Api(error)) => (duplicate_check.by)(error),
            _ => false,
        }
    }

    /// Returns true if the request may have taken effect although Flink reports a failure: a main method continues
    /// after it has submitted a job.
    pub(crate) fn may_have_begun(&self, error: &Error) -> bool {
        matches!(error, Error::Api(_)) && !error.is_not_found() && !error.may_be_absence()
    }

    /// The jobs in the answer of the lookup.
    pub(crate) fn jobs_of(&self, found: &Answer) -> Vec<StartedJob> {
        let token = self.token.as_deref().unwrap_or_default();
        match (self.repeat.duplicate_check(), found.json()) {
            (Some(duplicate_check), Ok(found)) => (duplicate_check.jobs)(token, &found),
            _ => Vec::new(),
        }
    }

    /// Rebuilds the lost answer.
    pub(crate) fn lost_answer(&self, found: Option<&Answer>) -> Result<Answer> {
        let found = found.map(Answer::json).transpose()?;
        let token = self.token.as_deref().unwrap_or_default();
        let duplicate_check = self.repeat.duplicate_check();
        let body = duplicate_check
            .map_or(Value::Null, |duplicate_check| (duplicate_check.answer)(token, found.as_ref()));
        let (endpoint, status, secrets) = (self.spec, http::StatusCode::OK, std::sync::Arc::default());
        Ok(Answer { endpoint, status, body: body.to_string().into(), secrets })
    }
}

impl Answer {
    /// Returns true if the job in these details started at most this long ago, by the server's clock.
    pub(crate) fn began_within(&self, elapsed: Duration) -> bool {
        let details = self.json().unwrap_or_default();
        let millis = |key| details.get(key).and_then(Value::as_i64);
        let age = millis("now")
            .zip(millis("start-time"))
            .map(|(now, start)| u128::try_from(now.saturating_sub(start)).unwrap_or(0));
        age.is_some_and(|age| age <= elapsed.as_millis())
    }
}
