//! State of the last collection of metrics, shared by all clones of a client.

use std::{
    sync::{Mutex as StdMutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex, MutexGuard},
    time::Instant,
};

/// A client's knowledge of the last collection.
#[derive(Debug, Default)]
pub(crate) struct Collections {
    known: Mutex<Known>,
    /// The first look at metrics within one interval.
    first_look: StdMutex<Option<Instant>>,
}

#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The cluster's interval, once it was asked for.
    pub(crate) interval: Option<Duration>,
    /// Metrics are fresh until then without another collection.
    pub(crate) fresh_until: Option<Instant>,
    /// Nothing better than unknown is to be had until then.
    pub(crate) unknown_until: Option<Instant>,
    /// What JVMs reported before a collection that was late.
    pub(crate) late: Vec<f64>,
}

impl Collections {
    /// The state, for one at a time: whoever comes meanwhile waits for the same collection.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().await
    }

    /// The time of the first look at metrics within so long: what Flink has not collected by then comes with its next
    /// collection, whatever else is asked for meanwhile.
    pub(crate) fn first_look(&self, within: Duration) -> Instant {
        let mut first = self.first_look.lock().unwrap_or_else(PoisonError::into_inner);
        let known = first.filter(|at| at.elapsed() <= within);
        *first.insert(known.unwrap_or_else(Instant::now))
    }
}
