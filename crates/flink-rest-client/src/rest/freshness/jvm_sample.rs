//! Metrics of a JVM that change with each collection.

use crate::{
    Client, Result, TaskManagerId,
    client::{Mode, call::CallOptions},
    rest::{
        jobmanager::GetJobManagerMetrics,
        metrics::{AggregatedMetric, Aggregation},
        taskmanagers::GetAggregatedTaskManagerMetrics,
    },
};

/// Metrics of a JVM, of which at least one changes with each collection (all releases): a collection takes time and
/// memory. Each alone may stay the same: CPU time is counted in steps of 10 ms.
const NAMES: [&str; 2] = ["Status.JVM.CPU.Time", "Status.JVM.Memory.Heap.Used"];

/// Maximum number of TaskManagers that the minimum, maximum and sum of a response can distinguish.
pub(super) const MAX_DISTINGUISHABLE: usize = 3;

/// Relative difference below which two values are equal up to rounding.
const PRECISION: f64 = 1e-12;

/// The values that one or more JVMs last reported.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct JvmSample {
    /// For each metric, one value per JVM, or only the sum for more than [`MAX_DISTINGUISHABLE`].
    metrics: Vec<Vec<f64>>,
    are_sums: bool,
}

impl JvmSample {
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of values of a metric.
    pub(super) fn len(&self) -> usize {
        self.metrics.iter().map(Vec::len).max().unwrap_or_default()
    }

    /// Returns true if this number of JVMs has reported since the values in `before`; none if they cannot be
    /// distinguished.
    pub(super) fn is_all_new(&self, before: &Self, jvms: usize) -> Option<bool> {
        if self.are_sums || before.are_sums {
            return None;
        }
        let none = Vec::new();
        let mut metrics = self.metrics.iter().zip(before.metrics.iter().chain(std::iter::repeat(&none)));
        let is_new =
            metrics.any(|(now, before)| now.len() >= jvms && !now.iter().any(|value| has(before, *value)));
        Some(jvms == 0 || is_new)
    }

    /// Returns the values that are also in `before`.
    pub(super) fn old(&self, before: &Self) -> Vec<f64> {
        let before: Vec<_> = before.metrics.iter().flatten().copied().collect();
        self.metrics.iter().flatten().copied().filter(|value| has(&before, *value)).collect()
    }

    /// Returns true if it has one of these values.
    pub(super) fn has_any(&self, values: &[f64]) -> bool {
        self.metrics.iter().flatten().any(|value| has(values, *value))
    }
}

fn has(values: &[f64], value: f64) -> bool {
    let greatest = values.iter().copied().fold(value, f64::max);
    values.iter().any(|other| (other - value).abs() <= PRECISION * greatest)
}

/// Returns the values of one to three JVMs; none for more.
fn individual_values(metric: &AggregatedMetric) -> Option<Vec<f64>> {
    let (avg, sum) = (metric.avg?, metric.sum?);
    let are = |jvms: f64| (jvms * avg - sum).abs() <= 0.01 * sum.abs();
    if are(1.0) {
        return Some(vec![sum]);
    }
    let (min, max) = (metric.min?, metric.max?);
    match () {
        () if are(2.0) => Some(vec![min, max]),
        () if are(3.0) => Some(vec![min, sum - min - max, max]),
        () => None,
    }
}

/// Returns the values that the JobManager's JVM last reported; empty before the first collection.
pub(super) async fn of_jobmanager<M: Mode>(client: &Client<M>, options: CallOptions) -> Result<JvmSample> {
    let mut endpoint = GetJobManagerMetrics::new();
    endpoint.get = NAMES.map(str::to_owned).into();
    let metrics = client.execute(&endpoint, options).await?;
    let values = NAMES.map(|name| metrics.iter().find(|metric| metric.id == name)?.as_f64());
    Ok(JvmSample { metrics: values.map(|value| value.into_iter().collect()).into(), are_sums: false })
}

/// Returns the values that these TaskManagers, or all, last reported; empty before the first collection.
pub(super) async fn of_taskmanagers<M: Mode>(
    client: &Client<M>,
    ids: &[TaskManagerId],
    options: CallOptions,
) -> Result<JvmSample> {
    let mut endpoint = GetAggregatedTaskManagerMetrics::new();
    endpoint.get = NAMES.map(str::to_owned).into();
    endpoint.agg = vec![Aggregation::Min, Aggregation::Max, Aggregation::Avg, Aggregation::Sum];
    endpoint.taskmanagers = ids.to_vec();
    let metrics = client.execute(&endpoint, options).await?;
    let known = NAMES.map(|name| metrics.iter().find(|metric| metric.id == name));
    let each = known.map(|metric| metric.map_or(Some(Vec::new()), individual_values));
    if each.iter().all(Option::is_some) {
        return Ok(JvmSample { metrics: each.into_iter().flatten().collect(), are_sums: false });
    }
    let sums = known.map(|metric| metric.and_then(|metric| metric.sum).into_iter().collect());
    Ok(JvmSample { metrics: sums.into(), are_sums: true })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sample(values: &[f64]) -> JvmSample {
        let of = |fold: fn(f64, f64) -> f64| values.iter().copied().reduce(fold);
        let sum = of(|a, b| a + b).unwrap_or_default();
        let count = f64::from(u32::try_from(values.len()).unwrap());
        let metric =
            json!({"id": "m", "min": of(f64::min), "max": of(f64::max), "sum": sum, "avg": sum / count});
        let metric: AggregatedMetric = serde_json::from_value(metric).unwrap();
        match individual_values(&metric) {
            Some(each) => JvmSample { metrics: vec![each], are_sums: false },
            None => JvmSample { metrics: vec![vec![sum]], are_sums: true },
        }
    }

    #[test]
    fn up_to_three_jvms_are_distinguished() {
        // Ten years of CPU time: a double cannot hold them to the nanosecond.
        for start in [1e8, 3e9, 3e17 + 64.0] {
            let before = sample(&[start, start + 7e7, 3e17]);
            let two_new = sample(&[start + 1e7, start + 7e7, 3e17 + 5e7]);
            let all_new = sample(&[start + 1e7, start + 8e7, 3e17 + 5e7]);
            assert_eq!(before.is_all_new(&before, 3), Some(false));
            assert_eq!(two_new.is_all_new(&before, 3), Some(false), "{two_new:?} after {before:?}");
            assert_eq!(all_new.is_all_new(&before, 3), Some(true), "{all_new:?} after {before:?}");
            assert_eq!(two_new.old(&before).len(), 1);
        }
        assert_eq!(sample(&[2.0, 4.0]).is_all_new(&sample(&[1.0, 4.0]), 2), Some(false));
        assert_eq!(sample(&[2.0, 5.0]).is_all_new(&sample(&[1.0, 4.0]), 2), Some(true));
        assert_eq!(
            sample(&[2.0]).is_all_new(&JvmSample::default(), 2),
            Some(false),
            "one of two has reported"
        );
        assert_eq!(JvmSample::default().is_all_new(&JvmSample::default(), 0), Some(true));
        assert_eq!(sample(&[5.0, 6.0, 7.0, 8.0]).is_all_new(&sample(&[1.0, 2.0, 3.0, 4.0]), 4), None);
    }
}
