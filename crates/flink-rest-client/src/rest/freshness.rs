//! Fresh metrics.
//!
//! A JobManager collects metrics only when somebody asks, at most once per `metrics.fetcher.update-interval`, and
//! answers that request with what it collected before: on a job that nobody looked at for an hour, with values an hour
//! old. So the first look only makes it collect. What it collected of itself arrives some 20 ms later, what it collected
//! of the TaskManagers 50 to 300 ms later (measured on 1.13.6, 1.20.5 and 2.3.0).
//!
//! Each JVM reports CPU time and memory in use, which differ between any two collections. If the JobManager's do not
//! change, no collection began, so the last one is younger than the interval. If they do, those of the TaskManagers
//! tell when theirs have arrived.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{
    Action, Call, Client, Endpoint, Result, Retry,
    client::{Mode, call::CallOptions},
    rest::{
        jobmanager::{GetJobManagerConfig, GetJobManagerMetrics},
        metrics::Aggregation,
        taskmanagers::GetAggregatedTaskManagerMetrics,
    },
};

/// Metrics of a JVM of which one changes with each collection (all releases): collecting takes time and memory.
const PULSE: [&str; 2] = ["Status.JVM.CPU.Time", "Status.JVM.Memory.Heap.Used"];
/// Flink's option for the least time between two collections, and its default.
const INTERVAL_OPTION: &str = "metrics.fetcher.update-interval";
pub(crate) const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);
/// Age beyond one interval at which metrics count as stale; also the longest wait for a collection.
const TOLERANCE: Duration = Duration::from_secs(1);
/// Time after which a collection would have shown in the JobManager's own metrics.
const QUIET: Duration = Duration::from_millis(400);
/// Time without a change after which all of several TaskManagers have reported.
const SETTLED: Duration = Duration::from_millis(400);
/// Pauses between looks, which double.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// Time for which metrics that do not come are not waited for again: a command may read hundreds.
const GIVE_UP: Duration = Duration::from_secs(5);
/// Timeout of one look.
const LOOK_TIMEOUT: Duration = Duration::from_secs(2);

impl<M: Mode> Client<M> {
    /// Makes the JobManager collect metrics, and waits about a second at most until they have arrived.
    ///
    /// All calls that read nothing but metrics do this first. It is for values among others, such as the records of a
    /// vertex in [`JobDetails`](crate::jobs::details::JobDetails), and for those who want to know whether it worked. It
    /// sends nothing if this client knows that the last collection is younger than the JobManager's
    /// `metrics.fetcher.update-interval` and a second.
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
    /// Unknown, and perhaps old: a TaskManager takes longer than a second to report, or the JobManager does not answer
    /// with its CPU time.
    Unknown,
}

impl Freshness {
    /// Whether the metrics are known to be fresh.
    pub fn is_fresh(self) -> bool {
        self == Self::Fresh
    }
}

