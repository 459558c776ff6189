//! Tables: aligned columns that fit the terminal.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use anstyle::Style;
use console::{measure_text_width, truncate_str};

use super::{cell::Cell, screen::Screen};

/// A step of narrowing a table: the minimum width of each kind of column.
struct Step {
    short_ids: bool,
    text: usize,
    reason: usize,
    headings: bool,
}

/// The steps, tried until the table fits.
const STEPS: [Step; 4] = [
    Step { short_ids: false, text: 24, reason: usize::MAX, headings: false },
    Step { short_ids: true, text: 12, reason: usize::MAX, headings: false },
    Step { short_ids: true, text: 12, reason: 24, headings: false },
    Step { short_ids: true, text: 6, reason: 6, headings: true },
];

const GAP: usize = 2;

/// The layout of a column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) header: &'static str,
    pub(crate) right: bool,
    /// The way to shorten it if the table does not fit.
    pub(crate) cut: Cut,
}

/// The way to shorten a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Never,
    /// To any width.
    Text,
    /// To any width, but after other text: the reader looks for it.
    Reason,
    /// Texts only: numbers stay whole.
    Value,
    /// To a unique prefix, which commands accept in place of the id.
    Id,
}

/// Characters of a 64-bit number.
const NUMBER_WIDTH: usize = 20;

/// Width up to which columns are aligned, in cells. A longer cell shifts only its own line.
const MAX_ALIGNED: usize = 1000;

/// Characters that a shortened id keeps.
const MIN_ID_LENGTH: usize = 8;

/// Writes the table, no wider than `width` where possible.
pub(crate) fn write(
    out: &mut Screen<impl Write>,
    layout: &[Layout],
    rows: &[Vec<Cell>],
    width: Option<usize>,
) -> io::Result<()> {
    let mut short = Vec::new();
    let mut widths = widest(layout, rows);
    for step in STEPS {
        let Some(width) = width else { break };
        if step.short_ids && short.is_empty() {
            short = with_short_ids(layout, rows);
            widths = widest(layout, &short);
        }
        let rows = if short.is_empty() { rows } else { &short };
        if fit(&mut widths, &narrowest(layout, rows, &step), width) {
            break;
        }
    }
    widths.iter_mut().for_each(|width| *width = (*width).min(MAX_ALIGNED));
    let rows = if short.is_empty() { rows } else { &short };
    let heading = |layout: &Layout| Cell {
        text: layout.header.to_uppercase(),
        style: Style::new().bold(),
        ..Cell::default()
    };
    if layout.iter().any(|layout| !layout.header.is_empty()) {
        line(out, layout, &widths, &layout.iter().map(heading).collect::<Vec<_>>())?;
    }
    rows.iter().try_for_each(|row| line(out, layout, &widths, row))
}

fn widest(layout: &[Layout], rows: &[Vec<Cell>]) -> Vec<usize> {
    let of_cells = cells(layout.len(), rows).into_iter();
    of_cells.zip(layout).map(|(cells, layout)| cells.max(layout.header.len())).collect()
}

/// Returns the width of the widest cell of each column.
fn cells(columns: usize, rows: &[Vec<Cell>]) -> Vec<usize> {
    let widest = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| measure_text_width(&cell.text));
        cells.max().unwrap_or_default()
    };
    (0..columns).map(widest).collect()
}

/// Returns the minimum width of each column. Text is cut first; headings are cut last.
fn narrowest(layout: &[Layout], rows: &[Vec<Cell>], step: &Step) -> Vec<usize> {
    let narrowest = |(layout, cells): (&Layout, usize)| match layout.cut {
        Cut::Text => step.text,
        Cut::Reason => step.reason,
        Cut::Value => NUMBER_WIDTH,
        Cut::Id | Cut::Never if step.headings => cells.max(step.text),
        Cut::Id | Cut::Never => usize::MAX,
    };
    layout.iter().zip(cells(layout.len(), rows)).map(narrowest).collect()
}

/// Narrows the widest column that can be cut, until the line fits. Returns false if it does not.
fn fit(widths: &mut [usize], narrowest: &[usize], width: usize) -> bool {
    let too_much = |widths: &[usize]| {
        let gaps = GAP * widths.len().saturating_sub(1);
        (widths.iter().sum::<usize>() + gaps).saturating_sub(width)
    };
    while too_much(widths) > 0 {
        let cuttable = widths.iter_mut().zip(narrowest).filter(|(width, narrowest)| **width > **narrowest);
        let Some((widest, _)) = cuttable.max_by_key(|(width, _)| **width) else { return false };
        *widest -= 1;
    }
    true
}

