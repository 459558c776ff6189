//! One value: found in the server's JSON and made readable.

use anstyle::{AnsiColor, Style};
use flink_rest_client::Timestamp;
use serde_json::Value;

use super::{human, plain, spark};
use crate::view::Show;

/// A value as it is shown, with its colour.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) style: Style,
    /// Its styles where it has several, each with how many characters it is of.
    pub(crate) runs: Vec<(Style, usize)>,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

/// For people: short, `-` if there is none.
pub(crate) fn readable(value: Option<&Value>, show: Show, now: Timestamp) -> Cell {
    let Some(value) = present(value, show) else { return dim("-") };
    match show {
        Show::State => {
            let style = colour(value.as_str().unwrap_or_default());
            Cell { text: plain(value), style, ..Cell::default() }
        }
        Show::Time => timestamp(value).map_or_else(|| plain(value), |at| human::ago(at, now)).into(),
        Show::Millis => value.as_u64().map_or_else(|| plain(value), human::duration).into(),
        Show::Bytes => value.as_u64().map_or_else(|| plain(value), human::bytes).into(),
        Show::Ratio => {
            value.as_f64().map_or_else(|| plain(value), |part| format!("{:.0}%", part * 100.0)).into()
        }
        Show::Counts => counts(value),
        Show::Trace => root_cause(value).into(),
        Show::Reason => reason(value).into(),
        Show::Operators => operators(value).into(),
        Show::Rate => value.as_f64().map_or_else(|| plain(value), human::rate).into(),
        Show::Load if value.is_string() => dim(&plain(value)),
        Show::Load => load(value),
        Show::Index => index(value).into(),
        Show::Number => value.as_f64().map_or_else(|| plain(value), human::number).into(),
        Show::LastPart => last_part(value).into(),
        Show::Id | Show::Text | Show::Natural | Show::Value | Show::Trend => plain(value).into(),
    }
}

/// For scripts: whole, in one unit, empty if there is none.
pub(crate) fn exact(value: Option<&Value>, show: Show) -> String {
    match present(value, show) {
        None => String::new(),
        Some(value) if show == Show::Time => {
            timestamp(value).map_or_else(|| plain(value), |at| format!("{at:.3}"))
        }
        Some(value) if show == Show::Counts => counts(value).text,
        Some(value) if show == Show::Rate => {
            value.as_f64().map_or_else(|| plain(value), |rate| format!("{rate:.1}"))
        }
        Some(value) if show == Show::Trace => root_cause(value),
        Some(value) if show == Show::Reason => reason(value),
        Some(value) if show == Show::Operators => operators(value),
        Some(value) if show == Show::Index => index(value),
        Some(value) if show == Show::LastPart => last_part(value),
        Some(value) => plain(value),
    }
}

/// The value, unless it is one of Flink's ways to say that there is none.
fn present(value: Option<&Value>, show: Show) -> Option<&Value> {
    let least = match show {
        Show::Time => 1,
        Show::Millis | Show::Bytes | Show::Natural => 0,
        _ => i64::MIN,
    };
    value.filter(|value| {
        !value.is_null() && value.as_i64().is_none_or(|number| number >= least && number < i64::MAX)
    })
}

pub(crate) fn timestamp(value: &Value) -> Option<Timestamp> {
    // Metrics are texts.
    let millis = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    Timestamp::from_millisecond(millis).ok()
}

fn load(parts: &Value) -> Cell {
    let part = |at| parts.get(at).and_then(Value::as_f64);
    match (part(0), part(1), part(2)) {
        (None, None, None) => Cell::default(),
        (busy, held_up, idle) => {
            spark::load(busy.unwrap_or(0.0), held_up.unwrap_or(0.0), idle.unwrap_or(0.0))
        }
    }
}

/// The deepest cause with its class.
fn root_cause(trace: &Value) -> String {
    let mut causes = flink_rest_client::causes(trace.as_str().unwrap_or_default());
    plain(&causes.pop().unwrap_or_default().into())
}

fn reason(trace: &Value) -> String {
    plain(&flink_rest_client::causes(trace.as_str().unwrap_or_default()).join(" <- ").into())
}

/// `Map<br/>+- Filter<br/>` as `Map -> Filter`.
fn operators(html: &Value) -> String {
    let text = plain(html);
    let lines = text.split("<br/>").map(|line| line.trim_start_matches([' ', '+', '-', ':']).trim_end());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" -> ")
}

/// `/tmp/flink-web-upload/a1b2_app.jar` as `a1b2_app.jar`; all of it if it ends in no name.
fn last_part(path: &Value) -> String {
    let path = plain(path);
    let last = path.rsplit(['/', '\\']).next().filter(|last| !matches!(*last, "" | "." | ".."));
    last.map(str::to_owned).unwrap_or(path)
}

/// `0.currentInputWatermark` as `0`.
fn index(name: &Value) -> String {
    plain(&name.as_str().and_then(|name| name.split('.').next()).unwrap_or_default().into())
}

/// `4 running, 1 scheduled`.
fn counts(value: &Value) -> Cell {
    let members = value.as_object().into_iter().flatten();
    let there = members.filter(|(state, count)| *state != "total" && count.as_u64() != Some(0));
    let words: Vec<_> = there.map(|(state, count)| format!("{count} {}", state.to_lowercase())).collect();
    if words.is_empty() { dim("-") } else { plain(&words.join(", ").into()).into() }
}

pub(crate) fn dim(text: &str) -> Cell {
    Cell { text: text.into(), style: Style::new().dimmed(), ..Cell::default() }
}

/// Green goes on, red went wrong, yellow is on its way, blue is over.
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
    use serde_json::json;

    use super::*;

    fn shown(value: Value, show: Show) -> (String, String) {
        let now = Timestamp::from_millisecond(1_700_000_065_000).unwrap();
        (readable(Some(&value), show, now).text, exact(Some(&value), show))
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
