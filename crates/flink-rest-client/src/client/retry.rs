//! What is sent again, how often, and when.
//!
//! Two questions decide: did the request arrive (`Arrival`), and what would a second one do ([`Repeat`])?

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{address::Addresses, call::Deadline, departure::Departure};
use crate::{
    Error, Repeat, Request, Result,
    endpoint::Spec,
    error::{Arrival, Tried},
    value::id::random,
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

    /// Since the first attempt.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
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
