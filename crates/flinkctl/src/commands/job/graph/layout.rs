//! Layout of a graph: sources on top, each vertex below its inputs.

use std::collections::HashMap;

use console::measure_text_width;

use super::Graph;
use crate::error::{Exit, Failure, Result};

/// Cells between neighbouring boxes.
const GAP: usize = 3;

/// The positions of boxes and lines, in cells of a terminal.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) boxes: Vec<Placed>,
    pub(super) lines: Vec<Line>,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// The box of a vertex.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
    /// Its number in the graph.
    pub(super) vertex: usize,
    /// Lines of its name.
    pub(super) text: Vec<String>,
}

/// A line from one layer to the next: down, along `turn`, and down again.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) from: (usize, usize),
    pub(super) to: (usize, usize),
    pub(super) turn: usize,
    /// Ship strategy, written at its end; none if the line continues to another layer.
    pub(super) end: Option<String>,
}

/// A vertex, or a line that passes a layer.
#[derive(Debug)]
struct Node {
    vertex: Option<usize>,
    text: Vec<String>,
    layer: usize,
    x: usize,
    width: usize,
}

impl Node {
    fn centre(&self) -> usize {
        self.x + self.width / 2
    }
}

/// A part of a flow, between nodes of neighbouring layers.
#[derive(Debug)]
struct Segment {
    from: usize,
    to: usize,
    end: Option<String>,
}

impl Layout {
    /// Places the vertices. Names are wrapped at `widest` cells.
    pub(super) fn of(graph: &Graph<'_>, widest: usize) -> Result<Self> {
        let (mut nodes, segments) = connected(graph, widest)?;
        let layers = layers(&nodes);
        let layers = arranged(&mut nodes, &segments, layers);
        Ok(Self::built(&nodes, &segments, &layers))
    }

    fn built(nodes: &[Node], segments: &[Segment], layers: &[Vec<usize>]) -> Self {
        let mut layout = Self::default();
        let mut y = 0;
        for (number, layer) in layers.iter().enumerate() {
            let members = || layer.iter().filter_map(|id| nodes.get(*id));
            // Name, state and borders.
            let height = members().filter(|node| node.vertex.is_some()).map(|node| node.text.len() + 3).max();
            let height = height.unwrap_or(1);
            for node in members() {
                layout.width = layout.width.max(node.x + node.width);
                match node.vertex {
                    Some(vertex) => {
                        let own = node.text.len() + 3;
                        layout.boxes.push(Placed {
                            x: node.x,
                            y,
                            width: node.width,
                            height: own,
                            vertex,
                            text: node.text.clone(),
                        });
                    }
                    None => layout.lines.push(Line {
                        from: (node.centre(), y),
                        to: (node.centre(), y + height),
                        turn: y,
                        end: None,
                    }),
                }
            }
            let bottom = |id: usize| match nodes.get(id) {
                Some(Node { vertex: Some(_), text, .. }) => y + text.len() + 3,
                _ => y + height,
            };
            let ours: Vec<_> = segments
                .iter()
                .filter(|segment| nodes.get(segment.from).is_some_and(|node| node.layer == number))
                .collect();
            let mut tracks = Tracks::of(nodes, segments, &ours);
            tracks.sort();
            // One row to leave the box, one for each turn, one for the arrow.
            let next = y + height + if ours.is_empty() { 0 } else { tracks.turns + 2 };
            for track in tracks.all {
                layout.lines.push(Line {
                    from: (track.from, bottom(track.segment.from)),
                    to: (track.to, next),
                    turn: track.turn.map_or(y + height, |turn| y + height + 1 + turn),
                    end: track.segment.end.clone(),
                });
            }
            y = next;
        }
        layout.height = y;
        layout
    }
}

/// Nodes and segments of a drawing, each. Placing them takes time in proportion to their product.
const MAX_PARTS: usize = 4000;

pub(super) fn too_large() -> Failure {
    Failure::new(Exit::Failed, "this job is too large to be drawn")
        .hint("-o dot writes it for Graphviz, -o mermaid for Mermaid, -o json is the job's plan")
}

