//! Ctrl-C and SIGTERM while Flink carries out an operation.

use crate::error::{Exit, Failure, Result};

/// Runs the work. If Ctrl-C or SIGTERM stops the process, fails with `failure`, which describes the operation in progress.
pub(crate) async fn unless_stopped<T>(
    work: impl IntoFuture<Output = T>,
    failure: impl FnOnce(Exit) -> Failure,
) -> Result<T> {
    tokio::select! {
        // The work may handle the same signal with a better message.
        biased;
        done = work.into_future() => Ok(done),
        exit = stopped() => Err(failure(exit)),
    }
}

/// Waits for Ctrl-C or SIGTERM, as `timeout` sends it.
///
/// After the first call, these signals no longer end the process: all later waits must listen as well.
#[cfg(unix)]
pub(crate) async fn stopped() -> Exit {
    use tokio::signal::unix::{SignalKind, signal};
    let received = async |kind| match signal(kind) {
        Ok(mut signals) => _ = signals.recv().await,
        // Without a handler, the signal ends the process.
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = received(SignalKind::interrupt()) => Exit::Interrupted,
        () = received(SignalKind::terminate()) => Exit::Terminated,
    }
}

#[cfg(not(unix))]
pub(crate) async fn stopped() -> Exit {
    match tokio::signal::ctrl_c().await {
        Ok(()) => Exit::Interrupted,
        Err(_) => std::future::pending().await,
    }
}
