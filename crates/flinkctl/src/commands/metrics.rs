//! How metrics are shown, whatever they are of.

use crate::view::{Part, View, id, number};

/// Names, and values where names were given.
pub(crate) const PLAIN: View = &[Part::Rows("", &[id("METRIC", "/id"), number("VALUE", "/value")])];

/// The same over several jobs, TaskManagers or subtasks.
pub(crate) const AGGREGATED: View = &[Part::Rows(
    "",
    &[
        id("METRIC", "/id"),
        number("MIN", "/min"),
        number("AVG", "/avg"),
        number("MAX", "/max"),
        number("SUM", "/sum"),
        number("SKEW", "/skew").wide(),
    ],
)];
