//! Ratios, goals, and their table.

use std::fmt::Write;

use anyhow::{Context, Result};

/// Measured values; the order of rounds is the same for all contestants.
#[derive(Clone, Debug)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// The middle one.
    fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// The ratios, round by round.
    fn by(&self, others: &Self) -> Self {
        self.0.iter().zip(&others.0).map(|(ours, theirs)| ours / theirs).collect()
    }

    fn spread(&self) -> (f64, f64) {
        let least = self.0.iter().copied().fold(f64::INFINITY, f64::min);
        (least, self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        Self(values.into_iter().collect())
    }
}

impl From<f64> for Samples {
    fn from(value: f64) -> Self {
        Self(vec![value])
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Unit {
    Seconds,
    Bytes,
    Instructions,
    Count,
    PerSecond,
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::Seconds if value < 1.0 => format!("{} ms", digits(value * 1e3)),
            Self::Seconds => format!("{} s", digits(value)),
            Self::Bytes if value < 1e6 => format!("{} kB", digits(value / 1e3)),
            Self::Bytes => format!("{} MB", digits(value / 1e6)),
            Self::Instructions if value < 1e6 => format!("{} k", digits(value / 1e3)),
            Self::Instructions => format!("{} M", digits(value / 1e6)),
            Self::Count => format!("{value:.0}"),
            Self::PerSecond => format!("{value:.0} /s"),
        }
    }
}

/// Formats a number with three significant digits.
fn digits(value: f64) -> String {
    match value {
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v if v >= 0.1 => format!("{v:.2}"),
        v => format!("{v:.4}"),
    }
}

/// A goal.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At most this multiple of the counterpart.
    Times(f64),
    /// At least this many times less than the counterpart.
    Less(f64),
    /// At least this multiple of the counterpart.
    AtLeast(f64),
    /// At most this absolute value.
    Limit(f64),
    /// No goal: the line explains another one.
    Known,
}

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Line {
    pub row: &'static str,
    /// The measured quantity.
    pub what: &'static str,
    pub unit: Unit,
    pub ours: Samples,
    /// The counterpart, if any.
    pub counterpart: Option<(&'static str, Samples)>,
    pub goal: Goal,
}

impl Line {
    fn cells(&self) -> [String; 8] {
        let (ratio, is_reached) = self.judge();
        let (name, theirs) = match &self.counterpart {
            Some((name, samples)) => (*name, self.unit.show(samples.median())),
            None => ("", String::new()),
        };
        let goal = match self.goal {
            Goal::Times(most) => format!("\u{2264} {most} \u{d7}"),
            Goal::Less(least) => format!("\u{2265} {least} \u{d7} less"),
            Goal::AtLeast(least) => format!("\u{2265} {least} \u{d7}"),
            Goal::Limit(most) => format!("\u{2264} {}", self.unit.show(most)),
            Goal::Known => String::new(),
        };
        let verdict = match (self.goal, is_reached) {
            (Goal::Known, _) => "",
            (_, true) => "pass",
            (_, false) => "**falls short**",
        };
        let ours = self.unit.show(self.ours.median());
        [self.row.into(), self.what.into(), ours, name.into(), theirs, ratio, goal, verdict.into()]
    }

    /// The ratio with its spread, and true if the goal is reached.
    fn judge(&self) -> (String, bool) {
        let limit = if let Goal::Limit(most) = self.goal { self.ours.median() <= most } else { true };
        let Some((_, theirs)) = &self.counterpart else { return (String::new(), limit) };
        let (ratio, word) = match self.goal {
            Goal::Less(_) => (theirs.by(&self.ours), " less"),
            _ => (self.ours.by(theirs), ""),
        };
        let (median, (least, most)) = (ratio.median(), ratio.spread());
        let is_reached = match self.goal {
            Goal::Times(goal) => median <= goal,
            Goal::Less(goal) | Goal::AtLeast(goal) => median >= goal,
            Goal::Limit(_) | Goal::Known => limit,
        };
        let spread = match ratio.0.len() {
            0 | 1 => String::new(),
            _ => format!(" ({}\u{2013}{})", digits(least), digits(most)),
        };
        (format!("{} \u{d7}{word}{spread}", digits(median)), is_reached)
    }
}

const HEAD: [&str; 8] = ["row", "measured", "ours", "counterpart", "theirs", "ratio (spread)", "goal", ""];

/// Formats the table as readable Markdown.
pub fn text(lines: &[Line]) -> String {
    table(lines.iter().map(Line::cells))
}

fn table(lines: impl Iterator<Item = [String; 8]>) -> String {
    let rows: Vec<_> = std::iter::once(HEAD.map(str::to_owned)).chain(lines).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..HEAD.len()).map(width).collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(text, "| {cell:width$} ");
        }
        text.push_str("|\n");
        if number == 0 {
            let rules: Vec<_> = widths.iter().map(|width| "-".repeat(width + 2)).collect();
            let _ = writeln!(text, "|{}|", rules.join("|"));
        }
    }
    text
}

const BEGIN: &str = "<!-- written by cargo xtask bench --write -->\n";
const END: &str = "<!-- end -->\n";

/// Updates the table of a page, in the order of these rows; rows that were not measured stay.
pub fn put_into(page: &str, lines: &[Line], rows: &[&str]) -> Result<String> {
    let (before, rest) = page.split_once(BEGIN).context("no place for the table")?;
    let (old, after) = rest.split_once(END).context("no end of the table")?;
    let old = old.lines().skip(2).filter_map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        cells.try_into().ok()
    });
    let is_new = |cells: &[String; 8]| lines.iter().any(|line| line.row == cells[0]);
    let mut all: Vec<[String; 8]> = old.filter(|cells| !is_new(cells)).collect();
    all.extend(lines.iter().map(Line::cells));
    all.sort_by_key(|cells| rows.iter().position(|row| cells[0].starts_with(row)));
    Ok(format!("{before}{BEGIN}{}{END}{after}", table(all.into_iter())))
}
