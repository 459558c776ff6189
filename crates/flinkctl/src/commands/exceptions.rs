//! `flinkctl job exceptions`: what went wrong in a job, condensed or in full.

use std::{borrow::Cow, collections::HashMap};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::root_cause;
use serde_json::{Map, Value, json};

use crate::{
    app::App,
    command::Deed,
    error::Result,
    json::{Json, of_answer},
    output::Format,
    resolve,
    view::{Column, Part, View, id, number, text, time, trace},
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
const TASK: Column = text("TASK", "/taskName").or(&["/concurrentExceptions/0/taskName"]);
const TASKMANAGER: Column = id("TASKMANAGER", "/taskManagerId").or(&[
    "/endpoint",
    "/location",
    "/concurrentExceptions/0/taskManagerId",
    "/concurrentExceptions/0/endpoint",
    "/concurrentExceptions/0/location",
]);

const ENTRIES: &str = "/exceptionHistory/entries";

const CONDENSED: View = &[Part::Rows(
    "",
    &[
        time("LAST", "/failure/timestamp"),
        number("TIMES", "/times"),
        text("TASK", "/task"),
        id("TASKMANAGER", "/taskmanager"),
        trace("EXCEPTION", "/failure/stacktrace"),
    ],
)];

const FULL: View =
    &[Part::Chapters(ENTRIES, &[time("WHEN", "/timestamp"), TASK, TASKMANAGER], "/stacktrace")];

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
        return app.output.answer(&answer, &[Part::Rows(ENTRIES, &[])]);
    }
    if full {
        return app.output.answer(&answer, FULL);
    }
    let failures = condensed(&of_answer(&answer)?)?;
    drop(answer);
    app.output.json(&failures, CONDENSED)
}

/// The failures of an answer as JSON: those of one vertex for one reason are one, whatever the subtask and the attempt.
fn condensed(answer: &str) -> Result<String> {
    let (mut all, mut places) = (Vec::<(Json<'_>, u64)>::new(), HashMap::new());
    for failure in Json::of(answer)?.pointer(ENTRIES).into_iter().flat_map(Json::elements) {
        let task = task(failure).unwrap_or_default();
        let vertex = task.rsplit_once(" (").map_or(task.as_ref(), |(vertex, _)| vertex);
        let trace = failure.get("stacktrace").and_then(Json::as_str).unwrap_or_default();
        let what = format!("{vertex}\n{}", without_numbers(root_cause(&trace)));
        let next = all.len();
        match all.get_mut(*places.entry(what).or_insert(next)) {
            Some((_, times)) => *times += 1,
            None => all.push((failure, 1)),
        }
    }
    let mut shown = String::from("[");
    for (failure, times) in all {
        let (task, taskmanager) =
            (Value::from(task(failure)), TASKMANAGER.find(failure).unwrap_or(Json::NULL));
        let comma = if shown.ends_with('[') { "" } else { "," };
        let (taskmanager, failure) = (taskmanager.text(), failure.text());
        shown += &format!(
            r#"{comma}{{"times":{times},"task":{task},"taskmanager":{taskmanager},"failure":{failure}}}"#
        );
    }
    Ok(shown + "]")
}

/// Where a task failed, without its attempt.
fn task(failure: Json<'_>) -> Option<Cow<'_, str>> {
    let task = TASK.find(failure)?.as_str()?;
    Some(match task.split_once(" - execution #") {
        Some((subtask, _)) => subtask.to_owned().into(),
        None => task,
    })
}

/// Messages often name a record, an attempt or a port.
fn without_numbers(message: &str) -> String {
    message.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(entries: &[Value]) -> Value {
        let answer = json!({"exceptionHistory": {"entries": entries}}).to_string();
        serde_json::from_str(&condensed(&answer).unwrap()).unwrap()
    }

    #[test]
    fn what_repeats_is_shown_once_with_its_last_time() {
        let failure = |timestamp: u64, attempt: u64, message: &str| {
            json!({
                "timestamp": timestamp, "taskName": format!("Map ({}/2) - execution #{attempt}", 1 + attempt / 2),
                "stacktrace": format!("java.lang.RuntimeException: {message}\n\tat Map.map"),
            })
        };
        let all = [
            failure(30, 2, "record 7 is bad"),
            failure(20, 1, "disk full"),
            failure(10, 0, "record 3 is bad"),
        ];
        let condensed = shown(&all);
        let at = |place: &str| condensed.pointer(place).unwrap().clone();
        assert_eq!(
            [at("/0/failure/timestamp"), at("/0/times"), at("/0/task")],
            [json!(30), json!(2), json!("Map (2/2)")]
        );
        assert_eq!([at("/1/failure/timestamp"), at("/1/times")], [json!(20), json!(1)]);
    }

    #[test]
    fn the_failure_of_a_whole_job_is_placed_by_what_failed_with_it() {
        let condensed = shown(&[
            json!({"stacktrace": "a", "concurrentExceptions": [{"taskName": "Map", "endpoint": "host:1"}]}),
        ]);
        let failure = &condensed[0];
        assert_eq!((&failure["task"], &failure["taskmanager"]), (&json!("Map"), &json!("host:1")));
    }
}