/// Returns the rows with ids shortened to unique ones.
fn with_short_ids(layout: &[Layout], rows: &[Vec<Cell>]) -> Vec<Vec<Cell>> {
    let mut rows = rows.to_vec();
    for at in layout.iter().enumerate().filter(|(_, layout)| layout.cut == Cut::Id).map(|(at, _)| at) {
        let ids: BTreeSet<_> =
            rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.text.clone()).collect();
        let beginnings = (MIN_ID_LENGTH..64).map(|length| beginning(length));
        let ways = beginnings.chain([Box::new(end) as Shorter]);
        let shorter = ways.into_iter().find(|way| {
            let short: Option<BTreeSet<_>> = ids.iter().map(|id| shortened(id, way)).collect();
            short.is_some_and(|short| short.len() == ids.len())
        });
        let Some(shorter) = shorter else { continue };
        for cell in rows.iter_mut().filter_map(|row| row.get_mut(at)) {
            if let Some(short) = shortened(&cell.text, &shorter) {
                cell.text = short.to_owned();
            }
        }
    }
    rows
}

/// Shortens an id to a part that commands accept, if it has one.
type Shorter = Box<dyn Fn(&str) -> Option<&str>>;

/// Shortens an id; `-` for an absent id stays.
fn shortened<'a>(id: &'a str, shorter: &Shorter) -> Option<&'a str> {
    if id == "-" { Some(id) } else { shorter(id) }
}

/// Keeps the beginning of a hexadecimal id.
fn beginning(length: usize) -> Shorter {
    Box::new(move |id| {
        id.get(..MIN_ID_LENGTH).filter(|id| is_random(id))?;
        Some(id.get(..length).unwrap_or(id))
    })
}

/// Keeps the part of a TaskManager's id after the last dash: on one machine, all begin alike.
fn end(id: &str) -> Option<&str> {
    id.rsplit_once('-').map(|(_, end)| end).filter(|end| end.len() >= 6 && is_random(end))
}

fn is_random(id: &str) -> bool {
    id.chars().all(|c| c.is_ascii_hexdigit())
}

