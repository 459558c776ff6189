//! State of the last collection of metrics, shared by all clones of a client.

use std::{
    sync::{Mutex as StdMutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex, MutexGuard},
    time::Instant,
};

/// The state of metric collection.
#[derive(Debug, Default)]
pub(crate) struct Collections {
    known: Mutex<Known>,
    /// The first request for metrics within one interval.
    first_look: StdMutex<Option<Instant>>,
}

#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The cluster's update interval, once it was requested.
    pub(crate) interval: Option<Duration>,
    /// Time until which metrics are fresh without another collection.
    pub(crate) fresh_until: Option<Instant>,
    /// Time until which freshness stays unknown.
    pub(crate) unknown_until: Option<Instant>,
    /// Values that JVMs reported before a collection that was late.
    pub(crate) late: Vec<f64>,
}

impl Collections {
    /// Locks the state. Concurrent callers wait for the same collection.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().await
    }

    /// Returns the time of the first request for metrics within this duration. Metrics that Flink had not collected by
    /// then come with its next collection, whatever is requested in between.
    pub(crate) fn first_look(&self, within: Duration) -> Instant {
        let mut first = self.first_look.lock().unwrap_or_else(PoisonError::into_inner);
        let known = first.filter(|at| at.elapsed() <= within);
        *first.insert(known.unwrap_or_else(Instant::now))
    }
}
