//! A grace period, within which an outdated copy may hide the current state.

use std::time::Duration;

/// A grace period that starts with its first check.
#[derive(Debug)]
pub(super) struct Doubt {
    since: Option<Duration>,
    patience: Duration,
}

impl Doubt {
    pub(super) fn lasting(patience: Duration) -> Self {
        Self { since: None, patience }
    }

    /// Returns true within the grace period, and starts it if it is not running.
    pub(super) fn lasts(&mut self, now: Duration) -> bool {
        now.saturating_sub(*self.since.get_or_insert(now)) < self.patience
    }

    pub(super) fn settle(&mut self) {
        self.since = None;
    }
}