impl<M: Mode, A: Action> Call<M, A> {
    /// The same, once metrics are fresh, and whether they are; see [`Client::refresh_metrics`].
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
        let freshness = refresh(&client, options).await;
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
    options.attempt_timeout = Some(options.attempt_timeout.unwrap_or(LOOK_TIMEOUT).min(LOOK_TIMEOUT));
    let begun = Instant::now();
    known.fresh_until = None;
    match collected(client, begun, known.late.take(), options).await {
        Some(Collected::Now) => {
            let interval = match known.interval {
                Some(interval) => interval,
                None => *known.interval.insert(interval(client, options).await.unwrap_or(DEFAULT_INTERVAL)),
            };
            known.fresh_until = begun.checked_add(interval);
        }
        Some(Collected::Before) => known.fresh_until = Some(begun + TOLERANCE),
        Some(Collected::Late(values)) => known.late = Some(values),
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

/// Carries out an endpoint once metrics are fresh.
pub(crate) async fn refreshed<M: Mode, E: Endpoint>(
    client: &Client<M>,
    endpoint: &E,
    options: CallOptions,
) -> Result<E::Response> {
    refresh_once(client, options).await;
    client.execute(endpoint, options).await
}

/// When the collection began whose values the JobManager has now.
enum Collected {
    /// Since the first look.
    Now,
    /// Within one interval before it.
    Before,
    /// Since the first look, and these values of TaskManagers are older.
    Late(Vec<u64>),
}

/// Looks until the metrics of the last collection are there; none if they cannot be read. `late` are values that were
/// old before.
async fn collected<M: Mode>(
    client: &Client<M>,
    begun: Instant,
    late: Option<Vec<u64>>,
    options: CallOptions,
) -> Option<Collected> {
    // The first look makes Flink collect, and sees what was there before. TaskManagers first: they are slower.
    let before = taskmanagers(client, options).await?;
    let jobmanager_before = jobmanager(client, options).await?;
    let is_late = late.is_some_and(|late| late == before);
    let (mut pause, mut last, mut changed) = (FIRST_PAUSE, before.clone(), None);
    loop {
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        let looks = futures_util::future::join(jobmanager(client, options), taskmanagers(client, options));
        let (of_jobmanager, now) = looks.await;
        let (of_jobmanager, now) = (of_jobmanager?, now?);
        let (elapsed, is_new) = (begun.elapsed(), now != last);
        if is_new {
            changed = Some(Instant::now());
        }
        last = now;
        // Several TaskManagers report one after the other.
        let is_quiet = |at: Instant| !is_new && at.elapsed() >= SETTLED;
        if changed.is_some_and(|at| is_one(&last) || is_quiet(at)) {
            return Some(Collected::Now);
        }
        let is_unchanged = changed.is_none() && of_jobmanager == jobmanager_before;
        if is_unchanged && elapsed > QUIET && !of_jobmanager.is_empty() && !is_late {
            return Some(Collected::Before);
        }
        if elapsed > TOLERANCE {
            // Without a TaskManager there is nothing to come.
            let is_all = last.is_empty() && !is_unchanged;
            return Some(if is_all { Collected::Now } else { Collected::Late(before) });
        }
    }
}

/// Whether these are the values of one TaskManager: their sum is their mean.
fn is_one(values: &[u64]) -> bool {
    values.chunks(2).all(|values| values.first() == values.last())
}

/// What the JobManager's JVM reported last; nothing before the first collection, none if it cannot be read.
async fn jobmanager<M: Mode>(client: &Client<M>, options: CallOptions) -> Option<Vec<String>> {
    let mut endpoint = GetJobManagerMetrics::new();
    endpoint.get = PULSE.map(str::to_owned).into();
    let metrics = client.execute(&endpoint, options).await.ok()?;
    Some(metrics.into_iter().filter_map(|metric| metric.value).collect())
}

/// The same of all TaskManagers together: sum and mean of each metric.
async fn taskmanagers<M: Mode>(client: &Client<M>, options: CallOptions) -> Option<Vec<u64>> {
    let mut endpoint = GetAggregatedTaskManagerMetrics::new();
    endpoint.get = PULSE.map(str::to_owned).into();
    endpoint.agg = vec![Aggregation::Sum, Aggregation::Avg];
    let metrics = client.execute(&endpoint, options).await.ok()?;
    let values = metrics.into_iter().flat_map(|metric| [metric.sum, metric.avg]);
    Some(values.flatten().map(f64::to_bits).collect())
}

/// The cluster's interval; the default unless its configuration has another, none if it does not answer.
async fn interval<M: Mode>(client: &Client<M>, options: CallOptions) -> Option<Duration> {
    let config = client.execute(&GetJobManagerConfig::new(), options).await.ok()?;
    Some(config.get(INTERVAL_OPTION).and_then(duration).unwrap_or(DEFAULT_INTERVAL))
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
