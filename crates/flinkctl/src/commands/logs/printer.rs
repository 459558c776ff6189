//! Entries on stdout, with who wrote them if several did.

use std::{collections::HashMap, io::Write};

use anstyle::{AnsiColor, Color, Style};
use flink_rest_client::{follow::Process, logs::LogLevel};

use super::entry::Entry;
use crate::{
    error::Result,
    output::{Screen, human, say_as},
};

/// Not red and yellow, which tell how grave an entry is.
const COLOURS: [AnsiColor; 6] = [
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Green,
    AnsiColor::Blue,
    AnsiColor::BrightCyan,
    AnsiColor::BrightMagenta,
];

/// Writes entries.
#[derive(Debug)]
pub(super) struct Printer {
    /// Who has written so far, each with a colour of its own; none if there is but one to write.
    known: Option<HashMap<Process, usize>>,
    width: usize,
}

impl Printer {
    pub(super) fn new(several: bool) -> Self {
        Self { known: several.then(HashMap::new), width: "jobmanager".len() }
    }

    pub(super) fn print(&mut self, out: &mut Screen<impl Write>, entry: &Entry) -> Result<()> {
        let (label, label_style) = self.label(&entry.process);
        if entry.gap {
            say_as(&label, label_style, "lines may be missing here: a log was rotated before it was read");
        }
        let style = match entry.level() {
            Some(LogLevel::Error) => colour(AnsiColor::Red),
            Some(LogLevel::Warn) => colour(AnsiColor::Yellow),
            _ => Style::new(),
        };
        for (number, line) in entry.text.lines().enumerate() {
            let style = if number == 0 { style } else { Style::new() };
            out.styled(label_style, &label)?;
            out.styled(style, line)?;
            writeln!(out)?;
        }
        if entry.cut > 0 {
            out.flush()?;
            let cut = human::bytes(entry.cut);
            say_as(
                &label,
                label_style,
                &format!("{cut} more of this entry are left out; without -n it is shown whole"),
            );
        }
        Ok(())
    }

    /// `525d24     | `, and the process's colour.
    fn label(&mut self, process: &Process) -> (String, Style) {
        let Some(known) = &mut self.known else { return Default::default() };
        let next = known.len();
        let number = match known.get(process) {
            Some(number) => *number,
            None => *known.entry(process.clone()).or_insert(next),
        };
        let style = COLOURS.get(number % COLOURS.len()).map_or_else(Style::new, |one| colour(*one));
        let name = short(process);
        self.width = self.width.max(name.len());
        (format!("{name:width$} | ", width = self.width), style)
    }
}

fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::from(colour)))
}

/// What follows the last dash of a TaskManager's id tells it apart where Flink chose the id; other ids stay whole.
fn short(process: &Process) -> String {
    const TELLING: usize = 6;
    match process {
        Process::TaskManager(id) => {
            let id = id.as_str();
            let end = id.rsplit('-').next().filter(|end| end.len() >= TELLING);
            end.unwrap_or(id).to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::drawn;

    #[test]
    fn several_processes_are_told_apart() {
        let taskmanager = |id: &str| Process::TaskManager(id.parse().unwrap());
        let mut printer = Printer::new(true);
        let drawn = drawn(|out| {
            for (process, text) in [
                (Process::JobManager, "one\n\tat A.b"),
                (taskmanager("127.0.0.1:44791-525d24"), "two"),
                (taskmanager("flink-taskmanager-1-3"), "three"),
            ] {
                printer.print(out, &Entry { process, text: text.into(), gap: false, cut: 0 }).unwrap();
            }
        });
        assert_eq!(
            anstream::adapter::strip_str(&drawn).to_string(),
            "jobmanager | one\njobmanager | \tat A.b\n525d24     | two\nflink-taskmanager-1-3 | three\n"
        );
    }
}
