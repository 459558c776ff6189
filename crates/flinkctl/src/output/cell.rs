//! Formatting of one value of the server's JSON.

use anstyle::{AnsiColor, Style};
use flink_rest_client::Timestamp;

use super::{human, plain, spark};
use crate::json::Json;
use crate::view::Show;

/// A formatted value with its colour.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) style: Style,
    /// Styles of parts of the text: each applies to the next so many characters.
    pub(crate) runs: Vec<(Style, usize)>,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

/// Formats a value for people: short, `-` if it is absent.
pub(crate) fn readable(value: Option<Json<'_>>, show: Show, now: Timestamp) -> Cell {
    let Some(value) = present(value, show) else { return dim("-") };
    let as_it_is = || plain(&value.shown());
    match show {
        Show::State => {
            let style = colour(&value.as_str().unwrap_or_default());
            Cell { text: as_it_is(), style, ..Cell::default() }
        }
        Show::Time => timestamp(value).map_or_else(as_it_is, |at| human::ago(at, now)).into(),
        Show::Millis => value.number().map_or_else(as_it_is, human::duration).into(),
        Show::Bytes => value.number().map_or_else(as_it_is, human::bytes).into(),
        Show::Ratio => {
            value.number().map_or_else(as_it_is, |part: f64| format!("{:.0}%", part * 100.0)).into()
        }
        Show::Counts => counts(value),
        Show::Trace => root_cause(value).into(),
        Show::Reason => reason(value).into(),
        Show::Operators => operators(value).into(),
        Show::Rate => value.number().map_or_else(as_it_is, human::rate).into(),
        Show::Load => load(value),
        Show::Index => index(value).into(),
        // A whole number may have more digits than a double.
        Show::Number if value.number::<i128>().is_some() => as_it_is().into(),
        Show::Number => value.number().map_or_else(as_it_is, human::number).into(),
        Show::LastPart => last_part(value).into(),
        Show::Id | Show::Text | Show::Natural | Show::Value | Show::Trend => as_it_is().into(),
    }
}

/// Formats a value for scripts: exact, in one unit, empty if it is absent.
pub(crate) fn exact(value: Option<Json<'_>>, show: Show) -> String {
    let Some(value) = present(value, show) else { return String::new() };
    let as_it_is = || plain(&value.shown());
    match show {
        Show::Time => timestamp(value).map_or_else(as_it_is, |at| format!("{at:.3}")),
        Show::Counts => counts(value).text,
        Show::Rate => value.number().map_or_else(as_it_is, |rate: f64| format!("{rate:.1}")),
        Show::Trace => root_cause(value),
        Show::Reason => reason(value),
        Show::Operators => operators(value),
        Show::Index => index(value),
        Show::LastPart => last_part(value),
        _ => as_it_is(),
    }
}

/// Filters out null and Flink's placeholders for an absent value, such as -1.
fn present(value: Option<Json<'_>>, show: Show) -> Option<Json<'_>> {
    let least = match show {
        Show::Time => 1,
        Show::Millis | Show::Bytes | Show::Natural => 0,
        _ => i64::MIN,
    };
    value.filter(|value| {
        !value.is_null() && value.number().is_none_or(|number: i64| number >= least && number < i64::MAX)
    })
}

pub(crate) fn timestamp(value: Json<'_>) -> Option<Timestamp> {
    // Values of metrics are strings.
    Timestamp::from_millisecond(value.shown().parse().ok()?).ok()
}

/// Formats the load of a vertex, as `flink_ops` returns it.
fn load(vertex: Json<'_>) -> Cell {
    let part = |name| vertex.get(name).and_then(Json::number::<f64>);
    match vertex.get("measurement").and_then(Json::as_str).as_deref() {
        Some("collecting") => dim("collecting"),
        Some("unread") => dim("unknown"),
        _ => match [part("busy"), part("backpressured"), part("idle")] {
            [None, None, None] => Cell::default(),
            parts => {
                let [busy, backpressured, idle] = parts.map(Option::unwrap_or_default);
                spark::load(busy, backpressured, idle)
            }
        },
    }
}

/// Returns the root cause with its class.
fn root_cause(trace: Json<'_>) -> String {
    plain(&flink_rest_client::causes(&trace.as_str().unwrap_or_default()).pop().unwrap_or_default())
}

fn reason(trace: Json<'_>) -> String {
    plain(&flink_rest_client::causes(&trace.as_str().unwrap_or_default()).join(" <- "))
}

/// Formats `Map<br/>+- Filter<br/>` as `Map -> Filter`.
fn operators(html: Json<'_>) -> String {
    let text = plain(&html.shown());
    let lines = text.split("<br/>").map(|line| line.trim_start_matches([' ', '+', '-', ':']).trim_end());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" -> ")
}

