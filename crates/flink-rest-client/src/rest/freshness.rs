//! Fresh metrics.
//!
//! A JobManager collects metrics only when somebody asks, at most once per `metrics.fetcher.update-interval`, and
//! answers that request with what it collected before: on a job that nobody looked at for an hour, with values an hour
//! old. So the first look only makes it collect. What it collected of itself arrives some 20 ms later, what it collected
//! of the TaskManagers 30 to 300 ms later (measured on 1.13.6, 1.20.5 and 2.3.0).
//!
//! Each JVM reports CPU time and memory in use, of which one differs between any two collections. Once one has changed,
//! a collection has begun, and the values of all others are waited for, a second at most. If none changes for 0.4 s, none
//! began: the last one is younger than the interval, or, from 1.20 on, not over, as a JVM does not answer
//! (`MetricFetcherImpl.update`; for up to `web.timeout`, ten minutes). The backpressure of a vertex tells when it began.
//!
//! | metrics count as fresh once | it is wrong if |
//! | --- | --- |
//! | the JobManager and each registered TaskManager have reported, up to three; up to 21 if the first look takes less than 20 ms | |
//! | some TaskManagers of more have reported, and no other for 0.4 s | one is later than that |
//! | nobody has reported for 0.4 s, and a job tells that the last collection is young | |
//! | nobody has reported for 0.4 s, and no job runs | all are later than that, or one has not answered the collection before |
//!
//! All else is [`Freshness::Unknown`].

mod collection;
mod last_collection;
mod pulse;

use std::time::Duration;

use tokio::time::Instant;

use self::collection::{Collected, collected};
use crate::{
    Action, Call, Client, Result, Retry,
    client::{Mode, call::CallOptions},
    rest::jobmanager::GetJobManagerConfig,
};

/// Flink's option for the least time between two collections, and its default.
const INTERVAL_OPTION: &str = "metrics.fetcher.update-interval";
pub(crate) const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);
/// Age beyond one interval at which metrics count as stale; also the longest wait for a collection.
const TOLERANCE: Duration = Duration::from_secs(1);
/// Time for which metrics that do not come are not waited for again: a command may read hundreds.
const GIVE_UP: Duration = Duration::from_secs(5);
/// Timeout of one look.
const LOOK_TIMEOUT: Duration = Duration::from_secs(2);

impl<M: Mode> Client<M> {
    /// Makes the JobManager collect metrics, and waits about a second at most until they have arrived.
    ///
    /// All calls whose answers hold metrics do this first ([`Spec::measured`](crate::endpoint::Spec::measured)), typed
    /// ones and those by name. It is for those who want to know whether it worked. It sends nothing if this client knows
    /// that the last collection is younger than the JobManager's `metrics.fetcher.update-interval` and a second.
    ///
    /// Each TaskManager is waited for, if there are up to three; up to 21 where the JobManager answers within 20 ms. Of
    /// more, one that reports 0.4 s later than the others is missed.
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

/// Age of the metrics that the JobManager answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Freshness {
    /// Collected no longer ago than one `metrics.fetcher.update-interval` and a second.
    Fresh,
    /// Unknown, and perhaps old: the JobManager or a TaskManager takes longer than a second to report, or their CPU time
    /// cannot be read.
    Unknown,
}

impl Freshness {
    /// Whether the metrics are known to be fresh.
    pub fn is_fresh(self) -> bool {
        self == Self::Fresh
    }
}

impl<M: Mode, A: Action> Call<M, A> {
    /// The same, once metrics are fresh, and whether they are; see [`Client::refresh_metrics`]. What reads no metrics is
    /// [`Fresh`](Freshness::Fresh).
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

/// A value that holds metrics, and how old they are.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Reading<T> {
    /// The value.
    pub value: T,
    /// Age of its metrics.
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

/// Makes the JobManager collect, unless metrics are fresh. One at a time: whoever comes meanwhile waits for it.
pub(crate) async fn refresh<M: Mode>(client: &Client<M>, mut options: CallOptions) -> Freshness {
    let mut known = client.shared.collections.lock().await;
    let is_ahead = |until: Option<Instant>| until.is_some_and(|until| Instant::now() <= until);
    if is_ahead(known.fresh_until) {
        return Freshness::Fresh;
    }
    if is_ahead(known.unknown_until) {
        return Freshness::Unknown;
    }
    // A failure is told by the call that this is for: nothing is retried here.
    options.retry = Some(Retry::never());
    // The looks at many TaskManagers share the bound on requests at once.
    options.is_part = true;
    options.attempt_timeout = Some(options.attempt_timeout.unwrap_or(LOOK_TIMEOUT).min(LOOK_TIMEOUT));
    let begun = Instant::now();
    known.fresh_until = None;
    let late = std::mem::take(&mut known.late);
    match collected(client, &late, &mut known.interval, options).await {
        Some(Collected::Now) => {
            known.fresh_until = begun.checked_add(interval(client, &mut known.interval, options).await);
        }
        Some(Collected::Before) => known.fresh_until = Some(begun + TOLERANCE),
        Some(Collected::Late(values)) => known.late = values,
        None => {}
    }
    if known.fresh_until.is_some() {
        return Freshness::Fresh;
    }
    known.unknown_until = Some(Instant::now() + GIVE_UP);
    Freshness::Unknown
}

/// Makes the JobManager collect, unless the call that this is a part of has done so.
pub(crate) async fn refresh_once<M: Mode>(client: &Client<M>, options: CallOptions) {
    if !options.is_refreshed && !refresh(client, options).await.is_fresh() {
        tracing::warn!("the metrics may be old: Flink did not collect them within a second");
    }
}

/// The cluster's interval, asked for once; the default unless its configuration has another.
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

/// A duration as Flink's configuration writes it: `10 s`, `500ms`, `1 min`; without a unit, milliseconds.
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
