//! Columns that are aligned and fit the terminal.

use std::io::{self, Write};

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
    /// Whether it may be cut to make the table fit.
    pub(crate) cut: bool,
}

/// Writes the table, no wider than `width` if that can be.
pub(crate) fn write(
    out: &mut impl Write,
    layout: &[Layout],
    rows: &[Vec<Cell>],
    width: Option<usize>,
) -> io::Result<()> {
    let widest = |(at, layout): (usize, &Layout)| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| measure_text_width(&cell.text));
        cells.chain([layout.header.len()]).max().unwrap_or_default()
    };
    let mut widths: Vec<_> = layout.iter().enumerate().map(widest).collect();
    if let Some(width) = width {
        fit(&mut widths, layout, width);
    }
    let heading = |layout: &Layout| Cell { text: layout.header.to_uppercase(), style: Style::new().bold() };
    if layout.iter().any(|layout| !layout.header.is_empty()) {
        line(out, layout, &widths, &layout.iter().map(heading).collect::<Vec<_>>())?;
    }
    rows.iter().try_for_each(|row| line(out, layout, &widths, row))
}

/// Takes from the widest column that may be cut, until the line fits.
fn fit(widths: &mut [usize], layout: &[Layout], width: usize) {
    let too_much = |widths: &[usize]| {
        let gaps = GAP * widths.len().saturating_sub(1);
        (widths.iter().sum::<usize>() + gaps).saturating_sub(width)
    };
    while too_much(widths) > 0 {
        let cuttable =
            widths.iter_mut().zip(layout).filter(|(width, layout)| layout.cut && **width > NARROWEST);
        let Some((widest, _)) = cuttable.max_by_key(|(width, _)| **width) else { return };
        *widest -= 1;
    }
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
        Layout { header: "NAME", right: false, cut: true },
        Layout { header: "ID", right: false, cut: false },
        Layout { header: "SLOTS", right: true, cut: false },
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
    fn ids_are_never_cut() {
        assert!(table(Some(1)).contains("Source: Ord…  a1b2c3"), "{}", table(Some(1)));
    }
}