fn line(out: &mut Screen<impl Write>, layout: &[Layout], widths: &[usize], cells: &[Cell]) -> io::Result<()> {
    // Padding is written before the next cell, so that no line ends in blanks.
    let mut owed = 0;
    for ((layout, width), Cell { text, style, runs }) in layout.iter().zip(widths).zip(cells) {
        let text =
            if *width < MAX_ALIGNED { truncate_str(text, *width, "…") } else { text.as_str().into() };
        let blanks = width.saturating_sub(measure_text_width(&text));
        let (before, after) = if layout.right { (blanks, 0) } else { (0, blanks) };
        write!(out, "{:owed$}", "", owed = owed + before)?;
        let mut rest = text.chars();
        for (style, count) in runs {
            out.styled(*style, &rest.by_ref().take(*count).collect::<String>())?;
        }
        out.styled(*style, rest.as_str())?;
        owed = after + GAP;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::screen::tests::drawn;

    const LAYOUT: &[Layout] = &[
        Layout { header: "NAME", right: false, cut: Cut::Text },
        Layout { header: "ID", right: false, cut: Cut::Id },
        Layout { header: "SLOTS", right: true, cut: Cut::Never },
    ];

    fn table(width: Option<usize>) -> String {
        let row = |cells: [&str; 3]| cells.map(|text| Cell::from(text.to_owned())).to_vec();
        let rows = [row(["Source: Orders -> Map -> Sink", "a1b2c3", "4"]), row(["日本語", "d4", "12"])];
        anstream::adapter::strip_str(&drawn(|out| write(out, LAYOUT, &rows, width).unwrap())).to_string()
    }

    #[test]
    fn columns_are_aligned_by_what_a_terminal_shows() {
        assert_eq!(
            table(None),
            "NAME                           ID      SLOTS\n\
             Source: Orders -> Map -> Sink  a1b2c3      4\n\
             日本語                         d4         12\n"
        );
    }

    #[test]
    fn the_widest_column_gives_way_to_the_terminal() {
        assert_eq!(
            table(Some(32)),
            "NAME               ID      SLOTS\n\
             Source: Orders -…  a1b2c3      4\n\
             日本語             d4         12\n"
        );
    }

    #[test]
    fn what_went_wrong_is_cut_after_where() {
        let layout = [
            Layout { header: "EXCEPTION", right: false, cut: Cut::Reason },
            Layout { header: "TASK", right: false, cut: Cut::Text },
            Layout { header: "TASKMANAGER", right: false, cut: Cut::Id },
        ];
        let reason = "IllegalStateException: told so by --fail-at";
        let row = [reason, "Source: Numbers -> Pace -> Fail -> End", "127.0.0.1:41973-8f9c09"];
        let shown = |width| {
            let text = anstream::adapter::strip_str(&drawn(|out| {
                write(out, &layout, &[row.map(|text| Cell::from(text.to_owned())).to_vec()], Some(width))
                    .unwrap()
            }))
            .to_string();
            text.lines().last().unwrap().to_owned()
        };
        assert_eq!(shown(95), format!("{reason}  Source: Numbers -> Pace -…  127.0.0.1:41973-8f9c09"));
        assert_eq!(shown(72), format!("{reason}  Source: Numbe…  8f9c09"));
        assert_eq!(shown(60), "IllegalStateException: told so b…  Source: Num…  8f9c09");
    }

    #[test]
    fn ids_are_cut_to_what_tells_them_apart_if_nothing_else_helps() {
        let rows = |ids: [&str; 2]| ids.map(|id| vec![Cell::from("a".to_owned()), Cell::from(id.to_owned())]);
        let shown = |ids| {
            let text = anstream::adapter::strip_str(&drawn(|out| {
                write(out, LAYOUT.get(..2).unwrap(), &rows(ids), Some(12)).unwrap()
            }))
            .to_string();
            text.lines()
                .skip(1)
                .map(|line| line.split_whitespace().last().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            shown(["b472305d493f64199297ee07483b7b92", "0f71aff2b9039d9dfb6d346016d2675c"]),
            ["b472305d", "0f71aff2"]
        );
        assert_eq!(shown(["b472305d49aa", "b472305d49bb"]), ["b472305d49a", "b472305d49b"]);
        // TaskManagers on one machine begin alike.
        assert_eq!(shown(["127.0.0.1:44791-525d24", "127.0.0.1:44792-525d25"]), ["525d24", "525d25"]);
        let named = ["taskmanager-1-1", "taskmanager-1-2"];
        assert_eq!(shown(named), named);
    }

    #[test]
    fn a_path_among_numbers_does_not_push_them_out_of_sight() {
        const COLUMNS: &[Layout] = &[
            Layout { header: "METRIC", right: false, cut: Cut::Id },
            Layout { header: "VALUE", right: true, cut: Cut::Value },
        ];
        let row = |cells: [&str; 2]| cells.map(|text| Cell::from(text.to_owned())).to_vec();
        let rows = [row(["path", "file:/checkpoints/1/chk-1"]), row(["least", "-9223372036854775808"])];
        let text = anstream::adapter::strip_str(&drawn(|out| write(out, COLUMNS, &rows, Some(20)).unwrap()))
            .to_string();
        assert_eq!(
            text,
            "METRIC                 VALUE\npath    file:/checkpoints/1…\nleast   -9223372036854775808\n"
        );
    }

    #[test]
    fn a_cell_without_end_does_not_widen_every_line() {
        let row = |text: &str| vec![Cell::from(text.to_owned()), Cell::from("a".to_owned())];
        let mut rows = vec![row(&"x".repeat(100_000))];
        rows.extend(std::iter::repeat_n(row("y"), 1000));
        let text = drawn(|out| write(out, LAYOUT.get(..2).unwrap(), &rows, None).unwrap());
        let text = anstream::adapter::strip_str(&text).to_string();
        assert!(text.contains(&"x".repeat(100_000)) && text.len() < 2_000_000, "{}", text.len());
    }

    #[test]
    fn headings_are_cut_before_a_line_is_wrapped() {
        const COLUMNS: &[Layout] = &[
            Layout { header: "NAME", right: false, cut: Cut::Text },
            Layout { header: "PARALLELISM", right: true, cut: Cut::Never },
            Layout { header: "RECORDS OUT", right: true, cut: Cut::Never },
        ];
        let rows = [["Source: Orders", "4", "12345678"].map(|text| Cell::from(text.to_owned())).to_vec()];
        let shown = |width| {
            anstream::adapter::strip_str(&drawn(|out| write(out, COLUMNS, &rows, Some(width)).unwrap()))
                .to_string()
        };
        assert_eq!(
            shown(38),
            "NAME          PARALLELISM  RECORDS OUT\nSource: Ord…            4     12345678\n"
        );
        assert_eq!(shown(28), "NAME      PARALLE…  RECORDS…\nSource:…         4  12345678\n");
    }
}
