//! `flinkctl logs --follow`: entries as they are written.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use flink_rest_client::{JobId, TaskManagerId, follow::Process, logs::LogFilter};

use super::{Arguments, Selection, entry::Entry, printer::Printer, taskmanagers_of};
use crate::{
    app::App,
    error::Result,
    output::{Screen, human, say, stdout},
    partial::Missing,
    progress::millis,
};

/// Earlier lines of each process that are shown first.
const DEFAULT_TAIL: usize = 10;
/// Time after which an entry without new lines is complete.
const ENTRY_TIMEOUT: Duration = Duration::from_millis(100);
/// Interval of reading a job's TaskManagers, when an unknown one writes.
const PLACEMENT_INTERVAL: Duration = Duration::from_secs(5);
/// Duration of outages to wait out unless `--patience` is set, as in other waits.
const DEFAULT_PATIENCE: Duration = Duration::from_secs(120);

/// Shows entries as they are written, until Ctrl-C.
pub(super) async fn follow(app: &App, arguments: &Arguments, selection: Selection) -> Result<()> {
    tokio::select! {
        outcome = show(app, arguments, selection) => outcome,
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

async fn show(app: &App, arguments: &Arguments, selection: Selection) -> Result<()> {
    let follow = match &selection {
        Selection::One(Process::JobManager) => app.client.jobmanager().follow_log(),
        Selection::One(Process::TaskManager(id)) => app.client.taskmanager(id).follow_log(),
        Selection::All => app.client.follow_logs().on_unread(|unread| say!("{unread}; retrying")),
        _ => app.client.follow_logs(),
    };
    let patience = app.global.patience.unwrap_or(DEFAULT_PATIENCE);
    let limit = human::duration(millis(patience));
    let follow = follow.patience(patience).on_outage(move |error| say!("{error}; retrying for {limit}"));
    let mut lines = match arguments.since {
        Some(since) => follow.since(since.on(&app.client).await?),
        None => follow.last(arguments.tail.unwrap_or(DEFAULT_TAIL)),
    }
    .lines();
    let filter = arguments.filter.of_logs();
    let mut printer = Printer::new(!matches!(selection, Selection::One(_)));
    let mut members = match selection {
        Selection::Job(job) => Some(Members::of(app, job).await?),
        _ => None,
    };
    let mut out = stdout();
    let mut entry: Option<Pending> = None;
    loop {
        // An entry is complete when the next one begins, or when no line arrives for a moment.
        let next = match &entry {
            Some(_) => tokio::time::timeout(ENTRY_TIMEOUT, lines.next()).await.ok(),
            None => Some(lines.next().await),
        };
        let line = match next {
            Some(line) => line?,
            None => {
                flush(&mut entry, &filter, &mut printer, &mut out)?;
                continue;
            }
        };
        let Some(line) = line else {
            return flush(&mut entry, &filter, &mut printer, &mut out);
        };
        if let Some(members) = &mut members
            && !members.include(app, &line.process).await
        {
            continue;
        }
        match &mut entry {
            Some(pending) if line.continues && pending.entry.process == line.process => {
                pending.append(&line.to_string_lossy(), &filter, &mut printer, &mut out)?;
            }
            _ => {
                flush(&mut entry, &filter, &mut printer, &mut out)?;
                entry = Some(Pending::from(Entry::from(line)));
            }
        }
    }
}

fn flush(
    pending: &mut Option<Pending>,
    filter: &LogFilter,
    printer: &mut Printer,
    out: &mut Screen<impl std::io::Write>,
) -> Result<()> {
    pending.take().map_or(Ok(()), |mut pending| pending.print(filter, printer, out))
}

/// An incomplete entry. A long one is shown in pieces.
struct Pending {
    entry: Entry,
    /// The filter's decision, made on its first piece.
    matches: Option<bool>,
}

impl Pending {
    /// Bytes of an entry that are buffered.
    const MAX_BYTES: usize = 1 << 20;

    /// Adds a line, after printing the buffer if there is no room for it.
    fn append(
        &mut self,
        text: &str,
        filter: &LogFilter,
        printer: &mut Printer,
        out: &mut Screen<impl std::io::Write>,
    ) -> Result<()> {
        if !self.has_room(text) {
            self.print(filter, printer, out)?;
        }
        self.add(text);
        Ok(())
    }

    fn has_room(&self, text: &str) -> bool {
        self.entry.text.len() + text.len() < Self::MAX_BYTES
    }

    fn add(&mut self, text: &str) {
        // The first line after a printed piece needs no line break.
        if self.matches.is_none() || !self.entry.text.is_empty() {
            self.entry.text.push('\n');
        }
        self.entry.text.push_str(text);
    }

    /// Prints the buffer if the entry matches, and empties it.
    fn print(
        &mut self,
        filter: &LogFilter,
        printer: &mut Printer,
        out: &mut Screen<impl std::io::Write>,
    ) -> Result<()> {
        if *self.matches.get_or_insert_with(|| filter.matches(self.entry.text.as_bytes())) {
            printer.print(out, &self.entry)?;
        }
        self.entry.text.clear();
        self.entry.gap = false;
        Ok(())
    }
}

impl From<Entry> for Pending {
    fn from(entry: Entry) -> Self {
        Self { entry, matches: None }
    }
}

/// The TaskManagers that a job runs on, which change when it fails over or is rescaled.
struct Members {
    job: JobId,
    taskmanagers: BTreeSet<TaskManagerId>,
    asked: Instant,
}

impl Members {
    async fn of(app: &App, job: JobId) -> Result<Self> {
        Ok(Self { job, taskmanagers: Self::running(app, job).await?, asked: Instant::now() })
    }

    /// Reads the present TaskManagers. Vertices that cannot be read are read again later.
    async fn running(app: &App, job: JobId) -> Result<BTreeSet<TaskManagerId>> {
        taskmanagers_of(&app.client, job, &mut Missing::default()).await
    }

    /// Returns true if this process runs the job, or did.
    async fn include(&mut self, app: &App, process: &Process) -> bool {
        let Process::TaskManager(id) = process else { return false };
        if !self.taskmanagers.contains(id) && self.asked.elapsed() > PLACEMENT_INTERVAL {
            // A failed request is repeated with the next unknown TaskManager.
            self.taskmanagers.extend(Self::running(app, self.job).await.unwrap_or_default());
            self.asked = Instant::now();
        }
        self.taskmanagers.contains(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::drawn;

    /// Returns the output of an entry of several MiB, of which `grep` is in the first or in the last line.
    fn shown(grep: &str) -> String {
        let filter = LogFilter::default().containing(grep);
        let mut printer = Printer::new(false);
        let text = "2026-11-23 15:39:51,606 ERROR first".into();
        let mut pending = Pending::from(Entry { process: Process::JobManager, text, gap: false, cut: 0 });
        drawn(|out| {
            for number in 0..40_000 {
                let line = format!("\tat org.acme.Main.call{number:0100}(Main.java)");
                pending.append(&line, &filter, &mut printer, out).unwrap();
                assert!(pending.entry.text.len() < Pending::MAX_BYTES);
            }
            pending.append("last", &filter, &mut printer, out).unwrap();
            flush(&mut Some(pending), &filter, &mut printer, out).unwrap();
        })
    }

    #[test]
    fn a_long_entry_is_filtered_by_its_beginning_and_shown_as_a_whole() {
        let lines: Vec<_> = shown("first").lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 40_002);
        assert!(lines.iter().all(|line| !line.is_empty()));
        assert_eq!(lines.last().unwrap(), "last");
        assert_eq!(shown("last"), "");
    }
}
