//! `flinkctl ps`: what runs where.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{
    FlinkRestClient, JobId,
    jobs::{subtasks::SubtaskExecutionAttemptDetails, vertices::JobVertex},
};
use serde_json::json;

use crate::{
    cli::App,
    commands::Deed,
    error::Result,
    fan_out::fan_out,
    output::label,
    resolve,
    view::{Part, View, id, millis, number, state, text},
};

pub(crate) const PS: Deed =
    Deed { name: "ps", reads: true, describe, run: |app, matches| Box::pin(run(app, matches)) };

#[derive(Debug, clap::Args)]
struct Arguments {
    /// A job; else all that have not ended
    #[arg(add = crate::complete::of("JobId"))]
    job: Option<String>,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command).about("What runs where: each subtask and its TaskManager")
}

const VIEW: View = &[Part::Rows(
    "",
    &[
        id("TASKMANAGER", "/taskmanager"),
        text("JOB", "/name"),
        text("VERTEX", "/vertex"),
        number("SUBTASK", "/subtask"),
        state("STATUS", "/status"),
        number("ATTEMPT", "/attempt"),
        millis("DURATION", "/duration"),
        id("JOB ID", "/job").wide(),
    ],
)];

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Arguments { job } = Arguments::from_arg_matches(matches)?;
    let jobs = match job {
        Some(word) => vec![resolve::job(&app.client, &word).await?],
        None => {
            let jobs = app.client.jobs().overview().await?.jobs;
            jobs.iter().filter(|job| !job.state.is_terminal()).map(|job| job.jid).collect()
        }
    };
    let mut rows = Vec::new();
    for job in jobs {
        for (name, vertex, subtasks) in placed(&app.client, job).await? {
            rows.extend(subtasks.iter().map(|subtask| {
                json!({
                    "taskmanager": subtask.taskmanager_id.as_ref().map(ToString::to_string),
                    "job": job.to_string(),
                    "name": label(&name),
                    "vertex": label(&vertex.name),
                    "subtask": subtask.subtask,
                    "status": subtask.status.to_string(),
                    "attempt": subtask.attempt,
                    "duration": subtask.duration.map(|duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)),
                })
            }));
        }
    }
    app.output.value(&rows.into(), VIEW)
}

type Placed = (String, JobVertex, Vec<SubtaskExecutionAttemptDetails>);

/// The vertices of a job in their order, each with the job's name and its subtasks.
pub(crate) async fn placed(client: &FlinkRestClient, job: JobId) -> Result<Vec<Placed>> {
    let details = client.job(job).details().await?;
    let name = &details.name;
    fan_out(details.vertices.into_iter().map(|vertex| async move {
        let answer = client.job(job).vertex(vertex.id).details().await?;
        Ok((name.clone(), vertex, answer.subtasks))
    }))
    .await
}