/// Shortens `/tmp/flink-web-upload/a1b2_app.jar` to `a1b2_app.jar`. A path without a file name stays whole.
fn last_part(path: Json<'_>) -> String {
    let path = plain(&path.shown());
    let last = path.rsplit(['/', '\\']).next().filter(|last| !matches!(*last, "" | "." | ".."));
    last.map(str::to_owned).unwrap_or(path)
}

/// Shortens `0.currentInputWatermark` to `0`.
fn index(name: Json<'_>) -> String {
    plain(name.as_str().unwrap_or_default().split('.').next().unwrap_or_default())
}

/// Formats counts by state: `4 running, 1 scheduled`.
fn counts(value: Json<'_>) -> Cell {
    let members = value.members().filter_map(|(state, count)| Some((state.as_str()?, count)));
    let there = members.filter(|(state, count)| state != "total" && count.number() != Some(0_u64));
    let mut there: Vec<_> = there.collect();
    there.sort_by(|(state, _), (other, _)| state.cmp(other));
    let words: Vec<_> =
        there.iter().map(|(state, count)| format!("{} {}", count.shown(), state.to_lowercase())).collect();
    if words.is_empty() { dim("-") } else { plain(&words.join(", ")).into() }
}

pub(crate) fn dim(text: &str) -> Cell {
    Cell { text: text.into(), style: Style::new().dimmed(), ..Cell::default() }
}

/// Returns the colour of a state: green for running, red for failed, blue for finished, yellow for transitions.
pub(crate) fn colour(state: &str) -> Style {
    let colour = match state.to_ascii_uppercase().as_str() {
        "RUNNING" | "OK" | "LOW" => AnsiColor::Green,
        "FAILED" | "FAILING" | "HIGH" => AnsiColor::Red,
        "FINISHED" | "COMPLETED" => AnsiColor::Blue,
        "" | "CANCELED" | "DEPRECATED" => return Style::new().dimmed(),
        _ => AnsiColor::Yellow,
    };
    Style::new().fg_color(Some(colour.into()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn shown(value: Value, show: Show) -> (String, String) {
        let now = Timestamp::from_millisecond(1_700_000_065_000).unwrap();
        let text = value.to_string();
        let value = Json::of(&text).ok();
        (readable(value, show, now).text, exact(value, show))
    }

    #[test]
    fn whole_numbers_have_the_digits_that_were_sent() {
        for number in ["9007199254740993", "36893488147419103232", "-36893488147419103232"] {
            let (value, now) = (Json::of(number).ok(), Timestamp::UNIX_EPOCH);
            for show in [Show::Number, Show::Value, Show::Text, Show::Id] {
                assert_eq!(
                    (readable(value, show, now).text, exact(value, show)),
                    (number.into(), number.into())
                );
            }
        }
    }

    #[test]
    fn people_get_short_values_and_scripts_whole_ones() {
        let both = |short: &str, whole: &str| (short.to_owned(), whole.to_owned());
        assert_eq!(
            shown(json!(1_700_000_000_123_i64), Show::Time),
            both("1m 4s ago", "2023-11-14T22:13:20.123Z")
        );
        assert_eq!(shown(json!("1700000000123"), Show::Time), both("1m 4s ago", "2023-11-14T22:13:20.123Z"));
        assert_eq!(shown(json!(-1), Show::Time), both("-", ""));
        assert_eq!(shown(json!(65_000), Show::Millis), both("1m 5s", "65000"));
        assert_eq!(shown(json!(i64::MAX), Show::Millis), both("-", ""));
        assert_eq!(shown(json!(2048), Show::Bytes), both("2 KiB", "2048"));
        assert_eq!(shown(json!(0.25), Show::Ratio), both("25%", "0.25"));
        assert_eq!(shown(json!({"RUNNING": 2, "FAILED": 0}), Show::Counts), both("2 running", "2 running"));
        assert_eq!(shown(json!({"\u{9b}2J": 1}), Show::Counts).0, "1  2j");
        assert_eq!(shown(json!("Map<br/>+- Sink<br/>"), Show::Operators), both("Map -> Sink", "Map -> Sink"));
        assert_eq!(shown(json!(null), Show::Text), both("-", ""));
    }

    #[test]
    fn a_name_cannot_break_out_of_its_column() {
        assert_eq!(shown(json!("a\tb\n\u{1b}[31m"), Show::Text).1, "a b  [31m");
    }
}
