//! The only access to stdout and stderr (`clippy.toml` of this crate forbids others). Text is sanitized: only the program
//! itself writes colours and clears the screen.

use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice, stream::RawStream};
use anstyle::Style;

use super::sanitize::sanitize;

/// A writer of text for people, which sanitizes all text.
#[derive(Debug)]
pub(crate) struct Screen<W> {
    out: W,
    /// True if styles are written. Otherwise `out` would have to find and remove them.
    is_coloured: bool,
}

/// Size of the buffer for large outputs, in bytes.
pub(super) const BLOCK: usize = 64 * 1024;

pub(crate) type Stdout = Screen<AutoStream<io::Stdout>>;

#[expect(clippy::disallowed_methods, reason = "the only access to stdout and stderr")]
mod way {
    use super::{AutoStream, IsTerminal, io};

    pub(super) fn stdout() -> AutoStream<io::Stdout> {
        anstream::stdout()
    }

    pub(super) fn stderr() -> AutoStream<io::Stderr> {
        anstream::stderr()
    }

    pub(super) fn is_terminal() -> (bool, bool) {
        (io::stdout().is_terminal(), io::stderr().is_terminal())
    }

    pub(super) fn width() -> Option<u16> {
        console::Term::stderr().size_checked().map(|(_, columns)| columns)
    }

    pub(super) fn raw() -> io::Stdout {
        io::stdout()
    }
}

/// Opens standard output for people.
pub(crate) fn stdout() -> Stdout {
    Screen::of(way::stdout())
}

/// Opens standard output for large outputs: written when a block is full, or flushed.
pub(crate) fn stdout_in_blocks() -> Screen<BufWriter<AutoStream<io::Stdout>>> {
    let Screen { out, is_coloured } = stdout();
    Screen { out: BufWriter::with_capacity(BLOCK, out), is_coloured }
}

/// Opens standard error for people.
pub(crate) fn stderr() -> Screen<AutoStream<io::Stderr>> {
    Screen::of(way::stderr())
}

/// Returns true if stdout is a terminal.
pub(crate) fn is_seen() -> bool {
    way::is_terminal().0
}

/// Returns true if stderr is a terminal, so that progress is drawn there.
pub(crate) fn is_watched() -> bool {
    way::is_terminal().1
}

/// Returns the width of stderr in cells, if it is a terminal.
pub(crate) fn stderr_width() -> Option<usize> {
    is_watched().then(way::width).flatten().map(usize::from)
}

/// Writes bytes to stdout unchanged, for programs: a drawing, a script, or the server's own answer.
pub(crate) fn write_raw(bytes: &[u8]) -> io::Result<()> {
    let mut out = way::raw();
    out.write_all(bytes)?;
    out.flush()
}

impl<S: RawStream> Screen<AutoStream<S>> {
    fn of(out: AutoStream<S>) -> Self {
        let is_coloured = out.current_choice() != ColorChoice::Never;
        Self { out, is_coloured }
    }
}

impl<W: Write> Screen<W> {
    /// Writes a text in a style.
    pub(crate) fn styled(&mut self, style: Style, text: &str) -> io::Result<()> {
        let text = sanitize(text);
        if !self.is_coloured || style.is_plain() {
            return self.out.write_all(text.as_bytes());
        }
        write!(self.out, "{style}{text}{style:#}")
    }

    /// Clears the screen.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        write!(self.out, "\u{1b}[H\u{1b}[2J")
    }
}

impl<W: Write> Write for Screen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(sanitize(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Returns the bytes that a terminal would get.
    pub(crate) fn drawn(draw: impl FnOnce(&mut Screen<Vec<u8>>)) -> String {
        let mut screen = Screen { out: Vec::new(), is_coloured: true };
        draw(&mut screen);
        String::from_utf8(screen.out).unwrap()
    }

    #[test]
    fn nobody_but_the_program_colours() {
        let red = Style::new().fg_color(Some(anstyle::AnsiColor::Red.into()));
        let drawn = drawn(|screen| {
            screen.styled(red, "a\u{1b}[8mb").unwrap();
            writeln!(screen, "\u{1b}]0;owned\u{7}\u{9b}2J").unwrap();
        });
        assert_eq!(drawn, "\u{1b}[31ma\u{fffd}[8mb\u{1b}[0m\u{fffd}]0;owned\u{fffd}\u{fffd}2J\n");
    }
}
