//! How an answer is shown, as data: which parts of the server's JSON, under which headings, read as what.

use crate::json::Json;

/// The parts of an answer that people see, one below the other.
pub(crate) type View = &'static [Part];

/// A part of an answer. Places are JSON pointers.
#[derive(Debug)]
pub(crate) enum Part {
    /// A table: a row for each element of an array, or for each member of an object (as `key` and `value`). Below `*`
    /// stands what each of them has several of.
    Rows(&'static str, &'static [Column]),
    /// The same in the order of their ids: what the server says in any order.
    Sorted(&'static str, &'static [Column]),
    /// The same from the sources down: each behind those that its `inputs` name.
    Downstream(&'static str, &'static [Column]),
    /// One thing: a line for each of these.
    Fields(&'static [Column]),
    /// The id of what was made, alone, so that a script can hand it on.
    Made(&'static [Column; 1]),
    /// One thing of many names: a line for each value in it, as it is.
    All(&'static str),
    /// The text at one place of each element of an array.
    Texts(&'static str, &'static str),
    /// The same, each below a line of these.
    Chapters(&'static str, &'static [Column], &'static str),
    /// The body, which is no JSON.
    Body,
    /// Nothing but that it was done.
    Message(&'static str),
}

impl Part {
    /// Its columns, or lines, if it has any.
    pub(crate) fn columns(&self) -> Option<&'static [Column]> {
        match self {
            Self::Rows(_, columns)
            | Self::Sorted(_, columns)
            | Self::Downstream(_, columns)
            | Self::Fields(columns) => Some(columns),
            Self::Made(column) => Some(column.as_slice()),
            _ => None,
        }
    }

    /// Whether it tells what things are called by.
    pub(crate) fn has_id(&self) -> bool {
        self.columns().is_some_and(|columns| columns.iter().any(|column| column.show.is_id()))
    }
}

/// A column of a table, or a line about one thing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) header: &'static str,
    /// Where the value is.
    pub(crate) at: &'static str,
    /// Where it is instead, in older releases or other cases.
    pub(crate) or: &'static [&'static str],
    pub(crate) show: Show,
    /// Shown with `-o wide` only.
    pub(crate) wide: bool,
}

impl Column {
    pub(crate) const fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    pub(crate) const fn or(self, or: &'static [&'static str]) -> Self {
        Self { or, ..self }
    }

    /// The way to the value, as `latest.completed.external_path`.
    pub(crate) fn field(&self) -> String {
        self.at.trim_start_matches('/').replace('/', ".")
    }

    /// Where the value is, and where it is instead.
    pub(crate) fn places(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.at).chain(self.or.iter().copied())
    }

    /// The value, unless there is none.
    pub(crate) fn find<'a>(&self, json: Json<'a>) -> Option<Json<'a>> {
        self.places().find_map(|at| json.pointer(at).filter(|value| !value.is_null()))
    }
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    /// What a thing is called by; never cut.
    Id,
    /// The same, at the end of a path.
    LastPart,
    Text,
    Number,
    /// So many; none if negative.
    Natural,
    /// The number before the first dot, as in the name of a subtask's metric.
    Index,
    /// Mostly a number, sometimes a path: what a metric has.
    Value,
    /// Flink's word for how something is.
    State,
    /// Milliseconds since 1970; none if not positive.
    Time,
    /// Milliseconds; none if negative.
    Millis,
    /// Bytes; none if negative.
    Bytes,
    /// 0 to 1.
    Ratio,
    /// A Java stack trace, of which its root cause counts, with its class.
    Trace,
    /// The same where there is room: what was tried, and why it failed.
    Reason,
    /// Chained operators, in the HTML that Flink writes for its web page.
    Operators,
    /// Numbers by state, of which only those count that are not 0.
    Counts,
    /// So many a second.
    Rate,
    /// The load of a vertex: how busy, backpressured and idle it is. Only for people.
    Load,
    /// How a number went, while it is watched. Only for people.
    Trend,
}

impl Show {
    /// Whether it is what a thing is called by.
    pub(crate) fn is_id(self) -> bool {
        matches!(self, Self::Id | Self::LastPart)
    }
}

const fn column(header: &'static str, at: &'static str, show: Show) -> Column {
    Column { header, at, or: &[], show, wide: false }
}

/// Writes one short name a kind of column, so that tables of columns read like tables.
macro_rules! columns {
    ($($name:ident = $show:ident;)*) => {$(
        pub(crate) const fn $name(header: &'static str, at: &'static str) -> Column {
            column(header, at, Show::$show)
        }
    )*};
}

columns! {
    id = Id;
    last_part = LastPart;
    text = Text;
    number = Number;
    natural = Natural;
    index = Index;
    value = Value;
    state = State;
    time = Time;
    millis = Millis;
    bytes = Bytes;
    ratio = Ratio;
    trace = Trace;
    reason = Reason;
    operators = Operators;
    counts = Counts;
    rate = Rate;
    load = Load;
    trend = Trend;
}
