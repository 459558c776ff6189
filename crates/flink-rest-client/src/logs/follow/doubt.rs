//! How long to wait for what an older copy hides.

use std::time::Duration;

/// Something that cannot be told from an older copy, for a while.
#[derive(Debug)]
pub(super) struct Doubt {
    since: Option<Duration>,
    patience: Duration,
}

impl Doubt {
    pub(super) fn lasting(patience: Duration) -> Self {
        Self { since: None, patience }
    }

    /// Whether it is worth to look again; it begins now if it has not.
    pub(super) fn lasts(&mut self, now: Duration) -> bool {
        now.saturating_sub(*self.since.get_or_insert(now)) < self.patience
    }

    pub(super) fn settle(&mut self) {
        self.since = None;
    }
}