/// Returns the nodes with their layers, and the segments between them.
fn connected(graph: &Graph<'_>, widest: usize) -> Result<(Vec<Node>, Vec<Segment>)> {
    if graph.vertices.len() > MAX_PARTS {
        return Err(too_large());
    }
    let mut nodes: Vec<Node> = Vec::new();
    for (number, (vertex, flows)) in graph.vertices.iter().enumerate() {
        let text = wrapped(&super::one_line(&vertex.name), widest);
        let state = measure_text_width(&graph.state(number));
        // Leaves room for the label of each arrow.
        let arrows = flows.iter().map(|flow| flow.how.len() + 4).max().unwrap_or(0) * (flows.len() + 1);
        let texts = text.iter().map(|line| measure_text_width(line));
        let width = 4 + texts.max().unwrap_or(0).max(state).max(if flows.len() > 1 { arrows } else { 0 });
        let before = flows.iter().filter_map(|flow| nodes.get(flow.from)).map(|node| node.layer + 1).max();
        nodes.push(Node { vertex: Some(number), text, layer: before.unwrap_or(0), x: 0, width });
    }
    let mut segments = Vec::new();
    for (to, (_, flows)) in graph.vertices.iter().enumerate() {
        for flow in flows.iter().filter(|flow| flow.from < to) {
            if nodes.len().max(segments.len()) > MAX_PARTS {
                return Err(too_large());
            }
            let reach = |nodes: &[Node], id: usize| nodes.get(id).map_or(0, |node| node.layer);
            let mut from = flow.from;
            for layer in reach(&nodes, from) + 1..reach(&nodes, to) {
                nodes.push(Node { vertex: None, text: Vec::new(), layer, x: 0, width: 3 });
                segments.push(Segment { from, to: nodes.len() - 1, end: None });
                from = nodes.len() - 1;
            }
            segments.push(Segment { from, to, end: Some(flow.how.to_lowercase()) });
        }
    }
    Ok((nodes, segments))
}

/// Returns the ids of the nodes by layer.
fn layers(nodes: &[Node]) -> Vec<Vec<usize>> {
    let mut layers = Vec::new();
    for (id, node) in nodes.iter().enumerate() {
        if layers.len() <= node.layer {
            layers.resize(node.layer + 1, Vec::new());
        }
        if let Some(layer) = layers.get_mut(node.layer) {
            layer.push(id);
        }
    }
    layers
}

/// Sorts each layer for few crossings, and places each node near its neighbours.
fn arranged(nodes: &mut [Node], segments: &[Segment], mut layers: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    // Sweeps down, up and down: each uses the positions of the previous one.
    for sweep in 0..3 {
        let down = sweep % 2 == 0;
        let order: Vec<_> =
            if down { (0..layers.len()).collect() } else { (0..layers.len()).rev().collect() };
        for number in order {
            let Some(layer) = layers.get_mut(number) else { continue };
            let wished: Vec<_> = layer.iter().map(|id| wish(nodes, segments, *id, down)).collect();
            let mut wished: Vec<_> = layer.iter().copied().zip(wished).collect();
            wished.sort_by_key(|(_, wish)| wish.unwrap_or(0));
            *layer = wished.iter().map(|(id, _)| *id).collect();
            place(nodes, &wished);
        }
    }
    layers
}

/// Returns the best centre of a node: the mean of its inputs, or of its outputs.
fn wish(nodes: &[Node], segments: &[Segment], id: usize, down: bool) -> Option<usize> {
    let ends = segments.iter().filter_map(|segment| match down {
        true => (segment.to == id).then_some(segment.from),
        false => (segment.from == id).then_some(segment.to),
    });
    let centres: Vec<_> = ends.filter_map(|id| nodes.get(id)).map(Node::centre).collect();
    centres
        .iter()
        .sum::<usize>()
        .checked_div(centres.len())
        // Without neighbours on that side, it stays in place.
        .or_else(|| nodes.get(id).filter(|node| node.x > 0).map(Node::centre))
}

/// Places the nodes of a layer from left to right, as near to their best centres as possible.
fn place(nodes: &mut [Node], wished: &[(usize, Option<usize>)]) {
    let mut free = 0;
    let mut pushed = Vec::new();
    for (id, wish) in wished {
        let Some(node) = nodes.get_mut(*id) else { continue };
        let left = wish.map_or(free, |wish| wish.saturating_sub(node.width / 2));
        node.x = left.max(free);
        pushed.push(node.x - left);
        free = node.x + node.width + GAP;
    }
    // Nodes with the same best centre are spread to both sides of it.
    let first = wished.first().and_then(|(id, _)| nodes.get(*id)).map_or(0, |node| node.x);
    let back = (pushed.iter().sum::<usize>() / pushed.len().max(1)).min(first);
    for (id, _) in wished {
        if let Some(node) = nodes.get_mut(*id) {
            node.x -= back;
        }
    }
}

/// The lines between two layers. Each turns in a row of its own.
struct Tracks<'a> {
    all: Vec<Track<'a>>,
    turns: usize,
}

