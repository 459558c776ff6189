//! Output on stdout: tables for people, tab-separated values for scripts, the server's own JSON for programs.

mod cell;
mod chosen;
mod failure;
pub(crate) mod human;
mod merged;
mod rows;
mod sanitize;
mod screen;
mod secrets;
mod spark;
pub(crate) mod table;
mod wrap;
mod yaml;

use std::{
    io::{BufWriter, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use flink_rest_client::{Answer, Timestamp};
use serde_json::Value;

#[cfg(test)]
pub(crate) use self::screen::tests::drawn;
pub(crate) use self::{
    cell::{Cell, colour},
    rows::label,
    sanitize::{is_unprintable, plain, sanitize, say, say_as},
    screen::{Screen, is_seen, is_watched, stderr, stderr_width, stdout, stdout_in_blocks, write_raw},
    secrets::{Lines, hide, keep_secrets},
    wrap::wrapped,
};
use self::{
    rows::{Row, elements, flattened, of_part},
    screen::BLOCK,
    secrets::hide_in_json,
    spark::History,
    table::{Cut, Layout},
};
use crate::{
    error::{Exit, Failure, Result},
    json::{Json, of_answer},
    view::{Column, Part, Show, View},
};

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns, times and sizes in readable units
    Table,
    /// A table with more columns
    Wide,
    /// Tab-separated values without a heading: times in full, durations in milliseconds, sizes in bytes
    Tsv,
    /// The server's own JSON, unchanged
    Json,
    /// The server's own JSON, as YAML
    Yaml,
    /// Only the id
    Name,
    /// A drawing for browsers
    Svg,
    /// A drawing for Mermaid
    Mermaid,
    /// A drawing for Graphviz
    Dot,
    /// The stacks of a flame graph, one per line
    Folded,
}

impl Format {
    fn is_drawing(self) -> bool {
        matches!(self, Self::Svg | Self::Mermaid | Self::Dot | Self::Folded)
    }
}

/// The output of a command: format, fields and destination.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) format: Format,
    /// True if `-o` set the format.
    chosen: bool,
    fields: Vec<String>,
    pub(crate) width: Option<usize>,
    /// True if stdout is a terminal.
    pub(crate) terminal: bool,
    /// The answer, kept to be merged with those of other clusters.
    kept: Option<Mutex<Option<(String, View)>>>,
    /// True if the terminal is cleared before each answer.
    redraws: AtomicBool,
    /// Earlier values, for sparklines under `--watch`.
    history: Option<History>,
}

impl Output {
    /// Creates the output. Without a format it is a table on a terminal, else tab-separated values.
    pub(crate) fn new(format: Option<Format>, fields: &[String], is_repeated: bool) -> Self {
        let terminal = is_seen();
        let usual = if terminal { Format::Table } else { Format::Tsv };
        let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
        let size = || console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
        Self {
            format: format.unwrap_or(usual),
            chosen: format.is_some(),
            fields: fields.to_vec(),
            width: columns().or_else(|| terminal.then(size).flatten()),
            terminal,
            kept: None,
            redraws: AtomicBool::new(terminal && is_repeated),
            history: is_repeated.then(History::default),
        }
    }

    /// Keeps the answer instead of showing it.
    pub(crate) fn keeping(self) -> Self {
        Self { kept: Some(Mutex::default()), ..self }
    }

    /// Returns a copy with another format and other fields, without history.
    fn with(&self, format: Format, fields: Vec<String>) -> Self {
        let (redraws, history, kept) = (AtomicBool::new(false), None, None);
        Self { format, fields, redraws, history, kept, ..*self }
    }

    /// Returns the kept answer.
    pub(crate) fn kept(self) -> Option<(String, View)> {
        self.kept?.into_inner().ok()?
    }

    /// Opens stdout, and clears the terminal first where the output is redrawn.
    pub(crate) fn stdout(&self) -> Result<screen::Stdout> {
        let mut out = stdout();
        if self.redraws.load(Relaxed) {
            out.clear()?;
        }
        Ok(out)
    }

