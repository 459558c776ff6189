//! `flinkctl logs`: what the processes of the cluster wrote, in whole or what matters of it, and what they write.

mod entry;
mod follow;
mod printer;
mod since;

use std::{collections::BTreeSet, io::Write};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{Async, FlinkRestClient, JobId, TaskManagerId, follow::Process, logs::LogEntries};

use self::{
    entry::{Entry, Filter},
    printer::Printer,
    since::Since,
};
use crate::{
    app::App,
    command::ClusterCommand,
    error::{Exit, Failure, Result},
    output::{label, say, stdout_in_blocks},
    partial::Missing,
    resolve,
};

pub(crate) const LOGS: ClusterCommand =
    ClusterCommand::new("logs", describe, |app, matches| Box::pin(run(app, matches)));

#[derive(Debug, clap::Args)]
struct Arguments {
    #[arg(add = crate::complete::jobs_and_taskmanagers())]
    /// `jobmanager`, a TaskManager, or a job, which means the TaskManagers it runs on; else all processes
    of: Option<String>,
    /// Shows what is written from now on, and the last lines before, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// Only entries from this time on: '2026-11-23 15:39:51' as in the log, 15:39, 10m ago, or 2026-11-23T15:39:51Z
    #[arg(long, value_name = "TIME")]
    since: Option<Since>,
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
             Times in logs have no time zone. They are taken to be in that of the JobManager's start, and so is --since\n\
             unless it names a zone (`timezone-offset` of `flinkctl cluster config`).\n\n\
             Logs are streamed and may be of any size. 21 large ones, or 14 MiB of small ones, are put into one order of\n\
             time. More are shown in groups, each in order, unless --since, --level or --grep leave less of them, or -n is\n\
             given. -n keeps 8 MiB of entries at most, and 256 KiB of each. Logs that cannot be read are reported at the\n\
             end, with exit code 7.\n\n\
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
    let (client, mut missing) = (&app.client, Missing::default());
    let mut logs = client.logs().filter(arguments.filter.of_logs());
    if let Some(since) = arguments.since {
        logs = logs.since(since.on(client).await?);
    }
    if let Some(tail) = arguments.tail {
        logs = logs.last(tail);
    }
    match whose {
        Whose::All => {}
        Whose::One(process) => logs = logs.of([process]),
        Whose::Job(job) => {
            let taskmanagers = taskmanagers_of(client, job, &mut missing).await?;
            logs = logs.of(taskmanagers.into_iter().map(Process::TaskManager));
        }
    }
    show(logs.entries(), missing).await
}

/// Shows entries as they come, and at the end what is missing.
async fn show(mut entries: LogEntries<Async>, mut missing: Missing) -> Result<()> {
    let is_of_job = !missing.is_empty();
    let mut out = stdout_in_blocks();
    let (mut printer, mut group, mut count) = (None, 0, 0_usize);
    loop {
        let entry = match entries.next().await {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            Err(error) => {
                out.flush()?;
                return Err(none_read(error.into(), entries.take_unread().len()));
            }
        };
        if entry.group != group {
            if group == 0 {
                out.flush()?;
                say!(
                    "{} logs are too much for one order of time: they follow in groups, each in order. \
                     For one order, narrow them with --since, --level, --grep or -n.",
                    entries.processes()
                );
            }
            group = entry.group;
        }
        count += usize::from(!entry.continues);
        let printer = printer.get_or_insert_with(|| Printer::new(entries.processes() > 1));
        printer.print(&mut out, &Entry::from(entry))?;
    }
    out.flush()?;
    let unread = entries.take_unread();
    let of_processes = unread.iter().filter(|unread| unread.process.is_some()).count();
    missing.had(entries.processes().saturating_sub(of_processes));
    for unread in unread {
        let part =
            unread.process.map_or_else(|| "the list of TaskManagers".into(), |process| process.to_string());
        missing.keep(part, Err::<(), _>(unread.error));
    }
    missing.end(if is_of_job { "vertices and logs" } else { "logs" })?;
    if entries.is_short() {
        let message = format!("only the last {count} entries are shown: more would take more than 8 MiB");
        return Err(Failure::new(Exit::Partial, message).hint("without -n all are shown"));
    }
    Ok(())
}

/// No log can be read, for this reason, nor can so many others.
fn none_read(failure: Failure, others: usize) -> Failure {
    let message = match others {
        0 => return failure,
        others => format!("{}; {others} other logs cannot be read either", failure.message),
    };
    Failure { message, ..failure }
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

/// The TaskManagers that a job runs on. Those of a vertex that cannot be asked are missing.
async fn taskmanagers_of(
    client: &FlinkRestClient,
    job: JobId,
    missing: &mut Missing,
) -> Result<BTreeSet<TaskManagerId>> {
    let mut taskmanagers = BTreeSet::new();
    for vertex in flink_ops::placement(client, job).await?.vertices {
        missing.note(format_args!("vertex {}", label(&vertex.name)), vertex.error);
        let all = vertex.subtasks.into_iter().filter_map(|subtask| subtask.taskmanager?.parse().ok());
        taskmanagers.extend(all);
    }
    Ok(taskmanagers)
}
