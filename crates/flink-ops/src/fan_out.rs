//! Many requests, a bounded number of them at once.

use flink_rest_client::MAX_CONCURRENT_REQUESTS;
use futures_util::{StreamExt, stream};
use tokio::sync::Semaphore;

/// Shared by the whole process, so that work on several clusters at once stays within the bound as well.
static REQUESTS: Semaphore = Semaphore::const_new(MAX_CONCURRENT_REQUESTS);

/// Awaits all calls, at most [`MAX_CONCURRENT_REQUESTS`] at once in the whole process, and returns their outputs in the
/// order of the calls. A call that fails ends no other.
pub async fn fan_out<T, F: Future<Output = T>>(calls: Vec<F>) -> Vec<T> {
    // A list, since an iterator whose closure borrows would keep the future on its thread.
    let calls = calls.into_iter().map(permitted).collect::<Vec<_>>();
    stream::iter(calls).buffered(MAX_CONCURRENT_REQUESTS).collect().await
}

async fn permitted<T>(call: impl Future<Output = T>) -> T {
    // The semaphore is never closed.
    let _permit = REQUESTS.acquire().await;
    call.await
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    #[tokio::test]
    async fn eight_are_under_way_at_once_whoever_asks() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let call = |number: usize| {
            let (now, most) = (&now, &most);
            async move {
                most.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
                tokio::task::yield_now().await;
                now.fetch_sub(1, Relaxed);
                number
            }
        };
        let (one, other) =
            tokio::join!(fan_out((0..800).map(call).collect()), fan_out((0..800).map(call).collect()));
        assert_eq!(one, (0..800).collect::<Vec<_>>());
        assert_eq!((other.len(), most.load(Relaxed)), (800, MAX_CONCURRENT_REQUESTS));
    }
}
