//! Views: the parts of an answer that are shown, with their headings and types, as data.

use crate::json::Json;

/// The parts of an answer that are shown, one below the other.
pub(crate) type View = &'static [Part];

/// A part of an answer. Places are JSON pointers.
#[derive(Debug)]
pub(crate) enum Part {
    /// A table: a row for each element of an array, or for each member of an object (as `key` and `value`). With `*` in
    /// the path, a row for each element of the nested arrays.
    Rows(&'static str, &'static [Column]),
    /// A table sorted by id, where the server's order is arbitrary.
    Sorted(&'static str, &'static [Column]),
    /// A table in the order of the dataflow: each row follows those that its `inputs` name.
    Downstream(&'static str, &'static [Column]),
    /// One resource: a line for each of these values.
    Fields(&'static [Column]),
    /// Only the id of the created resource, for scripts.
    Made(&'static [Column; 1]),
    /// One resource with arbitrary names: a line for each value.
    All(&'static str),
    /// A text of each element of an array.
    Texts(&'static str, &'static str),
    /// A text of each element of an array, below a line of these columns.
    Chapters(&'static str, &'static [Column], &'static str),
    /// The body as it is; it need not be JSON.
    Body,
    /// A message on stderr that the change is done.
    Message(&'static str),
}

impl Part {
    /// Returns its columns, if it has any.
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

    /// Returns true if a column is an id.
    pub(crate) fn has_id(&self) -> bool {
        self.columns().is_some_and(|columns| columns.iter().any(|column| column.show.is_id()))
    }
}

/// A column of a table, or a line about one resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) header: &'static str,
    /// JSON pointer of the value.
    pub(crate) at: &'static str,
    /// JSON pointers of the value in other releases or cases.
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

    /// Returns the path of the value, as `latest.completed.external_path`.
    pub(crate) fn field(&self) -> String {
        self.at.trim_start_matches('/').replace('/', ".")
    }

    /// Returns all JSON pointers of the value.
    pub(crate) fn places(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.at).chain(self.or.iter().copied())
    }

    /// Returns the value, unless it is absent.
    pub(crate) fn find<'a>(&self, json: Json<'a>) -> Option<Json<'a>> {
        self.places().find_map(|at| json.pointer(at).filter(|value| !value.is_null()))
    }
}

/// The type of a value, which decides on its formatting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    /// An id. Cut to a unique prefix at most.
    Id,
    /// An id at the end of a path.
    LastPart,
    Text,
    Number,
    /// A count; absent if negative.
    Natural,
    /// The number before the first dot, as in the name of a subtask's metric.
    Index,
    /// The value of a metric: mostly a number, sometimes a path.
    Value,
    /// A state, in Flink's words.
    State,
    /// Milliseconds since 1970; absent if not positive.
    Time,
    /// Milliseconds; absent if negative.
    Millis,
    /// Bytes; absent if negative.
    Bytes,
    /// A ratio from 0 to 1.
    Ratio,
    /// A Java stack trace, shown as its root cause with its class.
    Trace,
    /// A Java stack trace, shown as all its causes.
    Reason,
    /// Chained operators, in the HTML that Flink writes for its web page.
    Operators,
    /// Counts by state; zeros are not shown.
    Counts,
    /// A rate per second.
    Rate,
    /// The load of a vertex: busy, backpressured and idle time. Not in TSV.
    Load,
    /// A sparkline of earlier values, under `--watch`. Not in TSV.
    Trend,
}

impl Show {
    /// Returns true if the value is an id.
    pub(crate) fn is_id(self) -> bool {
        matches!(self, Self::Id | Self::LastPart)
    }
}

const fn column(header: &'static str, at: &'static str, show: Show) -> Column {
    Column { header, at, or: &[], show, wide: false }
}

/// Defines a short constructor for each type, so that tables of columns read like tables.
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
