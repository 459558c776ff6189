//! State of the last collection of metrics, shared by all clones of a client.

use std::time::Duration;

use tokio::{
    sync::{Mutex, MutexGuard},
    time::Instant,
};

/// What a client knows of the last collection.
#[derive(Debug, Default)]
pub(crate) struct Collections(Mutex<Known>);

#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The cluster's interval, once it was asked for.
    pub(crate) interval: Option<Duration>,
    /// Metrics are fresh until then without another collection.
    pub(crate) fresh_until: Option<Instant>,
    /// Nothing better than unknown is to be had until then.
    pub(crate) unknown_until: Option<Instant>,
    /// What TaskManagers reported before a collection that was late.
    pub(crate) late: Option<Vec<u64>>,
}

impl Collections {
    /// The state, for one at a time: whoever comes meanwhile waits for the same collection.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().await
    }
}
