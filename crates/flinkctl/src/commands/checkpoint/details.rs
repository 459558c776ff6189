//! `flinkctl checkpoint get`: duration and size of a checkpoint, by vertex and subtask.

use std::collections::HashSet;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::JobId;
use serde_json::{Value, json};

use crate::{
    app::App,
    command::ClusterCommand,
    error::{Exit, Failure, Result},
    output::{Format, human, label},
    partial::Missing,
    resolve,
    view::{Column, Part, View, bytes, id, millis, number, state, text, time},
};

pub(crate) const GET: ClusterCommand =
    ClusterCommand::new("get", describe, |app, matches| Box::pin(run(app, matches)))
        .read_only()
        .endpoint("GetCheckpointDetails");

#[derive(Debug, clap::Args)]
struct Arguments {
    /// Job: id, name, or a prefix of either
    job: String,
    /// Id of the checkpoint [default: the latest completed one]
    checkpoint: Option<u64>,
    /// Show all subtasks, slowest first
    #[arg(long)]
    subtasks: bool,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Shows duration and size of a checkpoint, by vertex, and its slowest subtask")
}

const FIELDS: &[Column] = &[
    id("Checkpoint", "/id"),
    state("Status", "/status"),
    text("Type", "/checkpoint_type"),
    time("Triggered", "/trigger_timestamp"),
    millis("Duration", "/end_to_end_duration"),
    text("Slowest", "/slowest"),
    bytes("Size", "/checkpointed_size"),
    bytes("Full size", "/state_size"),
    bytes("Processed", "/processed_data"),
    bytes("Persisted", "/persisted_data"),
    text("Path", "/external_path"),
    text("Failure", "/failure_message"),
];

const VERTICES: View = &[
    Part::Fields(FIELDS),
    Part::Rows(
        "/vertices",
        &[
            text("VERTEX", "/name"),
            state("STATUS", "/status"),
            text("ACKED", "/acked"),
            millis("DURATION", "/end_to_end_duration"),
            bytes("SIZE", "/checkpointed_size").or(&["/state_size"]),
            millis("ALIGNMENT", "/summary/alignment/duration/max"),
            millis("START DELAY", "/summary/start_delay/max"),
            number("SLOWEST", "/slowest/index"),
            id("ID", "/vertex").wide(),
        ],
    ),
];

const SUBTASKS: View = &[
    Part::Fields(FIELDS),
    Part::Rows(
        "/subtasks",
        &[
            text("VERTEX", "/name"),
            number("SUBTASK", "/index"),
            state("STATUS", "/status"),
            millis("DURATION", "/end_to_end_duration"),
            bytes("SIZE", "/checkpointed_size").or(&["/state_size"]),
            millis("ALIGNMENT", "/alignment/duration"),
            millis("START DELAY", "/start_delay"),
            millis("SYNC", "/checkpoint/sync"),
            millis("ASYNC", "/checkpoint/async"),
            time("ACKED", "/ack_timestamp").wide(),
        ],
    ),
];

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Arguments { job, checkpoint, subtasks } = Arguments::from_arg_matches(matches)?;
    let job = resolve::job(&app.client, &job).await?;
    let checkpoint = match checkpoint {
        Some(id) => id,
        None => latest(app, job).await?,
    };
    let asked = json!({ "job": job, "checkpoint": checkpoint });
    let answer = app.client.request_by_name("GetCheckpointDetails", asked).await?;
    let of_server = matches!(app.output.format, Format::Json | Format::Yaml) && !subtasks;
    if of_server || !app.global.json.is_empty() {
        return app.output.answer(&answer, &[Part::Fields(FIELDS)]);
    }
    let mut shown = answer.json()?;
    let mut missing = Missing::default();
    let vertices = vertices(app, job, checkpoint, &shown, &mut missing).await;
    let mut all: Vec<_> = vertices.iter().flat_map(subtasks_of).collect();
    // Subtasks that have not acknowledged the checkpoint count as slowest.
    all.sort_by_key(|subtask| std::cmp::Reverse(duration(subtask).unwrap_or(u64::MAX)));
    if let Some(members) = shown.as_object_mut() {
        members.insert("slowest".into(), all.first().map(described).into());
        members.insert("vertices".into(), vertices.into());
        members.insert("subtasks".into(), all.into());
    }
    app.output.value(&shown, if subtasks { SUBTASKS } else { VERTICES })?;
    missing.end("parts of the checkpoint")
}

async fn latest(app: &App, job: JobId) -> Result<u64> {
    let asked = json!({ "job": job });
    let statistics = app.client.request_by_name("GetCheckpointingStatistics", asked).await?.json()?;
    statistics.pointer("/latest/completed/id").and_then(Value::as_u64).ok_or_else(|| {
        Failure::new(Exit::NotFound, format!("job {job} has no completed checkpoint"))
            .hint(format!("`flinkctl checkpoint list {job}` lists all"))
    })
}

