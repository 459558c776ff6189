//! What is sent again, how often, and when.
//!
//! Two questions decide: did the request arrive (`Arrival`), and what would a second one do ([`Repeat`])?

use std::{fmt, time::Duration};

use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use crate::{
    Answer, ApiError, Error, Request, Result, address::Addresses, call::Deadline, departure::Departure,
    endpoint::Spec, id::random, started::StartedJob,
};

/// How often and with which pauses a request is sent again.
///
/// The pauses double, are made unequal at random so that many clients do not come back at once, and end at the call's
/// deadline. Whether a request is sent again at all depends on what failed: see [`Repeat`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
#[must_use]
pub struct Retry {
    /// How many times after the first; 5 unless set. With several addresses, each is tried that often.
    pub times: u32,
    /// The first pause; a tenth of a second unless set.
    pub first_pause: Duration,
    /// The longest pause; 5 seconds unless set. A server's `Retry-After` may be longer.
    pub longest_pause: Duration,
    /// Whether a first contact is tried again as well, when no server can be reached; yes unless set. One that was there
    /// and is gone, as while it restarts, always is.
    pub first_contact: bool,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            times: 5,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(5),
            first_contact: true,
        }
    }
}

impl Retry {
    /// Nothing is sent again, but to another address of the cluster.
    pub fn never() -> Self {
        Self { times: 0, ..Self::default() }
    }

    /// Sent again so many times.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// The first pause; each further one is twice as long.
    pub fn first_pause(mut self, pause: Duration) -> Self {
        self.first_pause = pause;
        self
    }

    /// The longest pause.
    pub fn longest_pause(mut self, pause: Duration) -> Self {
        self.longest_pause = pause;
        self
    }

    /// Whether a first contact is tried again as well. Who sits before a screen wants to hear at once that nobody is there.
    pub fn first_contact(mut self, again: bool) -> Self {
        self.first_contact = again;
        self
    }

    /// About the pause after so many rounds, between half of it and all of it.
    fn pause(&self, rounds: u32) -> Duration {
        let doubled = self.first_pause.saturating_mul(2_u32.saturating_pow(rounds.saturating_sub(1)));
        let pause = doubled.min(self.longest_pause);
        pause / 2 + pause / 2 / 255 * u32::from(random().to_be_bytes()[0])
    }
}

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

impl Repeat {
    pub(crate) fn reads(self) -> bool {
        matches!(self, Self::Reads)
    }

    /// Whether a second one would start something else, and nothing knows the first one again.
    pub(crate) fn is_another(self) -> bool {
        matches!(self, Self::Another | Self::NewJobs)
    }

    /// Whether it can be asked whether the first one did something.
    fn can_be_found(self) -> bool {
        self.recognised().is_some_and(|recognised| recognised.find.is_some())
    }

