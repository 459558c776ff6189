//! `flinkctl ps`: what runs where.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{
    FlinkRestClient, JobId, VertexId, endpoint::IdKind, jobs::progress::VertexProgress, lenient,
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    app::App,
    command::Deed,
    error::{Exit, Failure, Result},
    fan_out::fan_out,
    output::label,
    partial::Missing,
    resolve,
    view::{Part, View, id, millis, number, state, text},
};

pub(crate) const PS: Deed =
    Deed { name: "ps", reads: true, describe, run: |app, matches| Box::pin(run(app, matches)) };

#[derive(Debug, clap::Args)]
struct Arguments {
    /// A job; else all that have not ended
    #[arg(add = crate::complete::of(IdKind::Job))]
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
        None => resolve::unfinished_jobs(&app.client).await?,
    };
    let (mut rows, mut missing) = (Vec::new(), Missing::default());
    for job in jobs {
        let placed = placed(&app.client, job).await;
        let Some(Placed { name, vertices }) = missing.keep(format!("job {job}"), placed) else { continue };
        for (vertex, subtasks) in vertices {
            let subtasks = missing.keep(format!("vertex {}", label(&vertex.name)), subtasks);
            rows.extend(subtasks.into_iter().flatten().map(|subtask| {
                json!({
                    "taskmanager": subtask.taskmanager,
                    "job": job.to_string(),
                    "name": label(&name),
                    "vertex": label(&vertex.name),
                    "subtask": subtask.subtask,
                    "status": subtask.status,
                    "attempt": subtask.attempt,
                    "duration": subtask.duration,
                })
            }));
        }
    }
    app.output.value(&rows.into(), VIEW)?;
    missing.end("jobs and vertices")
}

/// The vertices of a job in their order, each with its subtasks or why they cannot be had.
pub(crate) struct Placed {
    name: String,
    pub(crate) vertices: Vec<(VertexProgress, Result<Vec<Subtask>>)>,
}

/// A subtask and its place. A value that cannot be read is left out.
#[derive(Deserialize)]
pub(crate) struct Subtask {
    /// None while the subtask waits for a slot.
    #[serde(rename = "taskmanager-id", default, deserialize_with = "lenient::or_default")]
    pub(crate) taskmanager: Option<String>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    subtask: Option<u32>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    status: Option<String>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    attempt: Option<u32>,
    /// In milliseconds; none before it runs.
    #[serde(default, deserialize_with = "lenient::or_default")]
    duration: Option<u64>,
}

pub(crate) async fn placed(client: &FlinkRestClient, job: JobId) -> Result<Placed> {
    let progress = client.job(job).progress().await?;
    let vertices = fan_out(progress.vertices.into_iter().map(|vertex| async move {
        let subtasks = subtasks(client, job, vertex.id).await;
        (vertex, subtasks)
    }));
    Ok(Placed { name: progress.name, vertices: vertices.await })
}

async fn subtasks(client: &FlinkRestClient, job: JobId, vertex: Option<VertexId>) -> Result<Vec<Subtask>> {
    #[derive(Deserialize)]
    struct Details {
        #[serde(deserialize_with = "lenient::list")]
        subtasks: Vec<Subtask>,
    }
    let vertex = vertex.ok_or_else(no_vertex_id)?;
    let asked = json!({ "job": job, "vertex": vertex });
    let mut subtasks = client.request_by_name("GetJobVertex", asked).await?.decode::<Details>()?.subtasks;
    for subtask in &mut subtasks {
        subtask.taskmanager.take_if(|taskmanager| taskmanager == "(unassigned)");
    }
    Ok(subtasks)
}

/// A vertex by whose id nothing can be asked.
pub(crate) fn no_vertex_id() -> Failure {
    Failure::new(Exit::Failed, "the server sent no id for it that can be read")
}
