//! Printing of entries, labelled with their process if there are several.

use std::{collections::HashMap, io::Write};

use anstyle::{AnsiColor, Color, Style};
use flink_rest_client::{follow::Process, logs::LogLevel};

use super::entry::Entry;
use crate::{
    error::Result,
    output::{Screen, human, say_as},
};

/// The colours of processes. Red and yellow mark the level of an entry.
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
    /// The processes so far, each with the number of its colour; none if there is only one.
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
            say_as(&label, label_style, "lines may be missing: a log was rotated before it was read");
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
                &format!("{cut} of this entry are cut off; omit -n to see all of it"),
            );
        }
        Ok(())
    }

    /// Returns the label and the colour of a process: `525d24     | `.
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

/// Shortens the id of a TaskManager to the part after the last dash, if Flink chose the id.
fn short(process: &Process) -> String {
    const MIN_LENGTH: usize = 6;
    match process {
        Process::TaskManager(id) => {
            let id = id.as_str();
            let end = id.rsplit('-').next().filter(|end| end.len() >= MIN_LENGTH);
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