struct Track<'a> {
    segment: &'a Segment,
    from: usize,
    to: usize,
    turn: Option<usize>,
}

impl<'a> Tracks<'a> {
    fn of(nodes: &[Node], segments: &[Segment], ours: &[&'a Segment]) -> Self {
        let port = |id: usize, segment: &Segment, below: bool| {
            let Some(node) = nodes.get(id) else { return 0 };
            let other = |segment: &Segment| if below { segment.to } else { segment.from };
            let same = |one: &&Segment| if below { one.from == id } else { one.to == id };
            let centre = |one: &&Segment| nodes.get(other(one)).map_or(0, Node::centre);
            let mut all: Vec<_> = segments.iter().filter(same).collect();
            all.sort_by_key(centre);
            let at = all.iter().position(|one| std::ptr::eq(*one, segment)).unwrap_or(0);
            match all.len() {
                1 => node.centre(),
                several => node.x + (at + 1) * node.width / (several + 1),
            }
        };
        let track = |segment: &&'a Segment| Track {
            segment,
            from: port(segment.from, segment, true),
            to: port(segment.to, segment, false),
            turn: None,
        };
        Self { all: ours.iter().map(track).collect(), turns: 0 }
    }

    /// Assigns rows to the turns, so that lines may cross but never overlap.
    fn sort(&mut self) {
        let mut waiting: Vec<usize> = (0..self.all.len()).collect();
        waiting.retain(|at| self.all.get(*at).is_some_and(|track| track.from != track.to));
        let mut leaving: HashMap<usize, usize> = HashMap::new();
        for track in waiting.iter().filter_map(|at| self.all.get(*at)) {
            *leaving.entry(track.from).or_default() += 1;
        }
        while !waiting.is_empty() {
            // A line can turn if no other line still has to leave at the column where it ends.
            let is_free = |at: &usize| {
                self.all.get(*at).is_none_or(|track| leaving.get(&track.to).is_none_or(|left| *left == 0))
            };
            let next = waiting.iter().position(is_free).unwrap_or(0);
            let at = waiting.remove(next);
            if let Some(track) = self.all.get_mut(at) {
                track.turn = Some(self.turns);
                leaving.entry(track.from).and_modify(|left| *left -= 1);
            }
            self.turns += 1;
        }
    }
}

/// Wraps a name at `widest` cells, between operators where possible.
fn wrapped(text: &str, widest: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let mut word = word.to_owned();
        while let Some(line) = lines.last_mut() {
            let there = measure_text_width(line);
            if there + measure_text_width(word.trim_end()) <= widest {
                line.push_str(&word);
                break;
            }
            if there > 0 {
                lines.push(String::new());
                continue;
            }
            let fits = console::truncate_str(&word, widest, "").into_owned();
            // A character wider than a line would never fit.
            let cut = if fits.is_empty() { word.len() } else { fits.len() };
            let rest = word.split_off(cut);
            line.push_str(&word);
            lines.push(String::new());
            word = rest;
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A plan in which each vertex reads from all before it.
    fn dense(vertices: usize) -> Result<usize> {
        let file = include_str!("../../../../../flink-rest-client/fixtures/2.3.0/GetJob-running.json");
        let mut job = serde_json::from_str::<Value>(file).unwrap()["answer"].take();
        let id = |number: usize| format!("{number:032x}");
        let with = |mut one: Value, member: &str, value: Value| {
            one[member] = value;
            one
        };
        let inputs = |number| {
            (0..number).map(|from| json!({"num": from, "id": id(from), "ship_strategy": "HASH", "exchange": "pipelined_bounded"})).collect()
        };
        let (vertex, node) = (job["vertices"][0].clone(), job["plan"]["nodes"][0].clone());
        job["vertices"] = (0..vertices).map(|number| with(vertex.clone(), "id", id(number).into())).collect();
        let nodes = (0..vertices)
            .map(|number| with(with(node.clone(), "id", id(number).into()), "inputs", inputs(number)));
        job["plan"]["nodes"] = nodes.collect();
        let dataflow = serde_json::from_value(job).unwrap();
        Layout::of(&Graph::of(&dataflow), 20).map(|layout| layout.boxes.len())
    }

    #[test]
    fn a_dense_plan_is_refused() {
        assert_eq!(dense(10).unwrap(), 10);
        assert!(dense(300).unwrap_err().hint.unwrap().contains("-o json"));
    }

    #[test]
    fn long_names_take_several_lines() {
        assert_eq!(wrapped("Source: Orders -> Map -> Sink", 16), ["Source: Orders", "-> Map -> Sink"]);
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("", 3), [""; 0]);
    }
}
