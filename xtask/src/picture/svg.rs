//! Converts a terminal's screen to SVG. It has its own background, so that it is legible on light and dark pages.

use std::fmt::Write as _;

/// Width and height of a character, and the margin, in pixels.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 19.0;
const MARGIN: f64 = 16.0;

const BACKGROUND: &str = "#1b1f24";
const FOREGROUND: &str = "#d7dde4";
const DIM: &str = "#8b949e";
/// The eight colours of a terminal, from black to white.
const COLOURS: [&str; 8] =
    ["#6e7681", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#76e3ea", "#f0f6fc"];

/// The current style.
#[derive(Clone, Copy, Default, PartialEq)]
struct Style {
    colour: Option<&'static str>,
    is_bold: bool,
    is_dim: bool,
}

impl Style {
    /// The style after an escape sequence such as `1;32`. Unknown codes are ignored.
    fn after(mut self, sequence: &str) -> Self {
        for code in sequence.split(';') {
            match code.parse::<usize>().unwrap_or(0) {
                0 => self = Self::default(),
                1 => self.is_bold = true,
                2 => self.is_dim = true,
                22 => (self.is_bold, self.is_dim) = (false, false),
                39 => self.colour = None,
                code @ (30..=37 | 90..=97) => self.colour = COLOURS.get(code % 10).copied(),
                _ => {}
            }
        }
        self
    }

    fn colour(self) -> &'static str {
        self.colour.unwrap_or(if self.is_dim { DIM } else { FOREGROUND })
    }
}

/// Draws the lines of a screen with their escape sequences.
pub fn draw(screen: &str, columns: usize) -> String {
    let lines: Vec<_> = screen.lines().collect();
    let width = pixels(columns) * WIDTH + 2.0 * MARGIN;
    let height = pixels(lines.len()) * HEIGHT + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    );
    let mut style = Style::default();
    for (number, line) in lines.into_iter().enumerate() {
        let y = MARGIN + (pixels(number) + 0.75) * HEIGHT;
        let mut column = 0;
        for (run, of_run) in runs(line, &mut style) {
            let length = run.chars().count();
            if !run.trim().is_empty() {
                let (x, run_width) = (MARGIN + pixels(column) * WIDTH, pixels(length) * WIDTH);
                let weight = if of_run.is_bold { " font-weight=\"bold\"" } else { "" };
                let _ = writeln!(
                    svg,
                    "<text xml:space=\"preserve\" x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{run_width:.1}\" \
                     lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{weight}>{}</text>",
                    of_run.colour(),
                    escaped(run)
                );
            }
            column += length;
        }
    }
    svg + "</svg>\n"
}

/// Splits a line into parts of one style.
fn runs<'a>(line: &'a str, style: &mut Style) -> Vec<(&'a str, Style)> {
    let mut parts = line.split("\u{1b}[");
    let mut runs = vec![(parts.next().unwrap_or_default(), *style)];
    for part in parts {
        let (sequence, text) = part.split_once('m').unwrap_or(("", part));
        *style = style.after(sequence);
        runs.push((text, *style));
    }
    runs
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn pixels(count: usize) -> f64 {
    f64::from(u16::try_from(count).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_last_until_they_are_reset() {
        let mut style = Style::default();
        let runs = runs("a \u{1b}[1;32mb\u{1b}[0m <c>", &mut style);
        let seen: Vec<_> = runs.iter().map(|(text, style)| (*text, style.colour(), style.is_bold)).collect();
        assert_eq!(seen, [("a ", FOREGROUND, false), ("b", COLOURS[2], true), (" <c>", FOREGROUND, false)]);
        assert!(draw("<c>", 10).contains(">&lt;c&gt;</text>"));
    }
}
