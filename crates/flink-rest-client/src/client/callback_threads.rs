//! Threads for functions of the caller that may block.

use std::{sync::Arc, thread};

use tokio::sync::{Semaphore, oneshot};

/// Runs functions on their own threads, with a limit on how many run at once. A caller can stop waiting for one. A
/// function that never returns only occupies one of the threads.
#[derive(Clone, Debug)]
pub struct CallbackThreads(Arc<Semaphore>);

impl CallbackThreads {
    /// Allows this many functions to run at once.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Semaphore::new(limit)))
    }

    /// Returns the function's value; an error if no thread can be started, or if the function panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        function: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        let permit = self.0.clone().acquire_owned().await.map_err(|error| error.to_string())?;
        let (sender, receiver) = oneshot::channel();
        let thread = thread::Builder::new().name("flink-rest-client callback".into());
        let run = move || {
            let value = function();
            // The caller may have stopped waiting.
            let _ = sender.send(value);
            drop(permit);
        };
        thread.spawn(run).map_err(|error| error.to_string())?;
        receiver.await.map_err(|_| "the function panicked".into())
    }
}
