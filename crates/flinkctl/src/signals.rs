//! Being stopped while Flink does something on its own: what goes on is told, and how to look.

use crate::error::{Exit, Failure, Result};

/// Does it, unless somebody stops the process meanwhile; then this is told of what was begun.
pub(crate) async fn unless_stopped<T>(
    work: impl IntoFuture<Output = T>,
    told: impl FnOnce(Exit) -> Failure,
) -> Result<T> {
    tokio::select! {
        // What is done in it may have more to tell of the same signal.
        biased;
        done = work.into_future() => Ok(done),
        exit = stopped() => Err(told(exit)),
    }
}

/// Comes back when Ctrl-C is pressed, or another process asks this one to end, as `timeout` does.
///
/// From then on, these signals end the process no longer: all that is awaited afterwards must listen as well.
#[cfg(unix)]
pub(crate) async fn stopped() -> Exit {
    use tokio::signal::unix::{SignalKind, signal};
    let heard = async |kind| match signal(kind) {
        Ok(mut signals) => _ = signals.recv().await,
        // It ends the process as it always does.
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = heard(SignalKind::interrupt()) => Exit::Interrupted,
        () = heard(SignalKind::terminate()) => Exit::Terminated,
    }
}

#[cfg(not(unix))]
pub(crate) async fn stopped() -> Exit {
    match tokio::signal::ctrl_c().await {
        Ok(()) => Exit::Interrupted,
        Err(_) => std::future::pending().await,
    }
}
