//! The effect of a second request, and how the work of a first one is found whose response was lost.

use std::time::Duration;

use serde_json::Value;

use super::Request;
use crate::{Answer, ApiError, Error, Result, StartedJob};

/// What a second request does if the first one arrived after all.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Repeat {
    /// Nothing, as the first one does: it only reads.
    Reads,
    /// Something else: it is sent only if the first one surely did not arrive.
    Another,
    /// Something else, as `Another`; what the first one started is among the jobs that are new since.
    NewJobs,
    /// Nothing more than the first one.
    Same,
    /// Nothing: the server knows it again and refuses it.
    Refused(Recognised),
    /// Something else, but what the first one started can be looked for.
    Found(Recognised),
}

/// How it is found out that an earlier request, whose answer was lost, has done its work.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "written next to endpoints, in other crates too")]
pub struct Recognised {
    /// Whether a refusal says so.
    pub by: fn(&ApiError) -> bool,
    /// The first release that refuses for good; before it, what was started is only looked for.
    pub since: Option<&'static str>,
    /// The question after what it started, from the request's token; none if there is nothing to ask.
    pub find: Option<fn(&str) -> Result<Request>>,
    /// The lost answer, from the token and what was found.
    pub answer: fn(&str, Option<&Value>) -> Value,
    /// The jobs of what it started, from the token and what was found.
    pub jobs: fn(&str, &Value) -> Vec<StartedJob>,
}

impl Repeat {
    pub(crate) fn reads(self) -> bool {
        matches!(self, Self::Reads)
    }

    /// Whether a second one would start something else, and nothing knows the first one again.
    pub(crate) fn is_another(self) -> bool {
        matches!(self, Self::Another | Self::NewJobs)
    }

    /// Whether it can be asked whether the first one did something.
    pub(crate) fn can_be_found(self) -> bool {
        self.recognised().is_some_and(|recognised| recognised.find.is_some())
    }

    pub(crate) fn recognised(self) -> Option<Recognised> {
        match self {
            Self::Refused(recognised) | Self::Found(recognised) => Some(recognised),
            Self::Reads | Self::Another | Self::NewJobs | Self::Same => None,
        }
    }
}

impl Request {
    /// The question after what an earlier one started.
    pub(crate) fn find(&self) -> Option<Result<Self>> {
        let find = self.repeat.recognised()?.find?;
        self.token.as_deref().map(find)
    }

    /// Whether this refusal says that an earlier one has done its work.
    pub(crate) fn is_done(&self, error: &Error) -> bool {
        match (self.repeat.recognised(), error) {
            (Some(recognised), Error::Api(error)) => (recognised.by)(error),
            _ => false,
        }
    }

    /// Whether it may have done its work, though Flink says that it failed: a main method goes on after it has submitted a job.
    pub(crate) fn may_have_begun(&self, error: &Error) -> bool {
        matches!(error, Error::Api(_)) && !error.is_not_found() && !error.may_be_absence()
    }

    /// The jobs of what was found.
    pub(crate) fn jobs_of(&self, found: &Answer) -> Vec<StartedJob> {
        let token = self.token.as_deref().unwrap_or_default();
        match (self.repeat.recognised(), found.json()) {
            (Some(recognised), Ok(found)) => (recognised.jobs)(token, &found),
            _ => Vec::new(),
        }
    }

    /// The answer that was lost.
    pub(crate) fn lost_answer(&self, found: Option<&Answer>) -> Result<Answer> {
        let found = found.map(Answer::json).transpose()?;
        let token = self.token.as_deref().unwrap_or_default();
        let recognised = self.repeat.recognised();
        let body = recognised.map_or(Value::Null, |recognised| (recognised.answer)(token, found.as_ref()));
        let (endpoint, status, secrets) = (self.spec, http::StatusCode::OK, std::sync::Arc::default());
        Ok(Answer { endpoint, status, body: body.to_string().into(), secrets })
    }
}

impl Answer {
    /// Whether the job of these details began not longer ago than this. Both times are the server's.
    pub(crate) fn began_within(&self, elapsed: Duration) -> bool {
        let details = self.json().unwrap_or_default();
        let millis = |key| details.get(key).and_then(Value::as_i64);
        let age = millis("now")
            .zip(millis("start-time"))
            .map(|(now, start)| u128::try_from(now.saturating_sub(start)).unwrap_or(0));
        age.is_some_and(|age| age <= elapsed.as_millis())
    }
}
