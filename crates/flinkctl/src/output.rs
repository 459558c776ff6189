//! What goes to stdout: tables for people, tab-separated values for scripts, the server's own JSON for programs.

mod cell;
pub(crate) mod human;
mod merged;
mod rows;
mod screen;
mod secrets;
mod spark;
pub(crate) mod table;
mod tame;
mod wrap;
mod yaml;

use std::{
    io::Write,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use flink_rest_client::{Answer, Timestamp};
use serde_json::{Map, Value};

#[cfg(test)]
pub(crate) use self::screen::tests::drawn;
pub(crate) use self::{
    cell::{Cell, colour},
    rows::label,
    screen::{Screen, is_seen, is_watched, stderr, stderr_width, stdout, stdout_in_blocks, write_raw},
    secrets::{Lines, hide, keep_secrets},
    tame::{is_wild, plain, say, say_as, tame},
    wrap::wrapped,
};
use self::{
    rows::{elements, flattened, of_part},
    secrets::{hide_in, hide_in_json},
    spark::History,
    table::{Cut, Layout},
};
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
    /// The server's own JSON, as YAML
    Yaml,
    /// The id alone
    Name,
    /// A drawing for browsers
    Svg,
    /// A drawing for Mermaid
    Mermaid,
    /// A drawing for Graphviz
    Dot,
    /// A flame graph's stacks, a line each
    Folded,
}

impl Format {
    fn is_drawing(self) -> bool {
        matches!(self, Self::Svg | Self::Mermaid | Self::Dot | Self::Folded)
    }
}