    fn recognised(self) -> Option<Recognised> {
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

/// The value of a `Retry-After` header: seconds, or a date.
pub(crate) fn retry_after(value: &str) -> Option<Duration> {
    let seconds = || value.trim().parse().ok().map(Duration::from_secs);
    let date = || {
        let date = jiff::fmt::rfc2822::parse(value).ok()?;
        Duration::try_from(date.timestamp() - jiff::Timestamp::now()).ok()
    };
    seconds().or_else(date)
}

/// The attempts of one request.
#[derive(Debug)]
pub(crate) struct Tries {
    retry: Retry,
    repeat: Repeat,
    spec: &'static Spec,
    token: Option<String>,
    /// How many addresses there are to try before a pause.
    addresses: u32,
    started: Instant,
    deadline: Deadline,
    failed: u32,
    /// Whether one of them may have arrived though it failed.
    pub(crate) maybe_done: bool,
}

impl Tries {
    pub(crate) fn new(request: &Request, retry: Retry, addresses: usize, deadline: Deadline) -> Self {
        Self {
            retry,
            repeat: request.repeat,
            spec: request.spec,
            token: request.token.clone(),
            addresses: u32::try_from(addresses).unwrap_or(u32::MAX).max(1),
            started: Instant::now(),
            deadline,
            failed: 0,
            maybe_done: request.maybe_done,
        }
    }

    /// Which attempt is under way, or is to come.
    pub(crate) fn number(&self) -> u32 {
        self.failed.saturating_add(1)
    }

    /// Ends an attempt that takes longer than this, or than the whole call may.
    pub(crate) async fn limit<T>(
        &self,
        limit: Option<Duration>,
        what: impl FnOnce() -> String,
        departure: &Departure,
        attempt: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let own = limit.and_then(|after| Some(Deadline { at: Instant::now().checked_add(after)?, after }));
        let end = own.filter(|own| own.at < self.deadline.at).unwrap_or(self.deadline);
        let ended = tokio::time::timeout_at(end.at, attempt).await;
        ended.unwrap_or_else(|_| match departure.may_have_left() {
            true => Err(Error::timeout(what(), end.after)),
            false => Err(Error::timeout_before_sending(what(), end.after)),
        })
    }

    /// Returns when it is time for another attempt, or the last error if there will be none.
    ///
    /// If the question after an earlier attempt failed, the request itself did not arrive this time.
    pub(crate) async fn again(
        &mut self,
        error: Error,
        arrival: Arrival,
        addresses: &Addresses,
    ) -> Result<()> {
        self.failed += 1;
        let is_newly_lost = arrival == Arrival::Unknown && !self.maybe_done;
        self.maybe_done |= arrival == Arrival::Unknown;
        let may_be_repeated = match (arrival, self.repeat) {
            (Arrival::No, _) | (_, Repeat::Reads | Repeat::Same) => true,
            (Arrival::Unknown, repeat) => !repeat.is_another(),
            (Arrival::Yes, _) => false,
        };
        let is_not_there_yet = matches!(self.repeat, Repeat::Found(_)) && error.is_not_found();
        let next_address = !self.failed.is_multiple_of(self.addresses);
        let is_nobody_there = error.is_no_connection()
            && !self.retry.first_contact
            && !addresses.have_answered()
            && !self.maybe_done;
        let is_of_use = ((error.is_passing() || error.is_timeout()) && !is_nobody_there)
            || is_not_there_yet
            || (is_newly_lost && self.repeat.can_be_found())
            || (error.is_no_connection() && next_address);
        // What may have been started is looked for to the end.
        let is_looked_for = self.maybe_done && self.repeat.recognised().is_some() && self.retry.times > 0;
        let most = self.retry.times.saturating_add(1).saturating_mul(self.addresses);
        if !may_be_repeated || !is_of_use || (self.failed >= most && !is_looked_for) {
            return Err(self.give_up(error));
        }
        let rounds = self.failed.div_ceil(self.addresses);
        // The next address is tried at once.
        let pause = match next_address {
            true => Duration::ZERO,
            false => self.retry.pause(rounds).max(error.retry_after().unwrap_or_default()),
        };
        let next = Instant::now() + pause.min(Duration::from_secs(86_400));
        if next >= self.deadline.at {
            return Err(self.give_up(error));
        }
        tracing::info!(endpoint = self.spec.name, attempt = self.failed, ?pause, %error, "is sent again");
        sleep_until(next).await;
        Ok(())
    }

    /// Whether anything is tried a second time.
    pub(crate) fn repeats(&self) -> bool {
        self.retry.times > 0
    }

    /// Whether there is no time left after a pause.
    pub(crate) fn is_late(&self, pause: Duration) -> bool {
        Instant::now() + pause >= self.deadline.at
    }

    /// Since the first attempt.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The last error, of an attempt that may have arrived and is not repeated.
    pub(crate) fn lost(&mut self, error: Error) -> Error {
        self.failed += 1;
        self.maybe_done = true;
        self.give_up(error)
    }

    /// The last error, with what was tried.
    ///
    /// A refusal settles only what it answers: an earlier request that may have arrived is none the less at large.
    fn give_up(&self, error: Error) -> Error {
        let last = error.after(Tried { times: self.failed, within: self.started.elapsed() });
        if self.maybe_done && !self.repeat.reads() {
            return Error::unknown(self.spec.name, self.token.clone(), last);
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_in_seconds_or_by_date_when_to_come_again() {
        assert_eq!(retry_after(" 7 "), Some(Duration::from_secs(7)));
        let wait = retry_after("Fri, 31 Dec 2100 23:59:59 GMT");
        assert!(wait.is_some_and(|wait| wait > Duration::from_secs(86_400)), "{wait:?}");
        for nothing in ["", "soon", "-7", "7.5", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            assert_eq!(retry_after(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_pause_may_be_as_long_as_there_is() {
        let retry = Retry::default().first_pause(Duration::MAX).longest_pause(Duration::MAX);
        assert!((1..100).all(|rounds| retry.pause(rounds) >= Duration::MAX / 2));
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let retry = Retry::default();
        for (rounds, longest) in [(1, 100), (2, 200), (3, 400), (6, 3200), (7, 5000), (1000, 5000)] {
            let longest = Duration::from_millis(longest);
            for _ in 0..100 {
                let pause = retry.pause(rounds);
                assert!(pause >= longest / 2 && pause <= longest, "{rounds}: {pause:?}");
            }
        }
    }
}
