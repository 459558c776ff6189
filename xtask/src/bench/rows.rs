//! The rows of the table.

mod bytes;
mod decode;
mod get;
mod list;
mod logs;
mod metrics;
mod size;

use anyhow::Result;

use super::{
    contestants::Bench,
    scale::{Taken, Way},
    table::{Goal, Line, Samples, Unit},
};

/// Something that is measured.
pub struct Row {
    pub name: &'static str,
    pub about: &'static str,
    pub measure: fn(&Bench) -> Result<Vec<Line>>,
}

pub const ROWS: &[Row] = &[
    list::ROW,
    size::ROW,
    get::ROW,
    decode::ROW,
    bytes::UPLOAD,
    bytes::DOWNLOAD,
    logs::ROW,
    get::FLOOD,
    metrics::ROW,
    metrics::IDLE,
];

/// What ours and another took of something in each round, as a line.
fn line(
    row: &'static str,
    (what, unit, of): (&'static str, Unit, fn(&Taken) -> f64),
    ours: &[Taken],
    (name, theirs): (&'static str, &[Taken]),
    goal: Goal,
) -> Line {
    let samples = |taken: &[Taken]| taken.iter().map(of).collect::<Samples>();
    Line { row, what, unit, ours: samples(ours), beside: Some((name, samples(theirs))), goal }
}

const CPU: (&str, Unit, fn(&Taken) -> f64) = ("CPU", Unit::Seconds, |taken| taken.cpu);
const WALL: (&str, Unit, fn(&Taken) -> f64) = ("wall", Unit::Seconds, |taken| taken.wall);
const MEMORY: (&str, Unit, fn(&Taken) -> f64) = ("peak memory", Unit::Bytes, |taken| taken.memory);

/// The same, counted in instructions.
pub fn instructions(row: &'static str, ours: f64, (name, theirs): (&'static str, f64), goal: Goal) -> Line {
    Line {
        row,
        what: "instructions",
        unit: Unit::Instructions,
        ours: ours.into(),
        beside: Some((name, theirs.into())),
        goal,
    }
}

/// curl, as scripts call it.
fn curl<T: ToString>(arguments: impl IntoIterator<Item = T>) -> Way {
    let arguments = arguments.into_iter().map(|argument| argument.to_string());
    Way::new("curl", ["curl".to_owned(), "-sf".to_owned()].into_iter().chain(arguments))
}
