//! Retries of requests.
//!
//! Two facts decide whether a retry is safe: the arrival of the request, and the effect of a second one ([`Repeat`]).

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{address::Addresses, call::Deadline, departure::Departure};
use crate::{
    Error, Repeat, Request, Result,
    endpoint::Spec,
    error::{Arrival, AttemptSummary},
    value::id::random,
};

/// A retry policy: the number of retries, and the backoff between them.
///
/// The backoff doubles with each retry. It is shortened by up to half at random, so that many clients do not return at
/// the same moment. Retries end at the call's deadline. A request is retried only where that is safe: see [`Repeat`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
#[must_use]
pub struct Retry {
    /// Maximum number of retries after the first attempt [default: 5]. With several addresses, it applies to each.
    pub max_retries: u32,
    /// Backoff before the first retry [default: 100 ms].
    pub initial_backoff: Duration,
    /// Maximum backoff [default: 5 s]. A server's `Retry-After` may exceed it.
    pub max_backoff: Duration,
    /// True to retry also if no server has ever been reached [default: true]. After a first answer, for example while
    /// the server restarts, requests are always retried.
    pub retry_first_contact: bool,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            max_retries: 5,
            initial_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(5),
            retry_first_contact: true,
        }
    }
}

impl Retry {
    /// No retries, except to another address of the cluster.
    pub fn never() -> Self {
        Self { max_retries: 0, ..Self::default() }
    }

    /// Sets the maximum number of retries.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets the backoff before the first retry.
    pub fn initial_backoff(mut self, backoff: Duration) -> Self {
        self.initial_backoff = backoff;
        self
    }

    /// Sets the maximum backoff.
    pub fn max_backoff(mut self, backoff: Duration) -> Self {
        self.max_backoff = backoff;
        self
    }

    /// Sets whether to retry if no server has ever been reached. Interactive tools set false, to report a wrong address
    /// at once.
    pub fn retry_first_contact(mut self, retry: bool) -> Self {
        self.retry_first_contact = retry;
        self
    }

    /// The backoff after this many failed rounds, between half and all of its nominal value.
    fn pause(&self, rounds: u32) -> Duration {
        let doubled = self.initial_backoff.saturating_mul(2_u32.saturating_pow(rounds.saturating_sub(1)));
        let pause = doubled.min(self.max_backoff);
        pause / 2 + pause / 2 / 255 * u32::from(random().to_be_bytes()[0])
    }
}

/// The retry state of one request.
#[derive(Debug)]
pub(crate) struct Attempts {
    retry: Retry,
    repeat: Repeat,
    spec: &'static Spec,
    token: Option<String>,
    /// Number of addresses, each of which is tried in a round.
    addresses: u32,
    started: Instant,
    deadline: Deadline,
    failed: u32,
    /// True if a failed attempt may have arrived.
    pub(crate) may_have_arrived: bool,
}

impl Attempts {
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
            may_have_arrived: request.may_have_arrived,
        }
    }

    /// The number of the current or next attempt, from 1.
    pub(crate) fn number(&self) -> u32 {
        self.failed.saturating_add(1)
    }

    /// Limits an attempt to this duration, and to the deadline of the call.
    pub(crate) async fn with_timeout<T>(
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

    /// Waits for the time of the next attempt. Returns the last error if there will be none.
    ///
    /// `arrival` is that of the request itself. If the lookup of an earlier attempt failed, it is [`Arrival::No`].
    pub(crate) async fn wait_for_next(
        &mut self,
        error: Error,
        arrival: Arrival,
        addresses: &Addresses,
    ) -> Result<()> {
        self.failed += 1;
        let is_newly_lost = arrival == Arrival::Unknown && !self.may_have_arrived;
        self.may_have_arrived |= arrival == Arrival::Unknown;
        let may_be_repeated = match (arrival, self.repeat) {
            (Arrival::No, _) | (_, Repeat::Reads | Repeat::Same) => true,
            (Arrival::Unknown, repeat) => !repeat.is_another(),
            (Arrival::Yes, _) => false,
        };
        let is_not_there_yet = matches!(self.repeat, Repeat::Found(_)) && error.is_not_found();
        let next_address = !self.failed.is_multiple_of(self.addresses);
        let is_nobody_there = error.is_no_connection()
            && !self.retry.retry_first_contact
            && !addresses.have_answered()
            && !self.may_have_arrived;
        let is_of_use = ((error.is_transient() || error.is_timeout()) && !is_nobody_there)
            || is_not_there_yet
            || (is_newly_lost && self.repeat.can_be_found())
            || (error.is_no_connection() && next_address);
        // The lookup of work that may have started goes on until the deadline.
        let is_looked_for =
            self.may_have_arrived && self.repeat.duplicate_check().is_some() && self.retry.max_retries > 0;
        let most = self.retry.max_retries.saturating_add(1).saturating_mul(self.addresses);
        if !may_be_repeated || !is_of_use || (self.failed >= most && !is_looked_for) {
            return Err(self.give_up(error));
        }
        let rounds = self.failed.div_ceil(self.addresses);
        // No backoff before the next address.
        let pause = match next_address {
            true => Duration::ZERO,
            false => self.retry.pause(rounds).max(error.retry_after().unwrap_or_default()),
        };
        let next = Instant::now() + pause.min(Duration::from_secs(86_400));
        if next >= self.deadline.at {
            return Err(self.give_up(error));
        }
        tracing::info!(endpoint = self.spec.name, attempt = self.failed, ?pause, %error, "retrying");
        sleep_until(next).await;
        Ok(())
    }

    /// Time since the start of the first attempt.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The final error, with the summary of attempts.
    ///
    /// A refusal of the last attempt does not settle an earlier one that may have arrived.
    fn give_up(&self, error: Error) -> Error {
        let last = error.after(AttemptSummary { count: self.failed, elapsed: self.started.elapsed() });
        if self.may_have_arrived && !self.repeat.reads() {
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
        let retry = Retry::default().initial_backoff(Duration::MAX).max_backoff(Duration::MAX);
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
