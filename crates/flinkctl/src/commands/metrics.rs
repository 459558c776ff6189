//! How metrics are shown, whatever they are of.

use crate::view::{Part, View, id, number, trend, value};

/// Names and values.
pub(crate) const PLAIN: View =
    &[Part::Sorted("", &[id("METRIC", "/id"), value("VALUE", "/value"), trend("TREND", "/value")])];

/// The same over several jobs, TaskManagers or subtasks.
pub(crate) const AGGREGATED: View = &[Part::Sorted(
    "",
    &[
        id("METRIC", "/id"),
        number("MIN", "/min"),
        number("AVG", "/avg"),
        number("MAX", "/max"),
        number("SUM", "/sum"),
        number("SKEW", "/skew").wide(),
        trend("TREND OF AVG", "/avg"),
    ],
)];
