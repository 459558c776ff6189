//! Metrics: single values and aggregates.

use std::{collections::HashSet, fmt, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use crate::{
    Client, Endpoint, Error, Result,
    client::{Mode, call::CallOptions},
    endpoint::answer::shape::telling,
    rest::freshness::{DEFAULT_INTERVAL, refresh_once},
    value::{open_enum::open_enum, text::nearest, time::maybe_double},
};

/// A metric. A request without names returns the names only; a request with names returns their values.
///
/// Values are [fresh](crate::Freshness): a call that reads some makes Flink [collect](crate::Client::refresh_metrics)
/// them first. A process or task that has just started has none yet, and names that Flink does not know are missing in
/// the response. Rates and times per second are meaningless in a task's first ten seconds: Flink updates them every
/// five.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metric {
    /// Its name, without the scope of the requested object: `Status.JVM.Memory.Heap.Used`.
    pub id: String,
    /// Its value as Java prints it; none if the request named no metrics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

telling!(Metric: Members(&[Text("id")]));

impl Metric {
    /// Returns the value as a number; none if there is no value or it is not a number.
    pub fn as_f64(&self) -> Option<f64> {
        self.value.as_ref()?.parse().ok()
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{} = {value}", self.id),
            None => f.write_str(&self.id),
        }
    }
}

/// A metric aggregated over several jobs, TaskManagers or subtasks. A request without names returns the names only.
///
/// If Flink does not know one of the names, its response is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AggregatedMetric {
    /// Its name.
    pub id: String,
    /// The minimum.
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The maximum.
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The mean.
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub avg: Option<f64>,
    /// The sum.
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub sum: Option<f64>,
    /// The skew of the values in percent: 0 if all are the same, 100 if one has all (1.20+).
    #[serde(default, with = "maybe_double", skip_serializing_if = "Option::is_none")]
    pub skew: Option<f64>,
}

telling!(AggregatedMetric: Members(&[Text("id")]));

open_enum! {
    /// A way to aggregate the values of several jobs, TaskManagers or subtasks.
    pub enum Aggregation {
        /// The minimum.
        Min = "min",
        /// The maximum.
        Max = "max",
        /// The mean.
        Avg = "avg",
        /// The sum.
        Sum = "sum",
        /// The skew: how unevenly the values are spread (1.20+).
        Skew = "skew" since "1.20",
    }
}

/// Timeout for metrics that the server starts to collect when they are requested.
const COLLECTION_TIMEOUT: Duration = Duration::from_secs(2);

/// An endpoint that reads metrics by name, or lists the available names.
pub(crate) trait Metrics: Endpoint<Response = Vec<Self::Metric>> + Clone {
    type Metric: Send;
    /// True if one unknown name empties the whole response.
    const ALL_OR_NOTHING: bool;

    fn names(&mut self) -> &mut Vec<String>;
    fn name(metric: &Self::Metric) -> &str;
}

/// Implements [`Metrics`] for endpoints, so that [`collect`] can read them.
macro_rules! metrics {
    ($metric:ident, $all_or_nothing:literal: $($endpoint:ident),*) => {$(
        impl $crate::rest::metrics::Metrics for $endpoint {
            type Metric = $metric;
            const ALL_OR_NOTHING: bool = $all_or_nothing;

            fn names(&mut self) -> &mut Vec<String> {
                &mut self.get
            }

            fn name(metric: &$metric) -> &str {
                &metric.id
            }
        }
    )*};
}

pub(crate) use metrics;

/// Reads metrics. If names are given, makes the server collect the values first; the list of names changes too rarely
/// for that. An empty response may mean that the server is still collecting or does not know a name, so it is requested
/// again.
pub(crate) async fn collect<M: Mode, E: Metrics>(
    client: &Client<M>,
    endpoint: &E,
    options: CallOptions,
) -> Result<Vec<E::Metric>> {
    let (mut catalogue, mut pause) = (endpoint.clone(), Duration::from_millis(50));
    let requested = std::mem::take(catalogue.names());
    if !requested.is_empty() {
        refresh_once(client, options).await;
    }
    // One deadline for all requests of a client: a job has many vertices, and some may have no metrics.
    let end = client.shared.collections.first_look(DEFAULT_INTERVAL) + COLLECTION_TIMEOUT;
    loop {
        let metrics = client.execute(endpoint, options).await?;
        if !metrics.is_empty() {
            return Ok(metrics);
        }
        if !requested.is_empty() {
            let available = client.execute(&catalogue, options).await?;
            let known: HashSet<&str> = available.iter().map(E::name).collect();
            let is_available = |name: &&String| known.contains(name.as_str());
            match requested.iter().find(|name| !is_available(name)) {
                Some(name) if E::ALL_OR_NOTHING && !available.is_empty() => {
                    let suggestion = nearest(name, available.iter().map(E::name)).map(str::to_owned);
                    return Err(Error::UnknownMetric { name: name.clone(), suggestion });
                }
                _ if !available.is_empty() && !requested.iter().any(|name| is_available(&name)) => {
                    return Ok(metrics);
                }
                _ => {}
            }
        }
        if Instant::now() + pause > end {
            return Ok(metrics);
        }
        sleep(pause).await;
        pause *= 2;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_numbers_as_java_prints_them() {
        for (value, number) in
            [("42", Some(42.0)), ("1.5E-5", Some(1.5e-5)), ("-Infinity", Some(f64::NEG_INFINITY))]
        {
            let metric: Metric = serde_json::from_value(json!({"id": "m", "value": value})).unwrap();
            assert_eq!(metric.as_f64(), number);
            assert_eq!(metric.to_string(), format!("m = {value}"));
        }
        let texts = [json!({"id": "m", "value": "[1, 2]"}), json!({"id": "m"})];
        for metric in texts {
            assert_eq!(serde_json::from_value::<Metric>(metric).unwrap().as_f64(), None);
        }
    }

    #[test]
    fn an_aggregate_that_is_no_number_comes_back_as_it_was() {
        let wire = json!({"id": "m", "min": 1.0, "avg": "NaN"});
        let metric: AggregatedMetric = serde_json::from_value(wire.clone()).unwrap();
        assert!(metric.avg.is_some_and(f64::is_nan) && metric.max.is_none());
        assert_eq!(serde_json::to_value(&metric).unwrap(), wire);
    }
}