/// Where answers are written to, and how.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) format: Format,
    /// Whether the format was asked for.
    chosen: bool,
    fields: Vec<String>,
    pub(crate) width: Option<usize>,
    /// Whether somebody looks at it.
    pub(crate) terminal: bool,
    /// What is not shown yet, as it is put together with that of other clusters.
    kept: Option<Mutex<Option<(Value, View)>>>,
    /// Whether the terminal is cleared before each answer.
    redraws: AtomicBool,
    /// What was shown before, if it is shown again and again.
    history: Option<History>,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        let terminal = is_seen();
        let usual = if terminal { Format::Table } else { Format::Tsv };
        let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
        let size = || console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
        Self {
            format: global.output.unwrap_or(usual),
            chosen: global.output.is_some(),
            fields: global.json.clone(),
            width: columns().or_else(|| terminal.then(size).flatten()),
            terminal,
            kept: None,
            redraws: AtomicBool::new(terminal && global.watch.is_some()),
            history: global.watch.map(|_| History::default()),
        }
    }

    /// Keeps an answer in place of showing it.
    pub(crate) fn keeping(global: &Global) -> Self {
        Self { kept: Some(Mutex::default()), ..Self::new(global) }
    }

    /// The same, for a part of what it shows.
    fn with(&self, format: Format, fields: Vec<String>) -> Self {
        let (redraws, history, kept) = (AtomicBool::new(false), None, None);
        Self { format, fields, redraws, history, kept, ..*self }
    }

    /// What was to be shown.
    pub(crate) fn kept(self) -> Option<(Value, View)> {
        self.kept?.into_inner().ok()?
    }

    /// Where it goes: a terminal that is empty, if it is to be drawn again.
    pub(crate) fn stdout(&self) -> Result<screen::Stdout> {
        let mut out = stdout();
        if self.redraws.load(Relaxed) {
            out.clear()?;
        }
        Ok(out)
    }

    /// Whether it is shown as it is, whatever its view.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self.format, Format::Json | Format::Yaml) && self.fields.is_empty()
    }

    /// Whether somebody looks at it.
    pub(crate) fn is_for_people(&self) -> bool {
        self.terminal
    }

    /// Makes what follows be drawn again and again, if somebody looks at it; says whether.
    pub(crate) fn redraw(&self) -> bool {
        let is_seen = self.terminal && matches!(self.format, Format::Table | Format::Wide);
        self.redraws.fetch_or(is_seen, Relaxed);
        is_seen
    }

    /// A value that a script may go on with.
    pub(crate) fn line(&self, value: impl std::fmt::Display) -> Result<()> {
        Ok(writeln!(self.stdout()?, "{value}")?)
    }

    /// Shows an answer.
    pub(crate) fn answer(&self, answer: &Answer, view: View) -> Result<()> {
        if view.iter().any(|part| matches!(part, Part::Body)) {
            return match answer.json() {
                Ok(value) if self.format == Format::Yaml || !self.fields.is_empty() => {
                    self.value(&value, &[])
                }
                _ => self.body(answer),
            };
        }
        if self.format == Format::Json && self.fields.is_empty() && self.kept.is_none() {
            self.body(answer)?;
            return Ok(self.stdout()?.write_all(if answer.body.ends_with(b"\n") { b"" } else { b"\n" })?);
        }
        self.value(&answer.json()?, view)
    }

    /// Whether the server's bytes go on as they are.
    pub(crate) fn is_raw(&self) -> bool {
        !self.terminal && self.kept.is_none() && self.fields.is_empty() && self.format != Format::Yaml
    }

    /// The server's own bytes, without secrets; on a terminal, without what would move its cursor either.
    fn body(&self, answer: &Answer) -> Result<()> {
        let text = String::from_utf8_lossy(&answer.body);
        let shown = if answer.json().is_ok() { hide_in_json(&text) } else { hide(&text) };
        match (self.terminal, shown) {
            (true, shown) => write!(stdout(), "{shown}")?,
            (false, shown) if shown == text => write_raw(&answer.body)?,
            (false, shown) => write_raw(shown.as_bytes())?,
        }
        Ok(())
    }

    /// Shows JSON that was put together from several answers.
    pub(crate) fn value(&self, value: &Value, view: View) -> Result<()> {
        if let Some(kept) = &self.kept {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((value.clone(), view));
            return Ok(());
        }
        let value = &hide_in(value);
        let mut out = self.stdout()?;
        if self.format.is_drawing() {
            return Err(Failure::usage("nothing is drawn by this command")
                .hint("say -o table, wide, tsv, name, yaml or json; `job graph` and `job flamegraph` draw"));
        }
        if !self.fields.is_empty() {
            return self.chosen(&mut out, value, view);
        }
        match self.format {
            Format::Json => return Ok(writeln!(out, "{}", tame::json(value))?),
            Format::Yaml => return Ok(out.write_all(yaml::document(value).as_bytes())?),
            _ => {}
        }
        if self.format == Format::Name {
            // The first part that has ids tells what the answer is about.
            let Some(part) = view.iter().find(|part| part.has_id()) else {
                return Err(Failure::usage("what this command shows has no name")
                    .hint("say -o table, wide, tsv, yaml or json"));
            };
            return self.part(&mut out, value, part);
        }
        for (number, part) in view.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            self.part(&mut out, value, part)?;
        }
        Ok(())
    }

    fn part(&self, out: &mut Screen<impl Write>, value: &Value, part: &Part) -> Result<()> {
        match part {
            Part::Rows(_, columns) | Part::Sorted(_, columns) | Part::Downstream(_, columns) => {
                self.rows(out, &of_part(value, part, &[]).unwrap_or_default(), columns)
            }
            Part::Fields(columns) => self.fields(out, value, columns),
            Part::Made([column]) => Ok(writeln!(out, "{}", cell::exact(column.find(value), column.show))?),
            Part::All(at) => {
                let lines = flattened(value.pointer(at).unwrap_or(&Value::Null))?;
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
            Part::Chapters(at, columns, field) => {
                for element in elements(value.pointer(at)) {
                    self.rows(out, std::slice::from_ref(&element), columns)?;
                    let text = element.pointer(field).and_then(Value::as_str).unwrap_or_default();
                    writeln!(out, "\n{}\n", tame(text.trim_end()))?;
                }
                Ok(())
            }
            Part::Said(done) => {
                say!("{done}");
                Ok(())
            }
            Part::Body => Ok(()),
        }
    }

    fn rows(&self, out: &mut Screen<impl Write>, rows: &[Value], columns: &[Column]) -> Result<()> {
        let wide = self.format == Format::Wide;
        let shown: Vec<_> = match self.format {
            Format::Name => columns.iter().find(|column| column.show.is_id()).into_iter().collect(),
            Format::Tsv => columns
                .iter()
                .filter(|column| !column.wide && !matches!(column.show, Show::Load | Show::Trend))
                .collect(),
            _ => {
                let has_history = self.history.is_some();
                let is_shown =
                    |column: &&Column| (wide || !column.wide) && (has_history || column.show != Show::Trend);
                columns.iter().filter(is_shown).collect()
            }
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
            let cell = |column: &&Column| match column.show {
                Show::Trend => self.trend(row, columns, column),
                show => cell::readable(column.find(row), show, now),
            };
            shown.iter().map(cell).collect()
        };
        let rows: Vec<Vec<Cell>> = rows.iter().map(cells).collect();
        if rows.is_empty() {
            say!("None.");
            return Ok(());
        }
        Ok(table::write(out, &layout, &rows, self.width.filter(|_| !wide))?)
    }

    /// How the number in this column went.
    fn trend(&self, row: &Value, columns: &[Column], column: &Column) -> Cell {
        let of =
            columns.iter().filter(|column| column.show == Show::Id).filter_map(|column| column.find(row));
        let of = of.map(plain).collect::<Vec<_>>().join("/");
        let number = column.find(row).and_then(|value| match value {
            Value::String(text) => text.parse().ok(),
            value => value.as_f64(),
        });
        let drawn = number.filter(|number: &f64| number.is_finite()).zip(self.history.as_ref());
        drawn.map_or_else(String::new, |(number, history)| history.drawn(of, number)).into()
    }

    fn fields(&self, out: &mut Screen<impl Write>, value: &Value, columns: &[Column]) -> Result<()> {
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
            // Scripts know a value by the way to it, which is also what `--json` takes.
            let name = if exact { column.field() } else { column.header.to_owned() };
            vec![Cell::from(name), cell]
        };
        self.lines(out, columns.iter().map(line).collect())
    }

    /// Names and values.
    pub(crate) fn lines(&self, out: &mut Screen<impl Write>, lines: Vec<Vec<Cell>>) -> Result<()> {
        const PAIR: &[Layout] = &[
            Layout { header: "", right: false, cut: Cut::Never },
            Layout { header: "", right: false, cut: Cut::Text },
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

    /// The fields that were asked for by `--json`: as JSON, unless another format is said as well.
    fn chosen(&self, out: &mut Screen<impl Write>, value: &Value, view: View) -> Result<()> {
        let rows = view.first().and_then(|part| of_part(value, part, &self.fields));
        let choose = |row: &Value| {
            let values = self.fields.iter().map(|field| Ok((field.clone(), field_of(row, field)?.clone())));
            values.collect::<Result<Vec<_>>>()
        };
        let is_list = rows.is_some();
        let rows = rows.unwrap_or_else(|| vec![value.clone()]);
        let chosen = rows.iter().map(choose).collect::<Result<Vec<_>>>()?;
        if self.chosen && !matches!(self.format, Format::Json | Format::Yaml) {
            for row in chosen {
                let texts: Vec<_> = row.iter().map(|(_, value)| plain(value)).collect();
                writeln!(out, "{}", texts.join("\t"))?;
            }
            return Ok(());
        }
        let mut objects = chosen.into_iter().map(|row| Value::Object(row.into_iter().collect()));
        let json = if is_list { objects.collect() } else { objects.next().unwrap_or_default() };
        match self.format {
            Format::Yaml => Ok(out.write_all(yaml::document(&json).as_bytes())?),
            _ => Ok(writeln!(out, "{}", tame::json(&json))?),
        }
    }
}

/// A field by its name, or by the names that lead to it: `tasks.running`, `entry.0.name`.
fn field_of<'a>(row: &'a Value, field: &str) -> Result<&'a Value> {
    let at = format!("/{}", field.replace('.', "/"));
    row.get(field).or_else(|| row.pointer(&at)).ok_or_else(|| unknown_field(field, row))
}

impl From<&Column> for Layout {
    fn from(column: &Column) -> Self {
        Self {
            // What stands indented before a line stands over its column here.
            header: column.header.trim(),
            right: matches!(
                column.show,
                Show::Number | Show::Value | Show::Millis | Show::Bytes | Show::Ratio | Show::Rate
            ),
            cut: match column.show {
                Show::Text | Show::Operators => Cut::Text,
                Show::Trace | Show::Reason => Cut::Reason,
                Show::Value => Cut::Value,
                Show::Id | Show::LastPart => Cut::Id,
                _ => Cut::Never,
            },
        }
    }
}

fn unknown_field(field: &str, row: &Value) -> Failure {
    let known: Vec<_> = row.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
    Failure::usage(format!("the answer has no field `{field}`")).hint(format!("it has: {}", known.join(", ")))
}
