//! Waiting for something to come true on the server.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, sleep_until};

use crate::{Error, Result, call::CallOptions};

/// How long a wait goes on unless told otherwise.
const LONGEST: Duration = Duration::from_secs(600);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Asks until the answer is `Some`, with growing pauses, or until the deadline.
///
/// A server that cannot be reached for a while, as while a JobManager restarts, is asked again.
pub(crate) async fn until<T, F>(what: String, options: CallOptions, mut ask: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>> + Send,
{
    let deadline = options.deadline(LONGEST);
    let mut pause = FIRST_PAUSE;
    let mut missed = None;
    loop {
        match tokio::time::timeout_at(deadline.at, ask()).await {
            Ok(Ok(Some(value))) => return Ok(value),
            Ok(Ok(None)) => missed = None,
            Ok(Err(error)) if error.is_passing() => missed = Some(error),
            Ok(Err(error)) => return Err(error),
            Err(_) => {}
        }
        let next = Instant::now() + pause;
        if next >= deadline.at {
            // An outage to the end explains more than the time it took.
            return Err(missed.unwrap_or(Error::timeout(what, deadline.after)));
        }
        sleep_until(next).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}
