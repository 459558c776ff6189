//! Small drawings in a table: sparklines, and the load of a vertex.

use std::{cell::RefCell, collections::HashMap};

use anstyle::{AnsiColor, Style};

use super::Cell;

/// Values of a sparkline.
const MAX_VALUES: usize = 32;
/// Names with a history.
const MAX_NAMES: usize = 10_000;
/// Width of a load bar, in cells.
const BAR_WIDTH: u32 = 20;

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Earlier values under `--watch`, by the name of their row.
#[derive(Debug, Default)]
pub(super) struct History {
    values: RefCell<HashMap<String, Vec<f64>>>,
}

impl History {
    /// Adds a value, and draws it with those before it.
    pub(super) fn drawn(&self, of: String, value: f64) -> String {
        let mut all = self.values.borrow_mut();
        // Without this bound, names that come and go would pile up.
        if all.len() >= MAX_NAMES && !all.contains_key(&of) {
            all.clear();
        }
        let values = all.entry(of).or_default();
        values.push(value);
        let old = values.len().saturating_sub(MAX_VALUES);
        values.drain(..old);
        sparkline(values)
    }
}

/// Draws one block per value, scaled from the least to the greatest. A constant value is a line at the bottom.
fn sparkline(values: &[f64]) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let range = values.iter().copied().fold(f64::NEG_INFINITY, f64::max) - least;
    let block = |value: &f64| {
        let part = if range > 0.0 { (value - least) / range } else { 0.0 };
        let blocks = BLOCKS.iter().zip((1..).map(|number| f64::from(number) / 8.0));
        blocks.into_iter().find(|(_, height)| part <= *height).map_or('█', |(block, _)| *block)
    };
    values.iter().map(block).collect()
}

/// Draws the time of a vertex: busy `█`, backpressured `▒`, idle `·`.
pub(super) fn load(busy: f64, backpressured: f64, idle: f64) -> Cell {
    let styles = [
        ("█", Style::new().fg_color(Some(AnsiColor::Green.into()))),
        ("▒", Style::new().fg_color(Some(AnsiColor::Red.into()))),
        ("·", Style::new().dimmed()),
    ];
    let whole = (busy + backpressured + idle).max(1.0);
    let (mut drawn, mut until, mut cell) = (0, 0.0, Cell::default());
    for ((block, style), part) in styles.into_iter().zip([busy, backpressured, idle]) {
        until += part.max(0.0) / whole;
        let cells =
            (0..BAR_WIDTH).filter(|cell| (f64::from(*cell) + 0.5) / f64::from(BAR_WIDTH) < until).count();
        if cells > drawn {
            cell.text.push_str(&block.repeat(cells - drawn));
            cell.runs.push((style, cells - drawn));
            drawn = cells;
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_drawn_from_the_least_to_the_greatest() {
        assert_eq!(sparkline(&[0.0, 1.0, 2.0, 8.0, 4.0]), "▁▁▂█▄");
        assert_eq!(sparkline(&[5.0, 5.0]), "▁▁");
        let history = History::default();
        (0..40).for_each(|_| _ = history.drawn("a".into(), 1.0));
        assert_eq!(history.drawn("a".into(), 2.0).chars().count(), MAX_VALUES);
        assert_eq!(history.drawn("b".into(), 2.0), "▁");
        (0..3 * MAX_NAMES).for_each(|name| _ = history.drawn(name.to_string(), 1.0));
        assert!(history.values.borrow().len() <= MAX_NAMES, "names that come and go do not pile up");
    }

    #[test]
    fn a_bar_has_the_parts_of_a_tasks_time() {
        let bar = |busy, backpressured, idle| load(busy, backpressured, idle).text;
        assert_eq!(bar(0.5, 0.25, 0.25), "██████████▒▒▒▒▒·····");
        assert_eq!(bar(1.0, 0.0, 0.0), "████████████████████");
        assert_eq!(bar(0.0, 0.0, 0.0), "");
        // Flink measures each on its own, so their sum may exceed 1.
        assert_eq!(bar(1.0, 1.0, 0.0), "██████████▒▒▒▒▒▒▒▒▒▒");
    }
}
