//! `flinkctl logs --follow`: what is written from now on.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use flink_rest_client::{JobId, TaskManagerId, follow::Process, logs::LogFilter};

use super::{Arguments, Whose, entry::Entry, printer::Printer, taskmanagers_of};
use crate::{
    app::App,
    error::Result,
    output::{Screen, human, say, stdout},
    partial::Missing,
    progress::millis,
};

/// How many lines of each process are shown that were there before.
const BEFORE: usize = 10;
/// What belongs to an entry comes together with it.
const TOGETHER: Duration = Duration::from_millis(100);
/// How often a job's TaskManagers are asked for, if another one writes.
const CERTAIN: Duration = Duration::from_secs(5);
/// Endured outages unless `--patience` is set, as long as those of waits.
const PATIENCE: Duration = Duration::from_secs(120);

/// Shows entries as they are written, until Ctrl-C.
pub(super) async fn follow(app: &App, arguments: &Arguments, whose: Whose) -> Result<()> {
    tokio::select! {
        outcome = show(app, arguments, whose) => outcome,
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

async fn show(app: &App, arguments: &Arguments, whose: Whose) -> Result<()> {
    let follow = match &whose {
        Whose::One(Process::JobManager) => app.client.jobmanager().follow_log(),
        Whose::One(Process::TaskManager(id)) => app.client.taskmanager(id).follow_log(),
        Whose::All => app.client.follow_logs().on_unread(|unread| say!("{unread}; it is tried again")),
        _ => app.client.follow_logs(),
    };
    let patience = app.global.patience.unwrap_or(PATIENCE);
    let limit = human::duration(millis(patience));
    let follow = follow
        .patience(patience)
        .on_outage(move |error| say!("{error}; it is asked again and again for {limit}"));
    let mut lines = match arguments.since {
        Some(since) => follow.since(since.on(&app.client).await?),
        None => follow.last(arguments.tail.unwrap_or(BEFORE)),
    }
    .lines();
    let filter = arguments.filter.of_logs();
    let mut printer = Printer::new(!matches!(whose, Whose::One(_)));
    let mut members = match whose {
        Whose::Job(job) => Some(Members::of(app, job).await?),
        _ => None,
    };
    let mut out = stdout();
    let mut entry: Option<Pending> = None;
    loop {
        // Whether more belongs to an entry shows when the next one begins, or when nothing comes for a moment.
        let next = match &entry {
            Some(_) => tokio::time::timeout(TOGETHER, lines.next()).await.ok(),
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
                pending.go_on(&line.to_string_lossy(), &filter, &mut printer, &mut out)?;
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

/// An entry of which there may be more to come. Of a long one, what is there is shown before the rest comes.
struct Pending {
    entry: Entry,
    /// Whether it is wanted, once its beginning was judged.
    wanted: Option<bool>,
}

impl Pending {
    /// Bytes of an entry that are kept at once.
    const MOST: usize = 1 << 20;

    /// One more line of it. Of what is kept already, there is shown what must make room.
    fn go_on(
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
        self.entry.text.len() + text.len() < Self::MOST
    }

    fn add(&mut self, text: &str) {
        // What goes on begins with a line of its own.
        if self.wanted.is_none() || !self.entry.text.is_empty() {
            self.entry.text.push('\n');
        }
        self.entry.text.push_str(text);
    }

    /// What is there, if it is wanted; what is added is the rest.
    fn print(
        &mut self,
        filter: &LogFilter,
        printer: &mut Printer,
        out: &mut Screen<impl std::io::Write>,
    ) -> Result<()> {
        if *self.wanted.get_or_insert_with(|| filter.matches(self.entry.text.as_bytes())) {
            printer.print(out, &self.entry)?;
        }
        self.entry.text.clear();
        self.entry.gap = false;
        Ok(())
    }
}

impl From<Entry> for Pending {
    fn from(entry: Entry) -> Self {
        Self { entry, wanted: None }
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

    /// Those that are known now. Vertices that cannot be asked are asked again before long.
    async fn running(app: &App, job: JobId) -> Result<BTreeSet<TaskManagerId>> {
        taskmanagers_of(&app.client, job, &mut Missing::default()).await
    }

    /// Tells whether this process runs the job, or did.
    async fn include(&mut self, app: &App, process: &Process) -> bool {
        let Process::TaskManager(id) = process else { return false };
        if !self.taskmanagers.contains(id) && self.asked.elapsed() > CERTAIN {
            // If the server does not tell now, it may next time.
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

    /// What is shown of an entry of several MiB, with such a text in its first and in its last line.
    fn shown(grep: &str) -> String {
        let filter = LogFilter::default().containing(grep);
        let mut printer = Printer::new(false);
        let text = "2026-11-23 15:39:51,606 ERROR first".into();
        let mut pending = Pending::from(Entry { process: Process::JobManager, text, gap: false, cut: 0 });
        drawn(|out| {
            for number in 0..40_000 {
                let line = format!("\tat org.acme.Main.call{number:0100}(Main.java)");
                pending.go_on(&line, &filter, &mut printer, out).unwrap();
                assert!(pending.entry.text.len() < Pending::MOST);
            }
            pending.go_on("last", &filter, &mut printer, out).unwrap();
            flush(&mut Some(pending), &filter, &mut printer, out).unwrap();
        })
    }

    #[test]
    fn a_long_entry_is_judged_by_its_beginning_and_shown_as_a_whole() {
        let lines: Vec<_> = shown("first").lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 40_002);
        assert!(lines.iter().all(|line| !line.is_empty()));
        assert_eq!(lines.last().unwrap(), "last");
        assert_eq!(shown("last"), "");
    }
}