    /// Returns true if the whole answer is shown as JSON or YAML, whatever its view.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self.format, Format::Json | Format::Yaml) && self.fields.is_empty()
    }

    /// Returns true if stdout is a terminal.
    pub(crate) fn is_for_people(&self) -> bool {
        self.terminal
    }

    /// Redraws all further output in place, if stdout is a terminal. Returns true if it does.
    pub(crate) fn redraw(&self) -> bool {
        let is_seen = self.terminal && matches!(self.format, Format::Table | Format::Wide);
        self.redraws.fetch_or(is_seen, Relaxed);
        is_seen
    }

    /// Writes the result of a change, for scripts. If that fails, the failure says that the change is done, and the result.
    pub(crate) fn line(&self, done: &str, value: impl std::fmt::Display) -> Result<()> {
        let written = self.stdout().and_then(|mut out| Ok(writeln!(out, "{value}")?));
        written.map_err(|failure| {
            Failure::new(
                Exit::Failed,
                format!("{done}, but `{value}` cannot be written: {}", failure.message),
            )
        })
    }

    /// Refuses a format that cannot show the view, before anything is sent.
    pub(crate) fn check(&self, view: View) -> Result<()> {
        if self.format.is_drawing() {
            return Err(Failure::usage("this command draws nothing")
                .hint("use -o table, wide, tsv, name, yaml or json; `job graph` and `job flamegraph` draw"));
        }
        let has_name = view.iter().any(Part::has_id) || view.iter().any(|part| matches!(part, Part::Body));
        if self.format == Format::Name && self.fields.is_empty() && !has_name {
            return Err(Failure::usage("the answers of this command have no id")
                .hint("use -o table, wide, tsv, yaml or json"));
        }
        Ok(())
    }

    /// Shows the answer to a change. If that fails, the failure says that the change is done, and the answer.
    pub(crate) fn answer_to_change(&self, answer: &Answer, view: View) -> Result<()> {
        self.answer(answer, view).map_err(|failure| {
            let message = format!("it is done, but what was answered cannot be shown: {}", failure.message);
            let answered = label(&sanitize(&String::from_utf8_lossy(&answer.body)));
            Failure::new(Exit::Failed, message).hint(format!("the answer was {}", answered.trim()))
        })
    }

    /// Shows an answer.
    pub(crate) fn answer(&self, answer: &Answer, view: View) -> Result<()> {
        let json = of_answer(answer);
        let is_body = view.iter().any(|part| matches!(part, Part::Body));
        if is_body && (json.is_err() || (self.format != Format::Yaml && self.fields.is_empty())) {
            return self.body(answer, json.is_ok());
        }
        if self.format == Format::Json && self.fields.is_empty() && self.kept.is_none() {
            let mut out = self.stdout()?;
            self.body(answer, json.is_ok())?;
            return Ok(out.write_all(if answer.body.ends_with(b"\n") { b"" } else { b"\n" })?);
        }
        self.json(&json?, if is_body { &[] } else { view })
    }

    /// Returns true if the server's bytes are written unchanged.
    pub(crate) fn is_raw(&self) -> bool {
        !self.terminal && self.kept.is_none() && self.fields.is_empty() && self.format != Format::Yaml
    }

    /// Writes the server's own bytes without secrets, and on a terminal without control characters.
    fn body(&self, answer: &Answer, is_json: bool) -> Result<()> {
        if !is_json {
            // A file need not be UTF-8.
            let mut lines = Lines::default();
            let bytes = [lines.push(&answer.body), lines.finish()].concat();
            match self.terminal {
                true => write!(stdout(), "{}", String::from_utf8_lossy(&bytes))?,
                false => write_raw(&bytes)?,
            }
            return Ok(());
        }
        let text = String::from_utf8_lossy(&answer.body);
        let shown = hide_in_json(&text);
        match (self.terminal, shown) {
            (true, shown) => write!(stdout(), "{shown}")?,
            (false, shown) if shown == text => write_raw(&answer.body)?,
            (false, shown) => write_raw(shown.as_bytes())?,
        }
        Ok(())
    }

    /// Shows a value made from several answers.
    pub(crate) fn value(&self, value: &Value, view: View) -> Result<()> {
        self.json(&value.to_string(), view)
    }

    /// Shows a JSON text.
    pub(crate) fn json(&self, text: &str, view: View) -> Result<()> {
        if let Some(kept) = &self.kept {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((text.to_owned(), view));
            return Ok(());
        }
        let text = hide_in_json(text);
        let json = Json::of(&text)?;
        let mut out = self.stdout()?;
        self.check(view)?;
        if !self.fields.is_empty() {
            let rows = view.first().and_then(|part| of_part(json, part, &self.fields));
            return match rows {
                Some(rows) => self.chosen(&mut out, rows, true),
                None => self.chosen(&mut out, std::iter::once(json.into()), false),
            };
        }
        match self.format {
            Format::Json | Format::Yaml => return self.document(&mut out, json),
            Format::Name => {
                // The first part with ids is the subject of the answer.
                let named = view.iter().find(|part| part.has_id());
                return named.map_or(Ok(()), |part| self.part(&mut out, json, part));
            }
            _ => {}
        }
        for (number, part) in view.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            self.part(&mut out, json, part)?;
        }
        Ok(())
    }

    /// Writes the whole document as YAML or JSON.
    fn document(&self, out: &mut impl Write, json: Json<'_>) -> Result<()> {
        let mut out = BufWriter::with_capacity(BLOCK, out);
        match self.format {
            Format::Yaml => yaml::write(&mut out, json)?,
            _ => json.tokens().try_for_each(|token| out.write_all(sanitize::json(token).as_bytes()))?,
        }
        out.write_all(b"\n")?;
        Ok(out.flush()?)
    }

    fn part(&self, out: &mut Screen<impl Write>, json: Json<'_>, part: &Part) -> Result<()> {
        let text_of = |row: &Row<'_>, field: &str| {
            let text = row.pointer(field).and_then(Json::as_str).unwrap_or_default();
            sanitize(text.trim_end())
        };
        match part {
            Part::Rows(_, columns) | Part::Sorted(_, columns) | Part::Downstream(_, columns) => {
                self.rows(out, of_part(json, part, &[]).into_iter().flatten(), columns)
            }
            Part::Fields(columns) => self.fields(out, &json.into(), columns),
            Part::Made([column]) => {
                Ok(writeln!(out, "{}", cell::exact(Row::from(json).find(column), column.show))?)
            }
            Part::All(at) => {
                let lines = flattened(json.pointer(at).unwrap_or(Json::NULL))?;
                let line = |(name, value): (String, String)| vec![Cell::from(name), Cell::from(value)];
                self.lines(out, lines.into_iter().map(line).collect())
            }
            Part::Texts(at, field) => {
                for element in elements(json.pointer(at)) {
                    writeln!(out, "{}\n", text_of(&element, field))?;
                }
                Ok(())
            }
            Part::Chapters(at, columns, field) => {
                for element in elements(json.pointer(at)) {
                    let text = text_of(&element, field);
                    self.rows(out, std::iter::once(element), columns)?;
                    writeln!(out, "\n{text}\n")?;
                }
                Ok(())
            }
            Part::Message(done) => {
                say!("{done}");
                Ok(())
            }
            Part::Body => Ok(()),
        }
    }

    fn rows<'a>(
        &self,
        out: &mut Screen<impl Write>,
        rows: impl Iterator<Item = Row<'a>>,
        columns: &[Column],
    ) -> Result<()> {
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
                    shown.iter().map(|column| cell::exact(row.find(column), column.show)).collect();
                writeln!(out, "{}", cells.join("\t"))?;
            }
            return Ok(());
        }
        let layout: Vec<_> = shown.iter().map(|column| Layout::from(*column)).collect();
        let now = Timestamp::now();
        let cells = |row: Row<'_>| {
            let cell = |column: &&Column| match column.show {
                Show::Trend => self.trend(&row, columns, column),
                show => cell::readable(row.find(column), show, now),
            };
            shown.iter().map(cell).collect()
        };
        let rows: Vec<Vec<Cell>> = rows.map(cells).collect();
        if rows.is_empty() {
            say!("None.");
            return Ok(());
        }
        Ok(table::write(out, &layout, &rows, self.width.filter(|_| !wide))?)
    }

    /// Draws the earlier values of a column as a sparkline.
    fn trend(&self, row: &Row<'_>, columns: &[Column], column: &Column) -> Cell {
        let of =
            columns.iter().filter(|column| column.show == Show::Id).filter_map(|column| row.find(column));
        let of = of.map(|id| plain(&id.shown())).collect::<Vec<_>>().join("/");
        let number = row.find(column).and_then(|value| value.shown().parse().ok());
        let drawn = number.filter(|number: &f64| number.is_finite()).zip(self.history.as_ref());
        drawn.map_or_else(String::new, |(number, history)| history.drawn(of, number)).into()
    }

    fn fields(&self, out: &mut Screen<impl Write>, row: &Row<'_>, columns: &[Column]) -> Result<()> {
        if self.format == Format::Name {
            return self.rows(out, std::iter::once(row.clone()), columns);
        }
        let (exact, now) = (self.format == Format::Tsv, Timestamp::now());
        let line = |column: &Column| {
            let value = row.find(column);
            let cell = match exact {
                true => Cell::from(cell::exact(value, column.show)),
                false => cell::readable(value, column.show, now),
            };
            // A single resource has room for the whole timestamp.
            let cell = match value.filter(|_| !exact && column.show == Show::Time && cell.text != "-") {
                Some(value) => format!("{} ({})", cell::exact(Some(value), Show::Time), cell.text).into(),
                None => cell,
            };
            // Scripts get the path of a value, which `--json` takes as well.
            let name = if exact { column.field() } else { column.header.to_owned() };
            vec![Cell::from(name), cell]
        };
        self.lines(out, columns.iter().map(line).collect())
    }

    /// Writes lines of a name and a value.
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
        // Values are not cut: the terminal wraps them.
        Ok(table::write(out, PAIR, &lines, None)?)
    }
}

impl From<&Column> for Layout {
    fn from(column: &Column) -> Self {
        Self {
            // The header of a line may be indented; that of a column is not.
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
