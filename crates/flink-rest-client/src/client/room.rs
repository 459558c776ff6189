//! Threads of its own for a function of the caller's, which may block.

use std::{sync::Arc, thread};

use tokio::sync::{Semaphore, oneshot};

/// Runs functions on threads of its own, a bounded number at once. Whoever waits for one can stop waiting, and a function
/// that never returns takes nothing from others but its place here.
#[derive(Clone, Debug)]
pub struct Room(Arc<Semaphore>);

impl Room {
    /// A room with places for so many functions at once.
    pub fn new(places: usize) -> Self {
        Self(Arc::new(Semaphore::new(places)))
    }

    /// The function's value; an error if there is no thread for it, or if it panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        function: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        let place = self.0.clone().acquire_owned().await.map_err(|error| error.to_string())?;
        let (sender, receiver) = oneshot::channel();
        let thread = thread::Builder::new().name("flink-rest-client callback".into());
        let run = move || {
            let value = function();
            // Nobody may wait any more.
            let _ = sender.send(value);
            drop(place);
        };
        thread.spawn(run).map_err(|error| error.to_string())?;
        receiver.await.map_err(|_| "the function panicked".into())
    }
}
