//! `flinkctl job graph`: the dataflow of a job as a drawing.

mod boxes;
mod layout;
mod svg;

use std::{collections::HashMap, fmt::Write as _};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{VertexId, endpoint::IdKind, lenient};
use serde::Deserialize;
use serde_json::json;

use crate::{
    app::App,
    command::ClusterCommand,
    commands::jar,
    error::{Failure, Result},
    output::{Format, plain, write_raw},
    resolve,
};

pub(crate) const GRAPH: ClusterCommand =
    ClusterCommand::new("graph", describe, |app, matches| Box::pin(run(app, matches))).read_only();

#[derive(Debug, clap::Args)]
struct Arguments {
    /// Job: id, name, or a prefix of either
    #[arg(add = crate::complete::of(IdKind::Job))]
    job: String,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Draws the dataflow of a job: its vertices and their connections")
        .after_help(
            "The default is a drawing for the terminal; -o svg, mermaid and dot are other drawings, -o json and yaml the job's plan.\n\n\
             Example:\n  flinkctl job graph Orders -o svg > orders.svg",
        )
}

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Arguments { job } = Arguments::from_arg_matches(matches)?;
    let job = resolve::job(&app.client, &job).await?;
    if matches!(app.output.format, Format::Json | Format::Yaml | Format::Name) {
        let answer = app.client.request_by_name("GetJobPlan", json!({ "job": job })).await?;
        return app.output.answer(&answer, &[jar::PLAN]);
    }
    let dataflow = app.client.request_by_name("GetJob", json!({ "job": job })).await?.decode()?;
    let graph = Graph::of(&dataflow);
    let text = match app.output.format {
        Format::Svg => svg::draw(&graph)?,
        Format::Mermaid => graph.mermaid(),
        Format::Dot => graph.dot(),
        Format::Folded => return Err(Failure::usage("-o folded is for flame graphs")),
        _ => return boxes::draw(&graph, app.output.width, &mut app.output.stdout()?),
    };
    Ok(write_raw(text.as_bytes())?)
}

/// The drawn parts of a job's details. Unreadable values are left out.
#[derive(Deserialize)]
struct Dataflow {
    #[serde(default, deserialize_with = "lenient::list")]
    vertices: Vec<Vertex>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    plan: Plan,
}

#[derive(Deserialize)]
struct Vertex {
    #[serde(default, deserialize_with = "lenient::or_default")]
    id: Option<VertexId>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    name: String,
    #[serde(default, deserialize_with = "lenient::or_default")]
    status: String,
    #[serde(default, deserialize_with = "lenient::or_default")]
    parallelism: Option<u32>,
}

#[derive(Default, Deserialize)]
struct Plan {
    #[serde(default, deserialize_with = "lenient::list")]
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: VertexId,
    #[serde(default, deserialize_with = "lenient::list")]
    inputs: Vec<Input>,
}

#[derive(Deserialize)]
struct Input {
    id: VertexId,
    #[serde(default, deserialize_with = "lenient::or_default")]
    ship_strategy: String,
}

/// The vertices in the order of the dataflow, with their inputs.
struct Graph<'a> {
    vertices: Vec<(&'a Vertex, Vec<Flow>)>,
}

/// An input of a vertex.
struct Flow {
    /// Number of the upstream vertex.
    from: usize,
    /// Ship strategy, such as `HASH`.
    how: String,
}

impl<'a> Graph<'a> {
    fn of(dataflow: &'a Dataflow) -> Self {
        let numbered = dataflow.vertices.iter().zip(0..);
        let numbers: HashMap<VertexId, usize> =
            numbered.filter_map(|(vertex, number)| Some((vertex.id?, number))).collect();
        let flow = |input: &'a Input| {
            let how = one_line(&input.ship_strategy);
            numbers.get(&input.id).map(|from| Flow { from: *from, how })
        };
        // Of several nodes with one id, the first counts.
        let nodes: HashMap<VertexId, _> =
            dataflow.plan.nodes.iter().rev().map(|node| (node.id, &node.inputs)).collect();
        let inputs = |vertex: &Vertex| {
            let inputs = vertex.id.and_then(|id| nodes.get(&id).copied());
            inputs.into_iter().flatten().filter_map(flow).collect()
        };
        Self { vertices: dataflow.vertices.iter().map(|vertex| (vertex, inputs(vertex))).collect() }
    }

    /// Formats state and parallelism: `RUNNING × 4`.
    fn state(&self, vertex: usize) -> String {
        let Some((vertex, _)) = self.vertices.get(vertex) else { return String::new() };
        let subtasks = vertex.parallelism.map(|parallelism| format!(" × {parallelism}")).unwrap_or_default();
        format!("{}{subtasks}", one_line(vertex.status.as_str()))
    }

    fn mermaid(&self) -> String {
        let mut text = String::from("flowchart TD\n");
        for (number, (vertex, flows)) in self.vertices.iter().enumerate() {
            let name = in_mermaid(&one_line(&vertex.name));
            let _ = writeln!(text, "  v{number}[\"{name} × {}\"]", vertex.parallelism.unwrap_or(1));
            for Flow { from, how } in flows {
                let _ = writeln!(text, "  v{from} -->|\"{}\"| v{number}", in_mermaid(&how.to_lowercase()));
            }
        }
        text
    }

    fn dot(&self) -> String {
        let mut text = String::from("digraph job {\n  node [shape=box];\n");
        for (number, (vertex, flows)) in self.vertices.iter().enumerate() {
            let name = in_dot(&one_line(&vertex.name));
            let _ = writeln!(text, "  v{number} [label=\"{name}\\n× {}\"];", vertex.parallelism.unwrap_or(1));
            for Flow { from, how } in flows {
                let _ = writeln!(text, "  v{from} -> v{number} [label=\"{}\"];", in_dot(&how.to_lowercase()));
            }
        }
        text + "}\n"
    }
}

fn one_line(text: &str) -> String {
    plain(text)
}

/// Escapes a quoted text of Mermaid: characters that would end it, or begin a directive (`%%{`), Markdown or HTML.
fn in_mermaid(text: &str) -> String {
    let mut quoted = String::new();
    for c in text.chars() {
        match c {
            '&' => quoted.push_str("&amp;"),
            '"' => quoted.push_str("&quot;"),
            '<' => quoted.push_str("&lt;"),
            '#' | '%' | '`' | '\\' => quoted.push_str(&format!("#{};", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted
}

/// Escapes a quoted text of Graphviz.
fn in_dot(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
