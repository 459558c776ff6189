//! A graph as SVG.

use std::fmt::Write;

use super::{Graph, layout::Layout};
use crate::error::Result;

/// Width and height of a cell, in pixels.
const ACROSS: usize = 8;
const DOWN: usize = 18;
const MARGIN: usize = 12;
/// Pixels from the top of a cell to the baseline of its text.
const BASELINE: usize = 13;
/// Width of names, in cells.
const NAME_WIDTH: usize = 40;

const STYLE: &str = "text{font:13px ui-monospace,monospace;fill:#1f2933}.name{font-weight:600}\
    .how{fill:#616e7c;font-size:11px}path{fill:none;stroke:#7b8794;stroke-width:1.5}rect{fill:#fff;stroke-width:2}";

/// Draws the graph.
pub(super) fn draw(graph: &Graph<'_>) -> Result<String> {
    let layout = Layout::of(graph, NAME_WIDTH)?;
    let (width, height) = ((layout.width + 12) * ACROSS + 2 * MARGIN, layout.height * DOWN + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <style>{STYLE}</style>\n<defs><marker id=\"arrow\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"4\" \
         orient=\"auto\"><path d=\"M1,1 L7,4 L1,7\"/></marker></defs>\n\
         <rect width=\"100%\" height=\"100%\" style=\"fill:#f5f7fa;stroke:none\"/>\n"
    );
    let across = |x: usize| MARGIN + x * ACROSS;
    let down = |y: usize| MARGIN + y * DOWN;
    for line in &layout.lines {
        let (x, y) = (across(line.from.0), down(line.from.1));
        let (to_x, to_y) = (across(line.to.0), down(line.to.1));
        let middle = (y + to_y) / 2;
        let arrow = if line.end.is_some() { " marker-end=\"url(#arrow)\"" } else { "" };
        let _ = writeln!(svg, "<path d=\"M{x},{y} C{x},{middle} {to_x},{middle} {to_x},{to_y}\"{arrow}/>");
        if let Some(how) = &line.end {
            let how = escaped(how);
            let _ = writeln!(svg, "<text class=\"how\" x=\"{}\" y=\"{}\">{how}</text>", to_x + 8, to_y - 8);
        }
    }
    for one in &layout.boxes {
        let state = graph.state(one.vertex);
        let _ = writeln!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" stroke=\"{}\"/>",
            across(one.x),
            down(one.y),
            one.width * ACROSS,
            one.height * DOWN,
            stroke(&state)
        );
        let lines = one.text.iter().map(|line| ("name", line)).chain([("", &state)]);
        for (number, (class, line)) in lines.enumerate() {
            // Centred between the borders.
            let y = down(one.y + 1 + number) + BASELINE;
            let (x, line) = (across(one.x + 2), escaped(line));
            let _ = writeln!(svg, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{line}</text>");
        }
    }
    Ok(svg + "</svg>\n")
}

fn stroke(state: &str) -> &'static str {
    match state.split(' ').next().unwrap_or_default() {
        "RUNNING" => "#3f9142",
        "FAILED" => "#d64545",
        "FINISHED" => "#2680c2",
        "CANCELED" => "#9aa5b1",
        _ => "#de911d",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
