//! `flinkctl ps`: the TaskManager of each subtask.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::endpoint::IdKind;
use serde_json::json;

use crate::{
    app::App,
    command::ClusterCommand,
    error::Result,
    output::label,
    partial::Missing,
    resolve,
    view::{Part, View, id, millis, number, state, text},
};

pub(crate) const PS: ClusterCommand =
    ClusterCommand::new("ps", describe, |app, matches| Box::pin(run(app, matches))).read_only().table();

#[derive(Debug, clap::Args)]
struct Arguments {
    /// Job [default: all unfinished jobs]
    #[arg(add = crate::complete::of(IdKind::Job))]
    job: Option<String>,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command).about("Lists subtasks with their TaskManagers")
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
        let placement = flink_ops::placement(&app.client, job).await;
        let Some(placement) = missing.keep(format!("job {job}"), placement) else { continue };
        let name = label(&placement.name);
        for vertex in placement.vertices {
            let of_vertex = label(&vertex.name);
            missing.note(format_args!("vertex {of_vertex}"), vertex.error);
            rows.extend(vertex.subtasks.into_iter().map(|subtask| {
                json!({
                    "taskmanager": subtask.taskmanager,
                    "job": job.to_string(),
                    "name": name,
                    "vertex": of_vertex,
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