/// Reads the statistics of each vertex with its name and subtasks, sources first.
async fn vertices(
    app: &App,
    job: JobId,
    checkpoint: u64,
    details: &Value,
    missing: &mut Missing,
) -> Vec<Value> {
    // The details themselves are one part that was read.
    missing.had(1);
    let progress = app.client.job(job).progress().await;
    let named = missing.keep("names of vertices", progress).map(|job| job.vertices).unwrap_or_default();
    let named = named.into_iter().filter_map(|vertex| Some((vertex.id?.to_string(), label(&vertex.name))));
    let mut named: Vec<_> = named.collect();
    let tasks = details.get("tasks").and_then(Value::as_object);
    named.retain(|(vertex, _)| tasks.is_some_and(|tasks| tasks.contains_key(vertex)));
    // Vertices without a known name are named by their id.
    let known: HashSet<String> = named.iter().map(|(vertex, _)| vertex.clone()).collect();
    let unnamed = tasks.into_iter().flat_map(|tasks| tasks.keys()).filter(|vertex| !known.contains(*vertex));
    named.extend(unnamed.map(|vertex| (vertex.clone(), vertex.clone())));
    let calls = named.into_iter().map(|(vertex, name)| async move {
        let asked = json!({ "job": job, "checkpoint": checkpoint, "vertex": vertex });
        let answer = app.client.request_by_name("GetCheckpointSubtasks", asked).await;
        let answer = answer.and_then(|answer| Ok(with_name(answer.json()?, &name, &vertex)));
        (name, answer)
    });
    let answers = flink_ops::fan_out(calls.collect()).await;
    answers.into_iter().filter_map(|(name, answer)| missing.keep(format!("vertex {name}"), answer)).collect()
}

fn with_name(mut answer: Value, name: &str, vertex: &str) -> Value {
    let all = answer.get("subtasks").and_then(Value::as_array);
    let slowest = all.into_iter().flatten().max_by_key(|subtask| duration(subtask)).cloned();
    let number = |at| answer.get(at).and_then(Value::as_u64).unwrap_or_default();
    let acked = format!("{}/{}", number("num_acknowledged_subtasks"), number("num_subtasks"));
    if let Some(members) = answer.as_object_mut() {
        members.insert("name".into(), name.into());
        members.insert("acked".into(), acked.into());
        members.insert("vertex".into(), vertex.into());
        members.insert("slowest".into(), slowest.into());
    }
    answer
}

fn subtasks_of(vertex: &Value) -> Vec<Value> {
    let all = vertex.get("subtasks").and_then(Value::as_array).into_iter().flatten().cloned();
    let named = all.map(|mut subtask| {
        if let (Some(members), Some(name)) = (subtask.as_object_mut(), vertex.get("name")) {
            members.insert("name".into(), name.clone());
        }
        subtask
    });
    named.collect()
}

fn duration(subtask: &Value) -> Option<u64> {
    subtask.get("end_to_end_duration").and_then(Value::as_u64)
}

/// Describes a subtask: `subtask 3 of Map -> Sink: 1s, most of it start delay (900ms)`.
fn described(subtask: &Value) -> String {
    let name = subtask.get("name").and_then(Value::as_str).unwrap_or_default();
    let index = subtask.get("index").and_then(Value::as_u64).unwrap_or_default();
    let what = format!("subtask {index} of {name}");
    let Some(whole) = duration(subtask) else { return format!("{what}, which has not acknowledged it") };
    let parts = [
        ("start delay", "/start_delay"),
        ("alignment", "/alignment/duration"),
        ("sync", "/checkpoint/sync"),
        ("async", "/checkpoint/async"),
    ];
    let parts = parts.iter().filter_map(|(name, at)| Some((name, subtask.pointer(at)?.as_u64()?)));
    match parts.max_by_key(|(_, millis)| *millis).filter(|(_, millis)| *millis > 0) {
        Some((part, millis)) => {
            format!("{what}: {}, most of it {part} ({})", human::duration(whole), human::duration(millis))
        }
        None => format!("{what}: {}", human::duration(whole)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_is_described_by_what_took_it_longest() {
        let subtask = json!({
            "name": "Map", "index": 3, "end_to_end_duration": 1200, "start_delay": 900,
            "alignment": {"duration": 10}, "checkpoint": {"sync": 1, "async": 5},
        });
        assert_eq!(described(&subtask), "subtask 3 of Map: 1s, most of it start delay (900ms)");
        let waiting = json!({"name": "Map", "index": 0});
        assert_eq!(described(&waiting), "subtask 0 of Map, which has not acknowledged it");
    }
}
