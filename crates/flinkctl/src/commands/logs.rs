//! `flinkctl logs`: logs of the cluster's processes, merged by time and filtered.

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
    /// `jobmanager`, a TaskManager, or a job for the TaskManagers it runs on [default: all processes]
    of: Option<String>,
    /// Show new entries until Ctrl-C, after the last lines so far
    #[arg(short, long)]
    follow: bool,
    /// Only entries from this time on: '2026-11-23 15:39:51' as in the log, 15:39, 10m ago, or 2026-11-23T15:39:51Z
    #[arg(long, value_name = "TIME")]
    since: Option<Since>,
    #[command(flatten)]
    filter: Filter,
    /// Only the last N entries; with --follow, the last N lines of each process [default: 10]
    #[arg(short = 'n', long, value_name = "N")]
    tail: Option<usize>,
}

/// The processes whose logs are shown.
#[derive(Debug)]
enum Selection {
    All,
    One(Process),
    /// The TaskManagers that the job runs on.
    Job(JobId),
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Shows the logs of the JobManager and the TaskManagers, merged by time")
        .after_help(
            "An entry is a line with its continuation lines, such as a stack trace. --follow loses nothing when logs are\n\
             rotated or processes come and go; with --since it reads rotated files as well.\n\n\
             Times in logs have no time zone. They, and --since without a zone, are read in the time zone of the\n\
             JobManager (`timezone-offset` of `flinkctl cluster config`).\n\n\
             Logs are streamed and may be of any size. Up to 21 large logs, or 14 MiB of small ones, are merged by time.\n\
             More are shown in groups, each merged, unless --since, --level or --grep leave less of them, or -n is\n\
             given. -n keeps at most 8 MiB of entries, and 256 KiB of each. Logs that cannot be read are reported at the\n\
             end, with exit code 7.\n\n\
             Examples:\n  flinkctl logs jobmanager --level warn\n  flinkctl logs Orders --grep Exception -n 5\n  \
             flinkctl logs -f --since 10m",
        )
}

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let selection = selection(app, arguments.of.as_deref()).await?;
    if arguments.follow {
        return follow::follow(app, &arguments, selection).await;
    }
    let (client, mut missing) = (&app.client, Missing::default());
    let mut logs = client.logs().filter(arguments.filter.of_logs());
    if let Some(since) = arguments.since {
        logs = logs.since(since.on(client).await?);
    }
    if let Some(tail) = arguments.tail {
        logs = logs.last(tail);
    }
    match selection {
        Selection::All => {}
        Selection::One(process) => logs = logs.of([process]),
        Selection::Job(job) => {
            let taskmanagers = taskmanagers_of(client, job, &mut missing).await?;
            logs = logs.of(taskmanagers.into_iter().map(Process::TaskManager));
        }
    }
    show(logs.entries(), missing).await
}

/// Shows entries as they arrive, and at the end the logs that could not be read.
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
                    "{} logs are too many to merge: they follow in groups, each merged by time. \
                     --since, --level, --grep or -n make all of them fit.",
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
        let message = format!("only the last {count} entries are shown: more would exceed 8 MiB");
        return Err(Failure::new(Exit::Partial, message).hint("omit -n to see all"));
    }
    Ok(())
}

/// Returns the failure if no log could be read, with the number of the others.
fn none_read(failure: Failure, others: usize) -> Failure {
    let message = match others {
        0 => return failure,
        others => format!("{}; {others} other logs cannot be read either", failure.message),
    };
    Failure { message, ..failure }
}

async fn selection(app: &App, of: Option<&str>) -> Result<Selection> {
    let Some(word) = of else { return Ok(Selection::All) };
    if word == "jobmanager" {
        return Ok(Selection::One(Process::JobManager));
    }
    let meant = resolve::job_or_taskmanager(&app.client, word).await?;
    Ok(match meant.parsed() {
        Ok(job) => Selection::Job(job),
        Err(_) => Selection::One(Process::TaskManager(meant.parsed()?)),
    })
}

/// Returns the TaskManagers that a job runs on. Vertices that cannot be read are noted in `missing`.
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
