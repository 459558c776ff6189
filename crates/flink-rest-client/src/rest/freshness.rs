//! Fresh metrics: makes Flink collect metrics before they are read.
//!
//! A JobManager only collects metrics when they are requested, at most once per `metrics.fetcher.update-interval`. It
//! responds with the previous collection: for a job that nobody has read for an hour, the values are an hour old. So
//! the first request only triggers a collection. Its own values arrive some 20 ms later, those of the TaskManagers 30
//! to 300 ms later (measured on 1.13.6, 1.20.5 and 2.3.0).
//!
//! Each JVM reports CPU time and memory usage; one of them differs between any two collections. Once one has changed, a
//! collection has started, and the values of all others are awaited for up to a second. If none changes for 0.4 s, no
//! collection has started. Either the last one is younger than the interval, or, since 1.20, it is still in progress
//! because a JVM does not respond (`MetricFetcherImpl.update`; for up to `web.timeout`, ten minutes). The backpressure
//! of a vertex includes the start time of the last collection.
//!
//! | metrics count as fresh once | wrong if |
//! | --- | --- |
//! | the JobManager and each registered TaskManager have reported, up to three; up to 21 if the first request takes less than 20 ms | |
//! | of more TaskManagers, some have reported, and no other for 0.4 s | one reports later than that |
//! | none has reported for 0.4 s, and a job shows that the last collection is young | |
//! | none has reported for 0.4 s, and no job is running | all report later than that, or one has not answered the previous collection |
//!
//! In all other cases the result is [`Freshness::Unknown`].

mod collection;
mod jvm_sample;
mod last_collection;

use std::time::Duration;

use tokio::time::Instant;

use self::collection::{Collected, collected};
use crate::{
    Action, Call, Client, Result, Retry,
    client::{Mode, call::CallOptions},
    rest::jobmanager::GetJobManagerConfig,
};

/// Flink's option for the minimum interval between two collections, and its default.
const INTERVAL_OPTION: &str = "metrics.fetcher.update-interval";
pub(crate) const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);
/// Maximum age of fresh metrics beyond one interval; also the timeout of a collection.
const COLLECTION_TIMEOUT: Duration = Duration::from_secs(1);
/// Time for which an unknown freshness is not determined again: a command may read hundreds of metrics.
const UNKNOWN_TTL: Duration = Duration::from_secs(5);
/// Timeout of one request.
const READ_TIMEOUT: Duration = Duration::from_secs(2);

impl<M: Mode> Client<M> {
    /// Makes the JobManager collect metrics, and waits about a second at most until they have arrived.
    ///
    /// All calls that read metrics do this first ([`Spec::measured`](crate::endpoint::Spec::measured)), typed ones and
    /// those by name. Call it to learn if it succeeded. Sends nothing if this client knows that the last collection is
    /// younger than the JobManager's `metrics.fetcher.update-interval` and a second.
    ///
    /// Waits for each TaskManager if there are up to three, or up to 21 if the JobManager responds within 20 ms. With
    /// more, a TaskManager that reports 0.4 s later than the others is missed.
    ///
    /// ```no_run
    /// # async fn example(flink: flink_rest_client::FlinkRestClient) -> flink_rest_client::Result<()> {
    /// if !flink.refresh_metrics().await?.is_fresh() {
    ///     eprintln!("the metrics may be old");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn refresh_metrics(&self) -> Call<M, RefreshMetrics> {
        Call::new(self.clone(), RefreshMetrics)
    }
}

/// Makes the JobManager collect metrics; see [`Client::refresh_metrics`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RefreshMetrics;

/// Age of the JobManager's metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Freshness {
    /// Collected at most one `metrics.fetcher.update-interval` and a second ago.
    Fresh,
    /// Unknown, and possibly old: the JobManager or a TaskManager takes longer than a second to report, or their CPU
    /// time cannot be read.
    Unknown,
}

impl Freshness {
    /// Returns true if the metrics are known to be fresh.
    pub fn is_fresh(self) -> bool {
        self == Self::Fresh
    }
}

impl<M: Mode, A: Action> Call<M, A> {
    /// Makes Flink collect metrics first, and returns their freshness with the result; see [`Client::refresh_metrics`].
    /// A call that reads no metrics is [`Fresh`](Freshness::Fresh).
    ///
    /// ```no_run
    /// # async fn example(job: flink_rest_client::jobs::Job<flink_rest_client::Async>) -> flink_rest_client::Result<()> {
    /// let reading = job.metrics().get(["numRestarts"]).fresh().await?;
    /// println!("{:?}, {:?}", reading.value, reading.freshness);
    /// # Ok(()) }
    /// ```
    pub fn fresh(self) -> Call<M, Fresh<A>> {
        self.map(Fresh)
    }
}

