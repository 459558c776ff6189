//! `flinkctl logs`: what the processes of the cluster wrote, in whole or what matters of it.

use std::{collections::BTreeSet, io::Write};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{JobId, TaskManagerId};

use crate::{
    cli::App,
    commands::{Deed, ps},
    error::Result,
    output::tame,
    resolve,
};

pub(crate) const LOGS: Deed =
    Deed { name: "logs", reads: false, describe, run: |app, matches| Box::pin(run(app, matches)) };

#[derive(Debug, clap::Args)]
struct Arguments {
    #[arg(add = crate::complete::of("JobOrTaskManager"))]
    /// `jobmanager`, a TaskManager, or a job, which means the TaskManagers it runs on; else all processes
    of: Option<String>,
    /// Only entries of this level or a graver one
    #[arg(short, long, value_name = "LEVEL", ignore_case = true)]
    level: Option<Level>,
    /// Only entries with this text in them
    #[arg(short, long, value_name = "TEXT")]
    grep: Option<String>,
    /// Only so many entries, the last ones
    #[arg(short = 'n', long, value_name = "N")]
    tail: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Shows the logs of the JobManager and the TaskManagers")
        .after_help(
            "An entry is a line with what follows it, such as a stack trace.\n\n\
         Examples:\n  flinkctl logs jobmanager --level warn\n  flinkctl logs Orders --grep Exception -n 5",
        )
}

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let (jobmanager, taskmanagers) = processes(app, arguments.of.as_deref()).await?;
    let several = usize::from(jobmanager) + taskmanagers.len() > 1;
    let mut out = anstream::stdout().lock();
    let mut show = |process: &str, log: &str| {
        if several {
            writeln!(out, "==> {process} <==")?;
        }
        arguments.chosen(log).into_iter().try_for_each(|entry| writeln!(out, "{}", tame(entry)))
    };
    if jobmanager {
        show("jobmanager", &app.client.jobmanager().log().await?.to_string_lossy())?;
    }
    for taskmanager in taskmanagers {
        let log = app.client.taskmanager(&taskmanager).log().await?;
        show(taskmanager.as_str(), &log.to_string_lossy())?;
    }
    Ok(())
}

/// Whether the JobManager is meant, and which TaskManagers are.
async fn processes(app: &App, of: Option<&str>) -> Result<(bool, BTreeSet<TaskManagerId>)> {
    let Some(word) = of else {
        let all = app.client.taskmanagers().list().await?.taskmanagers;
        return Ok((true, all.into_iter().map(|taskmanager| taskmanager.id).collect()));
    };
    if word == "jobmanager" {
        return Ok((true, BTreeSet::new()));
    }
    let meant = resolve::job_or_taskmanager(&app.client, word).await?;
    let Ok(job) = meant.parse::<JobId>() else {
        return Ok((false, BTreeSet::from([meant.parse()?])));
    };
    let placed = ps::placed(&app.client, job).await?;
    let subtasks = placed.into_iter().flat_map(|(.., subtasks)| subtasks);
    Ok((false, subtasks.filter_map(|subtask| subtask.taskmanager_id).collect()))
}

impl Arguments {
    /// The entries that were asked for.
    fn chosen<'a>(&self, log: &'a str) -> Vec<&'a str> {
        let is_meant = |entry: &&str| {
            // What has no level is not left out: nobody knows how grave it is.
            self.level.is_none_or(|least| level(entry).is_none_or(|level| level >= least))
                && self.grep.as_ref().is_none_or(|text| entry.contains(text))
        };
        let chosen: Vec<_> = entries(log).into_iter().filter(is_meant).collect();
        let skip = self.tail.map_or(0, |tail| chosen.len().saturating_sub(tail));
        chosen.into_iter().skip(skip).collect()
    }
}

/// The lines of a log, each with what belongs to it: an entry begins with a date.
fn entries(log: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in log.split_inclusive('\n') {
        if at > 0 && line.starts_with(|c: char| c.is_ascii_digit()) && level(line).is_some() {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(log.len());
    let entries = starts.windows(2).filter_map(|ends| log.get(*ends.first()?..*ends.last()?));
    entries.map(str::trim_end).filter(|entry| !entry.is_empty()).collect()
}

/// The level of an entry, which stands among the first words: after date and time.
fn level(entry: &str) -> Option<Level> {
    entry.lines().next()?.split_whitespace().take(4).find_map(|word| match word.trim_matches(['[', ']']) {
        "TRACE" => Some(Level::Trace),
        "DEBUG" => Some(Level::Debug),
        "INFO" => Some(Level::Info),
        "WARN" => Some(Level::Warn),
        "ERROR" | "FATAL" => Some(Level::Error),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "2026-11-23 15:39:51,606 INFO  org.acme.A [] - one\n\
        2026-11-23 15:39:52,606 WARN  org.acme.B [] - two\n\
        java.lang.Exception: why\n\tat org.acme.B.b(B.java:1)\n\
        2026-11-23 15:39:53,606 ERROR org.acme.C [] - three\n";

    fn chosen(level: Option<Level>, grep: Option<&str>, tail: Option<usize>) -> Vec<&'static str> {
        Arguments { of: None, level, grep: grep.map(Into::into), tail }.chosen(LOG)
    }

    #[test]
    fn an_entry_keeps_its_stack_trace() {
        let entries = chosen(None, Some("why"), None);
        assert!(
            matches!(entries.as_slice(), [entry] if entry.contains("two") && entry.ends_with("B.java:1)"))
        );
    }

    #[test]
    fn entries_are_chosen_by_level_and_number() {
        assert_eq!(chosen(None, None, None).len(), 3);
        assert_eq!(chosen(Some(Level::Warn), None, None).len(), 2);
        assert!(matches!(chosen(None, None, Some(1)).as_slice(), [entry] if entry.ends_with("three")));
        assert_eq!(chosen(None, Some("nothing"), None), [""; 0]);
    }
}
