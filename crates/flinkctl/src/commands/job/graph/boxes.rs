//! A graph in the terminal, drawn with boxes and lines.

use std::io::{self, Write};

use anstyle::Style;
use console::measure_text_width;

use super::{
    Graph,
    layout::{Layout, too_large},
};
use crate::{
    error::Result,
    output::{Screen, colour},
};

/// Directions of lines from the centre of a cell, as bits.
const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// Widths of names in cells, tried until the drawing fits.
const NAME_WIDTHS: [usize; 4] = [48, 36, 24, 16];

/// Cells of a drawing; each takes about 50 bytes.
const MAX_CELLS: usize = 4 << 20;

/// Draws the graph, with narrower boxes on a narrow terminal.
pub(super) fn draw(graph: &Graph<'_>, width: Option<usize>, out: &mut Screen<impl Write>) -> Result<()> {
    let mut layouts = NAME_WIDTHS.iter().map(|width| Layout::of(graph, *width));
    let fits = |layout: &Layout| width.is_none_or(|width| layout.width <= width);
    let mut layout = layouts.next().transpose()?.unwrap_or_default();
    while !fits(&layout)
        && let Some(narrower) = layouts.next()
    {
        layout = narrower?;
    }
    if layout.width.saturating_mul(layout.height) > MAX_CELLS {
        return Err(too_large());
    }
    let mut canvas = Canvas::new(&layout);
    for line in &layout.lines {
        canvas.line(line.from, line.to, line.turn);
    }
    for line in layout.lines.iter().filter(|line| line.end.is_some()) {
        let (x, y) = (line.to.0, line.to.1.saturating_sub(1));
        canvas.text(x, y, "▼", Style::new());
    }
    for line in &layout.lines {
        if let Some(how) = &line.end {
            canvas.text(line.to.0 + 2, line.to.1.saturating_sub(1), how, Style::new().dimmed());
        }
    }
    for one in &layout.boxes {
        canvas.frame(one.x, one.y, one.width, one.height);
        for (number, text) in one.text.iter().enumerate() {
            canvas.text(one.x + 2, one.y + 1 + number, text, Style::new().bold());
        }
        let state = graph.state(one.vertex);
        let style = colour(state.split(' ').next().unwrap_or_default());
        canvas.text(one.x + 2, one.y + 1 + one.text.len(), &state, style);
    }
    Ok(canvas.finish(out)?)
}

/// The content of a cell.
#[derive(Clone, Debug, Default)]
enum Cell {
    #[default]
    Blank,
    Lines(u8),
    Text(String, Style),
    /// The second half of a wide character.
    Taken,
}

struct Canvas {
    rows: Vec<Vec<Cell>>,
}

impl Canvas {
    fn new(layout: &Layout) -> Self {
        // The label of the last arrow may be right of all boxes.
        Self { rows: vec![vec![Cell::Blank; layout.width + 16]; layout.height] }
    }

    fn cell(&mut self, x: usize, y: usize) -> Option<&mut Cell> {
        self.rows.get_mut(y)?.get_mut(x)
    }

    fn mark(&mut self, x: usize, y: usize, ways: u8) {
        match self.cell(x, y) {
            Some(Cell::Lines(there)) => *there |= ways,
            Some(cell @ Cell::Blank) => *cell = Cell::Lines(ways),
            _ => {}
        }
    }

    fn down(&mut self, x: usize, from: usize, to: usize) {
        (from..to).for_each(|y| self.mark(x, y, UP | DOWN));
    }

    fn line(&mut self, from: (usize, usize), to: (usize, usize), turn: usize) {
        if from.0 == to.0 {
            return self.down(from.0, from.1, to.1);
        }
        self.down(from.0, from.1, turn);
        let (out, back) = if from.0 < to.0 { (RIGHT, LEFT) } else { (LEFT, RIGHT) };
        self.mark(from.0, turn, UP | out);
        (from.0.min(to.0) + 1..from.0.max(to.0)).for_each(|x| self.mark(x, turn, LEFT | RIGHT));
        self.mark(to.0, turn, back | DOWN);
        self.down(to.0, turn + 1, to.1);
    }

    fn frame(&mut self, x: usize, y: usize, width: usize, height: usize) {
        let (right, bottom) = (x + width - 1, y + height - 1);
        for x in x + 1..right {
            self.mark(x, y, LEFT | RIGHT);
            self.mark(x, bottom, LEFT | RIGHT);
        }
        for y in y + 1..bottom {
            self.mark(x, y, UP | DOWN);
            self.mark(right, y, UP | DOWN);
        }
        for (x, y, ways) in [
            (x, y, DOWN | RIGHT),
            (right, y, DOWN | LEFT),
            (x, bottom, UP | RIGHT),
            (right, bottom, UP | LEFT),
        ] {
            self.mark(x, y, ways);
        }
    }

    fn text(&mut self, x: usize, y: usize, text: &str, style: Style) {
        let mut x = x;
        for c in text.chars() {
            let c = c.to_string();
            let width = measure_text_width(&c);
            if let Some(cell) = self.cell(x, y) {
                *cell = Cell::Text(c, style);
            }
            for taken in 1..width {
                if let Some(cell) = self.cell(x + taken, y) {
                    *cell = Cell::Taken;
                }
            }
            x += width;
        }
    }

    fn finish(self, out: &mut Screen<impl Write>) -> io::Result<()> {
        for row in self.rows {
            let used = row.iter().rposition(|cell| !matches!(cell, Cell::Blank)).map_or(0, |last| last + 1);
            let (mut text, mut now) = (String::new(), Style::new());
            for cell in row.into_iter().take(used) {
                let (shown, style) = match cell {
                    Cell::Blank => (" ".to_owned(), now),
                    Cell::Lines(ways) => (character(ways).to_string(), Style::new()),
                    Cell::Text(text, style) => (text, style),
                    Cell::Taken => continue,
                };
                if style != now {
                    out.styled(now, &std::mem::take(&mut text))?;
                    now = style;
                }
                text.push_str(&shown);
            }
            out.styled(now, &text)?;
            writeln!(out)?;
        }
        Ok(())
    }
}

fn character(ways: u8) -> char {
    const ALL: [char; 16] = [' ', '│', '│', '│', '─', '┘', '┐', '┤', '─', '└', '┌', '├', '─', '┴', '┬', '┼'];
    ALL.get(usize::from(ways)).copied().unwrap_or(' ')
}