/// An action on fresh metrics; see [`Call::fresh`].
#[derive(Clone, Copy, Debug)]
pub struct Fresh<A>(A);

/// A value read from metrics, with their freshness.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Reading<T> {
    /// The value.
    pub value: T,
    /// The freshness of its metrics.
    pub freshness: Freshness,
}

impl<A: Action> Action for Fresh<A> {
    type Output<M: Mode> = Reading<A::Output<M>>;

    async fn run<M: Mode>(
        self,
        client: Client<M>,
        mut options: CallOptions,
    ) -> Result<Reading<A::Output<M>>> {
        let freshness = match self.0.reads_metrics() {
            true => refresh(&client, options).await,
            false => Freshness::Fresh,
        };
        options.is_refreshed = true;
        Ok(Reading { value: self.0.run(client, options).await?, freshness })
    }
}

impl Action for RefreshMetrics {
    type Output<M: Mode> = Freshness;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Freshness> {
        Ok(refresh(&client, options).await)
    }
}

/// Makes the JobManager collect metrics unless they are fresh. Concurrent callers wait for the same collection.
pub(crate) async fn refresh<M: Mode>(client: &Client<M>, mut options: CallOptions) -> Freshness {
    let mut known = client.shared.collections.lock().await;
    let is_ahead = |until: Option<Instant>| until.is_some_and(|until| Instant::now() <= until);
    if is_ahead(known.fresh_until) {
        return Freshness::Fresh;
    }
    if is_ahead(known.unknown_until) {
        return Freshness::Unknown;
    }
    // A failure is reported by the call itself: no retries here.
    options.retry = Some(Retry::never());
    // The requests for many TaskManagers share the limit on concurrent requests.
    options.is_part = true;
    options.attempt_timeout = Some(options.attempt_timeout.unwrap_or(READ_TIMEOUT).min(READ_TIMEOUT));
    let begun = Instant::now();
    known.fresh_until = None;
    let late = std::mem::take(&mut known.late);
    match collected(client, &late, &mut known.interval, options).await {
        Some(Collected::Now) => {
            known.fresh_until = begun.checked_add(interval(client, &mut known.interval, options).await);
        }
        Some(Collected::Before) => known.fresh_until = Some(begun + COLLECTION_TIMEOUT),
        Some(Collected::Late(values)) => known.late = values,
        None => {}
    }
    if known.fresh_until.is_some() {
        return Freshness::Fresh;
    }
    known.unknown_until = Some(Instant::now() + UNKNOWN_TTL);
    Freshness::Unknown
}

/// Makes the JobManager collect metrics, unless the call that this is a part of has done so.
pub(crate) async fn refresh_once<M: Mode>(client: &Client<M>, options: CallOptions) {
    if !options.is_refreshed && !refresh(client, options).await.is_fresh() {
        tracing::warn!("the metrics may be old: Flink did not collect them within a second");
    }
}

/// Returns the cluster's interval, read once from its configuration.
async fn interval<M: Mode>(
    client: &Client<M>,
    known: &mut Option<Duration>,
    options: CallOptions,
) -> Duration {
    if let Some(interval) = known {
        return *interval;
    }
    let config = client.execute(&GetJobManagerConfig::new(), options).await.ok();
    let set = config.and_then(|config| config.get(INTERVAL_OPTION).and_then(duration));
    *known.insert(set.unwrap_or(DEFAULT_INTERVAL))
}

/// Parses a duration in Flink's configuration format: `10 s`, `500ms`, `1 min`; milliseconds without a unit.
fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let number: u64 = number.parse().ok()?;
    let seconds = |each: u64| number.checked_mul(each).map(Duration::from_secs);
    match unit.trim() {
        "" | "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => {
            Some(Duration::from_millis(number))
        }
        "s" | "sec" | "secs" | "second" | "seconds" => seconds(1),
        "m" | "min" | "minute" | "minutes" => seconds(60),
        "h" | "hour" | "hours" => seconds(3600),
        "d" | "day" | "days" => seconds(86_400),
        "ns" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => Some(Duration::from_nanos(number)),
        "µs" | "us" | "micro" | "micros" | "microsecond" | "microseconds" => {
            Some(Duration::from_micros(number))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_read_as_flink_writes_it() {
        for (text, millis) in
            [("10000", 10_000), ("10 s", 10_000), ("500ms", 500), ("1 min", 60_000), ("2h", 7_200_000)]
        {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "soon", "-1", "1 fortnight", "99999999999999999999", "18446744073709551615 d"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
