//! A grace period, within which an outdated copy may hide the current state.

use std::time::Duration;

/// A grace period that starts with its first check.
#[derive(Debug)]
pub(super) struct GracePeriod {
    since: Option<Duration>,
    length: Duration,
}

impl GracePeriod {
    pub(super) fn new(length: Duration) -> Self {
        Self { since: None, length }
    }

    /// Returns true within the grace period, and starts it if it is not running.
    pub(super) fn is_running(&mut self, now: Duration) -> bool {
        now.saturating_sub(*self.since.get_or_insert(now)) < self.length
    }

    pub(super) fn reset(&mut self) {
        self.since = None;
    }
}
