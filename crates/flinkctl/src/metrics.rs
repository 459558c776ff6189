//! Views of metrics, and checks of their names.

use std::{borrow::Cow, collections::HashSet};

use flink_rest_client::FlinkRestClient;
use serde_json::{Map, Value};

use crate::{
    error::{Exit, Failure, Result},
    json::{Json, of_answer},
    nearest::nearest,
    output::say,
    view::{Part, View, id, number, trend, value},
};

/// Prints a note if metrics may be old.
pub(crate) fn note(is_fresh: bool) {
    if !is_fresh {
        say!("The metrics may be old: Flink did not collect them within a second.");
    }
}

/// The view of names and values.
pub(crate) const PLAIN: View =
    &[Part::Sorted("", &[id("METRIC", "/id"), value("VALUE", "/value"), trend("TREND", "/value")])];

/// The view of aggregates over several jobs, TaskManagers or subtasks.
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

/// Returns the names of all metrics of an endpoint: without `get`, Flink answers with names only.
pub(crate) async fn names(
    client: &FlinkRestClient,
    endpoint: &str,
    params: Map<String, Value>,
) -> Result<Vec<String>> {
    let answer = client.request_by_name(endpoint, params.into()).await?;
    let text = of_answer(&answer)?;
    let names = Json::of(&text)?.elements().filter_map(|metric| metric.get("id")?.as_str());
    Ok(names.map(Cow::into_owned).collect())
}

/// Returns a failure if Flink knows none of the requested names. Flink ignores unknown names, and its empty answer would
/// mislead a script.
pub(crate) fn unknown(asked: &Value, names: &[String]) -> Option<Failure> {
    let asked: Vec<_> = asked.as_array()?.iter().filter_map(Value::as_str).collect();
    let word = asked.first()?;
    let known: HashSet<&str> = names.iter().map(String::as_str).collect();
    if asked.iter().any(|asked| known.contains(asked)) {
        // The metric is new, or has no value yet.
        return None;
    }
    let failure = Failure::new(Exit::NotFound, format!("no metric is named `{}`", asked.join("`, `")));
    Some(match nearest(word, names.iter().map(String::as_str)) {
        Some(meant) => failure.hint(format!("did you mean `{meant}`?")),
        None => failure.hint("without a name, all metrics are shown"),
    })
}
