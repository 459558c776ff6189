//! What goes to stdout: tables for people, tab-separated values for scripts, the server's own JSON for programs.

mod cell;
pub(crate) mod human;
mod merged;
pub(crate) mod table;

use std::{
    io::{IsTerminal, Write},
    sync::{Mutex, PoisonError},
};

use flink_rest_client::{Answer, Timestamp};
use serde_json::{Map, Value, json};

pub(crate) use self::cell::{Cell, colour, plain};
use self::table::Layout;
use crate::{
    context::Global,
    error::{Failure, Result},
    view::{Column, Part, Show, View},
};

/// How an answer is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns, times and sizes as people say them
    Table,
    /// A table with more columns
    Wide,
    /// Tab-separated values without a heading: times in full, durations in milliseconds, sizes in bytes
    Tsv,
    /// The server's own JSON, as it is
    Json,
    /// The id alone
    Name,
}

/// Where answers are written to, and how.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) format: Format,
    fields: Vec<String>,
    width: Option<usize>,
    /// Whether somebody looks at it.
    terminal: bool,
    /// Whether the terminal is cleared before each answer.
    redraws: bool,
    /// What is not shown yet, as it is put together with that of other clusters.
    kept: Option<Mutex<Option<(Value, View)>>>,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let usual = if terminal { Format::Table } else { Format::Tsv };
        let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
        let size = || console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
        Self {
            format: global.output.unwrap_or(usual),
            fields: global.json.clone(),
            width: columns().or_else(|| terminal.then(size).flatten()),
            terminal,
            redraws: terminal && global.watch.is_some(),
            kept: None,
        }
    }

    /// Keeps an answer in place of showing it.
    pub(crate) fn keeping(global: &Global) -> Self {
        Self { kept: Some(Mutex::default()), ..Self::new(global) }
    }

    /// What was to be shown.
    pub(crate) fn kept(self) -> Option<(Value, View)> {
        self.kept?.into_inner().ok()?
    }

    /// Where it goes: a terminal that is empty, if it is to be drawn again.
    pub(crate) fn stdout(&self) -> Result<anstream::AutoStream<std::io::StdoutLock<'static>>> {
        let mut out = anstream::stdout().lock();
        if self.redraws {
            write!(out, "\u{1b}[H\u{1b}[2J")?;
        }
        Ok(out)
    }

    /// Whether it is shown as it is, whatever its view.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json && self.fields.is_empty()
    }

    /// Whether somebody looks at it.
    pub(crate) fn is_for_people(&self) -> bool {
        self.terminal
    }

    /// A value that a script may go on with.
    pub(crate) fn line(&self, value: impl std::fmt::Display) -> Result<()> {
        Ok(writeln!(self.stdout()?, "{value}")?)
    }

    /// Shows an answer.
    pub(crate) fn answer(&self, answer: &Answer, view: View) -> Result<()> {
        if view.iter().any(|part| matches!(part, Part::Body)) {
            return self.body(&answer.body);
        }
        if self.format == Format::Json && self.fields.is_empty() && self.kept.is_none() {
            self.body(&answer.body)?;
            return Ok(self.stdout()?.write_all(if answer.body.ends_with(b"\n") { b"" } else { b"\n" })?);
        }
        self.value(&answer.json()?, view)
    }

    /// The server's own bytes; on a terminal, without what would move its cursor.
    fn body(&self, body: &[u8]) -> Result<()> {
        let mut out = std::io::stdout().lock();
        match self.terminal {
            true => out.write_all(tame(&String::from_utf8_lossy(body)).as_bytes())?,
            false => out.write_all(body)?,
        }
        Ok(out.flush()?)
    }

    /// Shows JSON that was put together from several answers.
    pub(crate) fn value(&self, value: &Value, view: View) -> Result<()> {
        if let Some(kept) = &self.kept {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((value.clone(), view));
            return Ok(());
        }
        let mut out = self.stdout()?;
        if !self.fields.is_empty() {
            return self.chosen(&mut out, value, view);
        }
        if self.format == Format::Json {
            return Ok(writeln!(out, "{value}")?);
        }
        if self.format == Format::Name {
            // The first part that has ids tells what the answer is about.
            return view
                .iter()
                .find(|part| part.has_id())
                .map_or(Ok(()), |part| self.part(&mut out, value, part));
        }
        for (number, part) in view.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            self.part(&mut out, value, part)?;
        }
        Ok(())
    }

    fn part(&self, out: &mut impl Write, value: &Value, part: &Part) -> Result<()> {
        match part {
            Part::Rows(at, columns) => self.rows(out, &elements(value.pointer(at)), columns),
            Part::Fields(columns) => self.fields(out, value, columns),
            Part::All(at) => {
                let mut lines = Vec::new();
                flatten(value.pointer(at).unwrap_or(&Value::Null), String::new(), &mut lines);
                let line = |(name, value): (String, String)| vec![Cell::from(name), Cell::from(value)];
                self.lines(out, lines.into_iter().map(line).collect())
            }
            Part::Texts(at, field) => {
                for element in elements(value.pointer(at)) {
                    let text = element.pointer(field).and_then(Value::as_str).unwrap_or_default();
                    writeln!(out, "{}\n", tame(text.trim_end()))?;
                }
                Ok(())
            }
            Part::Said(done) => {
                anstream::eprintln!("{done}");
                Ok(())
            }
            Part::Body => Ok(()),
        }
    }

    fn rows(&self, out: &mut impl Write, rows: &[Value], columns: &[Column]) -> Result<()> {
        let wide = self.format == Format::Wide;
        let shown: Vec<_> = match self.format {
            Format::Name => columns.iter().find(|column| column.show == Show::Id).into_iter().collect(),
            _ => columns.iter().filter(|column| wide || !column.wide).collect(),
        };
        if matches!(self.format, Format::Tsv | Format::Name) {
            for row in rows {
                let cells: Vec<_> =
                    shown.iter().map(|column| cell::exact(column.find(row), column.show)).collect();
                writeln!(out, "{}", cells.join("\t"))?;
            }
            return Ok(());
        }
        let layout: Vec<_> = shown.iter().map(|column| Layout::from(*column)).collect();
        let now = Timestamp::now();
        let cells = |row: &Value| {
            let cell = |column: &&Column| cell::readable(column.find(row), column.show, now);
            shown.iter().map(cell).collect()
        };
        let rows: Vec<Vec<Cell>> = rows.iter().map(cells).collect();
        if rows.is_empty() {
            anstream::eprintln!("None.");
            return Ok(());
        }
        Ok(table::write(out, &layout, &rows, self.width.filter(|_| !wide))?)
    }

    fn fields(&self, out: &mut impl Write, value: &Value, columns: &[Column]) -> Result<()> {
        if self.format == Format::Name {
            return self.rows(out, std::slice::from_ref(value), columns);
        }
        let (exact, now) = (self.format == Format::Tsv, Timestamp::now());
        let line = |column: &Column| {
            let value = column.find(value);
            let cell = match exact {
                true => Cell::from(cell::exact(value, column.show)),
                false => cell::readable(value, column.show, now),
            };
            // Of one thing, there is room for the whole time.
            let cell = match value.filter(|_| !exact && column.show == Show::Time && cell.text != "-") {
                Some(value) => format!("{} ({})", cell::exact(Some(value), Show::Time), cell.text).into(),
                None => cell,
            };
            vec![Cell::from(column.header.to_owned()), cell]
        };
        self.lines(out, columns.iter().map(line).collect())
    }

    /// Names and values.
    pub(crate) fn lines(&self, out: &mut impl Write, lines: Vec<Vec<Cell>>) -> Result<()> {
        const PAIR: &[Layout] = &[
            Layout { header: "", right: false, cut: false },
            Layout { header: "", right: false, cut: true },
        ];
        if matches!(self.format, Format::Tsv | Format::Name) {
            for line in &lines {
                let texts: Vec<_> = line.iter().map(|cell| cell.text.as_str()).collect();
                writeln!(out, "{}", texts.join("\t"))?;
            }
            return Ok(());
        }
        // Values are not cut: they can be wrapped.
        Ok(table::write(out, PAIR, &lines, None)?)
    }

    /// The fields that were asked for by `--json`.
    fn chosen(&self, out: &mut impl Write, value: &Value, view: View) -> Result<()> {
        let rows = view.iter().find_map(|part| match part {
            Part::Rows(at, _) | Part::Texts(at, _) => Some(elements(value.pointer(at))),
            _ => None,
        });
        let is_list = matches!(view.first(), Some(Part::Rows(..) | Part::Texts(..)));
        let rows = rows.filter(|_| is_list).unwrap_or_else(|| vec![value.clone()]);
        let choose = |row: &Value| {
            let members = self.fields.iter().map(|field| {
                let value = row.get(field).ok_or_else(|| unknown_field(field, row))?;
                Ok((field.clone(), value.clone()))
            });
            members.collect::<Result<Map<_, _>>>().map(Value::Object)
        };
        let chosen: Vec<_> = rows.iter().map(choose).collect::<Result<_>>()?;
        let json = if is_list { Value::Array(chosen) } else { chosen.into_iter().next().unwrap_or_default() };
        Ok(writeln!(out, "{json}")?)
    }
}

impl From<&Column> for Layout {
    fn from(column: &Column) -> Self {
        Self {
            // What stands indented before a line stands over its column here.
            header: column.header.trim(),
            right: matches!(column.show, Show::Number | Show::Millis | Show::Bytes | Show::Ratio),
            cut: matches!(column.show, Show::Text | Show::Trace | Show::Operators),
        }
    }
}

fn unknown_field(field: &str, row: &Value) -> Failure {
    let known: Vec<_> = row.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
    Failure::usage(format!("the answer has no field `{field}`")).hint(format!("it has: {}", known.join(", ")))
}

/// The elements of an array; an object's members as `key` and `value`.
fn elements(value: Option<&Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(elements)) => elements.clone(),
        Some(Value::Object(members)) => {
            members.iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
        }
        _ => Vec::new(),
    }
}

/// Each value with the names that lead to it.
fn flatten(value: &Value, name: String, lines: &mut Vec<(String, String)>) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| flatten(value, below(key), lines)),
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                flatten(value, below(&index.to_string()), lines);
            }
        }
        value => lines.push((name, plain(value))),
    }
}

/// A text of several lines, without what would move the cursor.
pub(crate) fn tame(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}
