//! `flinkctl logs`: what the processes of the cluster wrote, in whole or what matters of it, and what they write.

mod entry;
mod follow;
mod printer;

use std::collections::BTreeSet;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{FlinkRestClient, JobId, TaskManagerId, Timestamp, follow::Process};

use self::{
    entry::{Filter, entries},
    printer::Printer,
};
use crate::{
    cli::App,
    commands::{Deed, ps},
    error::Result,
    output::stdout,
    resolve,
};

pub(crate) const LOGS: Deed =
    Deed { name: "logs", reads: false, describe, run: |app, matches| Box::pin(run(app, matches)) };

#[derive(Debug, clap::Args)]
struct Arguments {
    #[arg(add = crate::complete::of("JobOrTaskManager"))]
    /// `jobmanager`, a TaskManager, or a job, which means the TaskManagers it runs on; else all processes
    of: Option<String>,
    /// Shows what is written from now on, and the last lines before, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// Only entries of this time or later: how long ago, as 10m, or when, as 2026-11-23T15:39:51Z
    #[arg(long, value_name = "TIME", value_parser = entry::parse_since)]
    since: Option<Timestamp>,
    #[command(flatten)]
    filter: Filter,
    /// Only so many entries, the last ones; with --follow so many lines of each process, 10 unless set
    #[arg(short = 'n', long, value_name = "N")]
    tail: Option<usize>,
}

/// Whose logs are meant.
#[derive(Debug)]
enum Whose {
    All,
    One(Process),
    /// Those of the TaskManagers that it runs on.
    Job(JobId),
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Shows the logs of the JobManager and the TaskManagers, as one in the order of time")
        .after_help(
            "An entry is a line with what follows it, such as a stack trace. With --follow nothing is lost, also when\n\
             logs are rotated or processes come and go; --since then reads rotated files as well.\n\n\
             Examples:\n  flinkctl logs jobmanager --level warn\n  flinkctl logs Orders --grep Exception -n 5\n  \
             flinkctl logs -f --since 10m",
        )
}

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let whose = whose(app, arguments.of.as_deref()).await?;
    if arguments.follow {
        return follow::follow(app, &arguments, whose).await;
    }
    let client = &app.client;
    let since = match arguments.since {
        Some(since) => Some(entry::written(since, client.config().await?.timezone_offset)),
        None => None,
    };
    let processes = processes(client, whose).await?;
    let mut all = Vec::new();
    for process in &processes {
        all.extend(entries(process, &log(client, process).await?));
    }
    let mut wanted: Vec<_> = all
        .into_iter()
        .filter(|(time, entry)| {
            since.as_ref().is_none_or(|since| time.as_str() >= since.as_str())
                && arguments.filter.wants(entry)
        })
        .collect();
    wanted.sort_by(|(one, _), (other, _)| one.cmp(other));
    let skip = arguments.tail.map_or(0, |tail| wanted.len().saturating_sub(tail));
    let mut printer = Printer::new(processes.len() > 1);
    let mut out = stdout();
    wanted.iter().skip(skip).try_for_each(|(_, entry)| printer.print(&mut out, entry))
}

async fn whose(app: &App, of: Option<&str>) -> Result<Whose> {
    let Some(word) = of else { return Ok(Whose::All) };
    if word == "jobmanager" {
        return Ok(Whose::One(Process::JobManager));
    }
    let meant = resolve::job_or_taskmanager(&app.client, word).await?;
    Ok(match meant.parsed() {
        Ok(job) => Whose::Job(job),
        Err(_) => Whose::One(Process::TaskManager(meant.parsed()?)),
    })
}

async fn processes(client: &FlinkRestClient, whose: Whose) -> Result<Vec<Process>> {
    let taskmanagers = match whose {
        Whose::One(process) => return Ok(vec![process]),
        Whose::Job(job) => {
            return Ok(taskmanagers_of(client, job).await?.into_iter().map(Process::TaskManager).collect());
        }
        Whose::All => client.taskmanagers().list().await?.taskmanagers,
    };
    let taskmanagers = taskmanagers.into_iter().map(|taskmanager| Process::TaskManager(taskmanager.id));
    Ok(std::iter::once(Process::JobManager).chain(taskmanagers).collect())
}

/// The TaskManagers that a job runs on.
async fn taskmanagers_of(client: &FlinkRestClient, job: JobId) -> Result<BTreeSet<TaskManagerId>> {
    let vertices = ps::placed(client, job).await?.vertices.into_iter();
    let subtasks = vertices.map(|(_, subtasks)| subtasks).collect::<Result<Vec<_>>>()?;
    let taskmanagers = subtasks.into_iter().flatten().filter_map(|subtask| subtask.taskmanager?.parse().ok());
    Ok(taskmanagers.collect())
}

async fn log(client: &FlinkRestClient, process: &Process) -> Result<String> {
    let log = match process {
        Process::TaskManager(id) => client.taskmanager(id).log().await?,
        _ => client.jobmanager().log().await?,
    };
    Ok(log.to_string_lossy().into_owned())
}
