//! Columns that are aligned and fit the terminal.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use anstyle::Style;
use console::{measure_text_width, truncate_str};

use super::cell::Cell;

/// No column is cut below this.
const NARROWEST: usize = 12;
const GAP: usize = 2;

/// How a column may be laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) header: &'static str,
    pub(crate) right: bool,
    /// How it may be cut to make the table fit.
    pub(crate) cut: Cut,
}

/// How a column may be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Never,
    /// To any width.
    Text,
    /// To a beginning that is each id's own, which means the same where a command takes an id.
    Id,
}

/// Ids keep at least so many characters.
const TELLING: usize = 8;

/// Writes the table, no wider than `width` if that can be.
pub(crate) fn write(
    out: &mut impl Write,
    layout: &[Layout],
    rows: &[Vec<Cell>],
    width: Option<usize>,
) -> io::Result<()> {
    let mut short = Vec::new();
    let mut widths = widest(layout, rows);
    if let Some(width) = width
        && !fit(&mut widths, layout, width)
    {
        short = with_short_ids(layout, rows);
        widths = widest(layout, &short);
        fit(&mut widths, layout, width);
    }
    let rows = if short.is_empty() { rows } else { &short };
    let heading = |layout: &Layout| Cell { text: layout.header.to_uppercase(), style: Style::new().bold() };
    if layout.iter().any(|layout| !layout.header.is_empty()) {
        line(out, layout, &widths, &layout.iter().map(heading).collect::<Vec<_>>())?;
    }
    rows.iter().try_for_each(|row| line(out, layout, &widths, row))
}

fn widest(layout: &[Layout], rows: &[Vec<Cell>]) -> Vec<usize> {
    let widest = |(at, layout): (usize, &Layout)| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| measure_text_width(&cell.text));
        cells.chain([layout.header.len()]).max().unwrap_or_default()
    };
    layout.iter().enumerate().map(widest).collect()
}

/// Takes from the widest column of text, until the line fits; says whether it does.
fn fit(widths: &mut [usize], layout: &[Layout], width: usize) -> bool {
    let too_much = |widths: &[usize]| {
        let gaps = GAP * widths.len().saturating_sub(1);
        (widths.iter().sum::<usize>() + gaps).saturating_sub(width)
    };
    while too_much(widths) > 0 {
        let cuttable = widths
            .iter_mut()
            .zip(layout)
            .filter(|(width, layout)| layout.cut == Cut::Text && **width > NARROWEST);
        let Some((widest, _)) = cuttable.max_by_key(|(width, _)| **width) else { return false };
        *widest -= 1;
    }
    true
}

/// The rows with ids of hexadecimal digits no longer than it takes to tell them apart.
fn with_short_ids(layout: &[Layout], rows: &[Vec<Cell>]) -> Vec<Vec<Cell>> {
    let mut rows = rows.to_vec();
    for at in layout.iter().enumerate().filter(|(_, layout)| layout.cut == Cut::Id).map(|(at, _)| at) {
        let ids: BTreeSet<String> =
            rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.text.clone()).collect();
        let is_random =
            |id: &String| id.get(..TELLING).is_some_and(|id| id.chars().all(|c| c.is_ascii_hexdigit()));
        if !ids.iter().filter(|id| id.as_str() != "-").all(is_random) {
            continue;
        }
        let tells = |length: &usize| {
            let short: BTreeSet<_> = ids.iter().map(|id| id.get(..*length).unwrap_or(id)).collect();
            short.len() == ids.len()
        };
        let Some(length) = (TELLING..).take(64).find(tells) else { continue };
        for cell in rows.iter_mut().filter_map(|row| row.get_mut(at)) {
            if let Some(short) = cell.text.get(..length) {
                cell.text = short.to_owned();
            }
        }
    }
    rows
}

fn line(out: &mut impl Write, layout: &[Layout], widths: &[usize], cells: &[Cell]) -> io::Result<()> {
    // Blanks are written only before something, so that no line ends in them.
    let mut owed = 0;
    for ((layout, width), Cell { text, style }) in layout.iter().zip(widths).zip(cells) {
        let text = truncate_str(text, *width, "…");
        let blanks = width.saturating_sub(measure_text_width(&text));
        let (before, after) = if layout.right { (blanks, 0) } else { (0, blanks) };
        write!(out, "{:owed$}{style}{text}{style:#}", "", owed = owed + before)?;
        owed = after + GAP;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: &[Layout] = &[
        Layout { header: "NAME", right: false, cut: Cut::Text },
        Layout { header: "ID", right: false, cut: Cut::Id },
        Layout { header: "SLOTS", right: true, cut: Cut::Never },
    ];

    fn table(width: Option<usize>) -> String {
        let row = |cells: [&str; 3]| cells.map(|text| Cell::from(text.to_owned())).to_vec();
        let rows = [row(["Source: Orders -> Map -> Sink", "a1b2c3", "4"]), row(["日本語", "d4", "12"])];
        let mut out = Vec::new();
        write(&mut out, LAYOUT, &rows, width).unwrap();
        anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string()
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
    fn ids_are_cut_to_what_tells_them_apart_if_nothing_else_helps() {
        let rows = |ids: [&str; 2]| ids.map(|id| vec![Cell::from("a".to_owned()), Cell::from(id.to_owned())]);
        let shown = |ids| {
            let mut out = Vec::new();
            write(&mut out, LAYOUT.get(..2).unwrap(), &rows(ids), Some(12)).unwrap();
            let text = anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string();
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
        // Ids that begin with an address begin alike.
        let taskmanagers = ["127.0.0.1:44791-525d24", "127.0.0.1:44792-525d25"];
        assert_eq!(shown(taskmanagers), taskmanagers);
    }
}
