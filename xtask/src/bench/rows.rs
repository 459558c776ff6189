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
    meter::{Contestant, Usage},
    table::{Goal, Line, Samples, Unit},
};

/// A measurement.
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

/// A line that compares our resources with another contestant's.
fn line(
    row: &'static str,
    (what, unit, of): (&'static str, Unit, fn(&Usage) -> f64),
    ours: &[Usage],
    (name, theirs): (&'static str, &[Usage]),
    goal: Goal,
) -> Line {
    let samples = |taken: &[Usage]| taken.iter().map(of).collect::<Samples>();
    Line { row, what, unit, ours: samples(ours), counterpart: Some((name, samples(theirs))), goal }
}

const CPU: (&str, Unit, fn(&Usage) -> f64) = ("CPU", Unit::Seconds, |taken| taken.cpu);
const WALL: (&str, Unit, fn(&Usage) -> f64) = ("wall", Unit::Seconds, |taken| taken.wall);
const MEMORY: (&str, Unit, fn(&Usage) -> f64) = ("peak memory", Unit::Bytes, |taken| taken.memory);

/// A line that compares instructions.
pub fn instructions(row: &'static str, ours: f64, (name, theirs): (&'static str, f64), goal: Goal) -> Line {
    Line {
        row,
        what: "instructions",
        unit: Unit::Instructions,
        ours: ours.into(),
        counterpart: Some((name, theirs.into())),
        goal,
    }
}

/// curl with the usual options of scripts.
fn curl<T: ToString>(arguments: impl IntoIterator<Item = T>) -> Contestant {
    let arguments = arguments.into_iter().map(|argument| argument.to_string());
    Contestant::new("curl", ["curl".to_owned(), "-sf".to_owned()].into_iter().chain(arguments))
}
