//! Data that tasks read and wrote, and how busy they were.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::value::{
    state::ExecutionState,
    time::{maybe, maybe_double},
};

/// Data that one or more subtasks exchanged with other tasks.
///
/// Data that sources read and sinks write outside of Flink does not count. Up to 1.15, only bytes and records are
/// available.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IoMetrics {
    /// Bytes read.
    #[serde(rename = "read-bytes")]
    pub read_bytes: u64,
    /// True if all subtasks have reported the bytes read.
    #[serde(rename = "read-bytes-complete")]
    pub read_bytes_complete: bool,
    /// Bytes written.
    #[serde(rename = "write-bytes")]
    pub write_bytes: u64,
    /// True if all subtasks have reported the bytes written.
    #[serde(rename = "write-bytes-complete")]
    pub write_bytes_complete: bool,
    /// Records read.
    #[serde(rename = "read-records")]
    pub read_records: u64,
    /// True if all subtasks have reported the records read.
    #[serde(rename = "read-records-complete")]
    pub read_records_complete: bool,
    /// Records written.
    #[serde(rename = "write-records")]
    pub write_records: u64,
    /// True if all subtasks have reported the records written.
    #[serde(rename = "write-records-complete")]
    pub write_records_complete: bool,
    /// Time spent backpressured (1.16+).
    #[serde(
        rename = "accumulated-backpressured-time",
        default,
        with = "maybe",
        skip_serializing_if = "Option::is_none"
    )]
    pub accumulated_backpressured_time: Option<Duration>,
    /// Time spent idle (1.16+).
    #[serde(
        rename = "accumulated-idle-time",
        default,
        with = "maybe",
        skip_serializing_if = "Option::is_none"
    )]
    pub accumulated_idle_time: Option<Duration>,
    /// Milliseconds, or NaN.
    #[serde(
        rename = "accumulated-busy-time",
        default,
        with = "maybe_double",
        skip_serializing_if = "Option::is_none"
    )]
    accumulated_busy_millis: Option<f64>,
}

impl IoMetrics {
    /// Returns the time spent busy (1.16+); none also if a subtask does not report it, as sources of the old kind.
    pub fn accumulated_busy_time(&self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.accumulated_busy_millis? / 1000.0).ok()
    }
}

/// Distribution of metrics and times over subtasks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AggregatedTaskDetails {
    /// Statistics of the fields of [`IoMetrics`] by name: `read-bytes`, `accumulated-idle-time` in milliseconds, and so
    /// on.
    pub metrics: BTreeMap<String, Statistics>,
    /// Statistics of the milliseconds spent in each state.
    #[serde(rename = "status-duration")]
    pub status_duration: BTreeMap<ExecutionState, Statistics>,
}

/// Statistics of a number over subtasks. A subtask without the number counts as -1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Statistics {
    /// The minimum.
    pub min: i64,
    /// The maximum.
    pub max: i64,
    /// The mean, truncated to an integer.
    pub avg: i64,
    /// The sum.
    pub sum: i64,
    /// The median.
    pub median: i64,
    /// The 25th percentile.
    pub p25: i64,
    /// The 75th percentile.
    pub p75: i64,
    /// The 95th percentile.
    pub p95: i64,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_busy_time_that_is_not_known_is_none_and_comes_back() {
        let mut wire = json!({
            "read-bytes": 0, "read-bytes-complete": true, "write-bytes": 1, "write-bytes-complete": true,
            "read-records": 2, "read-records-complete": true, "write-records": 3, "write-records-complete": false,
        });
        let busy = |wire: &serde_json::Value| {
            let metrics: IoMetrics = serde_json::from_value(wire.clone()).unwrap();
            assert_eq!(serde_json::to_value(&metrics).unwrap(), *wire);
            metrics.accumulated_busy_time()
        };
        assert_eq!(busy(&wire), None);
        wire["accumulated-busy-time"] = json!("NaN");
        assert_eq!(busy(&wire), None);
        wire["accumulated-busy-time"] = json!(1500.0);
        assert_eq!(busy(&wire), Some(Duration::from_millis(1500)));
    }
}
