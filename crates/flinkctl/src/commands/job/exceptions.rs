//! `flinkctl job exceptions`: the failures of a job, condensed or in full.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::endpoint::IdKind;
use serde_json::{Map, json};

use crate::{
    app::App,
    command::ClusterCommand,
    error::{Exit, Failure, Result},
    output::Format,
    resolve,
    view::{Column, Part, View, id, number, text, time, trace},
};

pub(crate) const EXCEPTIONS: ClusterCommand =
    ClusterCommand::new("exceptions", describe, |app, matches| Box::pin(run(app, matches)))
        .read_only()
        .endpoint("GetJobExceptions");

#[derive(Debug, clap::Args)]
struct Arguments {
    /// Job: id, name, or a prefix of either
    #[arg(add = crate::complete::of(IdKind::Job))]
    job: String,
    /// Show each failure with its Java stack trace
    #[arg(long)]
    full: bool,
    /// Maximum number of failures, newest first; the server keeps 16 unless configured otherwise
    #[arg(short = 'n', long, value_name = "N")]
    max: Option<u32>,
    /// Only failures with this label (Flink 1.18+)
    #[arg(long, value_name = "KEY:VALUE")]
    label: Vec<String>,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command).about(
        "Shows the failures of a job, including those that it recovered from: newest first, repeated ones once",
    )
}

/// The task of a failure. If the whole job failed, the first concurrent failure has the place.
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
        time("LAST", "/last"),
        number("TIMES", "/times"),
        text("TASK", "/task"),
        id("TASKMANAGER", "/taskmanager").or(&["/endpoint"]),
        trace("EXCEPTION", "/stacktrace"),
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
        // `--json` selects fields of the failures.
        return app.output.answer(&answer, &[Part::Rows(ENTRIES, &[])]);
    }
    if full {
        return app.output.answer(&answer, FULL);
    }
    let failures = flink_ops::failures_in(&answer)?;
    drop(answer);
    let json =
        serde_json::to_string(&failures).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    drop(failures);
    app.output.json(&json, CONDENSED)
}
