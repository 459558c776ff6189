//! `flinkctl job exceptions`: what went wrong in a job, condensed or in full.

use std::collections::HashMap;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::root_cause;
use serde_json::{Map, Value, json};

use crate::{
    cli::App,
    commands::Deed,
    error::Result,
    output::Format,
    resolve,
    view::{Part, View, id, number, text, time, trace},
};

pub(crate) const EXCEPTIONS: Deed =
    Deed { name: "exceptions", reads: true, describe, run: |app, matches| Box::pin(run(app, matches)) };

#[derive(Debug, clap::Args)]
struct Arguments {
    /// The job: its id, its name, or the beginning of either
    job: String,
    /// Shows each failure with its Java stack trace
    #[arg(long)]
    full: bool,
    /// At most so many failures, the newest ones; the server keeps 16 unless it is configured otherwise
    #[arg(short = 'n', long, value_name = "N")]
    max: Option<u32>,
    /// Only failures that the cluster gave this label (Flink 1.18+)
    #[arg(long, value_name = "KEY:VALUE")]
    label: Vec<String>,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command).about(
        "Shows what went wrong in a job so far, also what it got over: newest first, what repeats once",
    )
}

/// A failure may be of a task, or of the whole job; then what failed with it tells where.
const CONDENSED: View = &[Part::Rows(
    "",
    &[
        time("LAST", "/timestamp"),
        number("TIMES", "/times"),
        text("TASK", "/task"),
        id("TASKMANAGER", "/taskmanager"),
        trace("EXCEPTION", "/stacktrace"),
    ],
)];

const FULL: View = &[Part::Chapters(
    "",
    &[time("WHEN", "/timestamp"), text("TASK", "/task"), id("TASKMANAGER", "/taskmanager")],
    "/stacktrace",
)];

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Arguments { job, full, max, label } = Arguments::from_arg_matches(matches)?;
    let mut params = Map::from_iter([("job".to_owned(), json!(resolve::job(&app.client, &job).await?))]);
    params.extend(max.map(|max| ("max_exceptions".to_owned(), max.into())));
    if !label.is_empty() {
        params.insert("failure_label_filter".into(), label.into());
    }
    let answer = app.client.request_by_name("GetJobExceptions", params.into()).await?;
    if matches!(app.output.format, Format::Json | Format::Yaml) || !app.global.json.is_empty() {
        // Fields are those of the failures.
        return app.output.answer(&answer, &[Part::Rows("/exceptionHistory/entries", &[])]);
    }
    let answer = answer.json()?;
    let entries = answer.pointer("/exceptionHistory/entries").and_then(Value::as_array);
    let failures = entries.into_iter().flatten().map(placed);
    match full {
        true => app.output.value(&failures.collect(), FULL),
        false => app.output.value(&condensed(failures).into(), CONDENSED),
    }
}

/// The failure with the task and the TaskManager where it happened.
fn placed(entry: &Value) -> Value {
    let concurrent = entry.pointer("/concurrentExceptions/0");
    let of = |names: &[&str]| {
        let places = std::iter::once(entry).chain(concurrent);
        places.into_iter().find_map(|place| names.iter().find_map(|name| place.get(name)?.as_str()))
    };
    json!({
        "timestamp": entry.get("timestamp"),
        "task": of(&["taskName"]),
        "taskmanager": of(&["taskManagerId", "endpoint", "location"]),
        "stacktrace": entry.get("stacktrace"),
        "times": 1,
    })
}

/// Failures of one vertex for one reason are one, whatever the subtask and the attempt.
fn condensed(failures: impl Iterator<Item = Value>) -> Vec<Value> {
    let (mut all, mut places) = (Vec::<Value>::new(), HashMap::new());
    for mut failure in failures {
        if let Some(Value::String(task)) = failure.get_mut("task")
            && let Some((subtask, _)) = task.split_once(" - execution #")
        {
            *task = subtask.to_owned();
        }
        let text = |name| failure.get(name).and_then(Value::as_str).unwrap_or_default();
        let vertex = text("task").rsplit_once(" (").map_or(text("task"), |(vertex, _)| vertex);
        let what = format!("{vertex}\n{}", without_numbers(root_cause(text("stacktrace"))));
        let place = *places.entry(what).or_insert(all.len());
        match all.get_mut(place) {
            Some(Value::Object(known)) => {
                let times = known.get("times").and_then(Value::as_u64).unwrap_or(0);
                known.insert("times".into(), (times + 1).into());
            }
            _ => all.push(failure),
        }
    }
    all
}

/// Messages often name a record, an attempt or a port.
fn without_numbers(message: &str) -> String {
    message.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_is_shown_once_with_its_last_time() {
        let failure = |timestamp: u64, attempt: u64, message: &str| {
            json!({
                "timestamp": timestamp, "taskName": format!("Map ({}/2) - execution #{attempt}", 1 + attempt / 2),
                "stacktrace": format!("java.lang.RuntimeException: {message}\n\tat Map.map"), "times": 1,
            })
        };
        let all = [
            failure(30, 2, "record 7 is bad"),
            failure(20, 1, "disk full"),
            failure(10, 0, "record 3 is bad"),
        ];
        let condensed = condensed(all.iter().map(placed));
        let shown: Vec<_> =
            condensed.iter().map(|failure| (&failure["timestamp"], &failure["times"])).collect();
        assert_eq!(shown, [(&json!(30), &json!(2)), (&json!(20), &json!(1))]);
        assert_eq!(condensed[0]["task"], "Map (2/2)");
    }

    #[test]
    fn the_failure_of_a_whole_job_is_placed_by_what_failed_with_it() {
        let entry =
            json!({"stacktrace": "a", "concurrentExceptions": [{"taskName": "Map", "endpoint": "host:1"}]});
        let failure = placed(&entry);
        assert_eq!((&failure["task"], &failure["taskmanager"]), (&json!("Map"), &json!("host:1")));
    }
}
