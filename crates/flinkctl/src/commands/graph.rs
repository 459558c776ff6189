//! `flinkctl job graph`: the dataflow of a job as a drawing.

mod boxes;
mod layout;
mod svg;

use std::{collections::HashMap, fmt::Write as _, io::Write as _};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{
    VertexId,
    jobs::{details::JobDetails, plan::Input, vertices::JobVertex},
};
use serde_json::json;

use crate::{
    cli::App,
    commands::{Deed, jar},
    error::{Failure, Result},
    output::{Format, tame},
    resolve,
};

pub(crate) const GRAPH: Deed =
    Deed { name: "graph", reads: true, describe, run: |app, matches| Box::pin(run(app, matches)) };

#[derive(Debug, clap::Args)]
struct Arguments {
    /// The job: its id, its name, or the beginning of either
    job: String,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Draws the vertices of a job and what flows between them")
        .after_help(
            "In the terminal, or with -o as svg, mermaid or dot; -o json and -o yaml are its plan.\n\n\
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
    let details = app.client.job(job).details().await?;
    let graph = Graph::of(&details);
    let text = match app.output.format {
        Format::Svg => svg::draw(&graph)?,
        Format::Mermaid => graph.mermaid(),
        Format::Dot => graph.dot(),
        Format::Folded => return Err(Failure::usage("only flame graphs are folded")),
        _ => boxes::draw(&graph, app.output.width)?,
    };
    Ok(app.output.stdout()?.write_all(text.as_bytes())?)
}

/// The vertices in the order of the stream, with what flows into each.
struct Graph<'a> {
    vertices: Vec<(&'a JobVertex, Vec<Flow<'a>>)>,
}

/// What comes from another vertex.
struct Flow<'a> {
    from: usize,
    how: &'a str,
}

impl<'a> Graph<'a> {
    fn of(details: &'a JobDetails) -> Self {
        let numbers: HashMap<VertexId, usize> =
            details.vertices.iter().zip(0..).map(|(vertex, number)| (vertex.id, number)).collect();
        let flow = |input: &'a Input| {
            let how = input.ship_strategy.as_deref().unwrap_or_default();
            numbers.get(&input.id).map(|from| Flow { from: *from, how })
        };
        // Of several nodes with an id, the first counts.
        let nodes: HashMap<VertexId, _> =
            details.plan.nodes.iter().rev().map(|node| (node.id, &node.inputs)).collect();
        let inputs = |id: VertexId| nodes.get(&id).into_iter().copied().flatten().filter_map(flow).collect();
        Self { vertices: details.vertices.iter().map(|vertex| (vertex, inputs(vertex.id))).collect() }
    }

    /// `RUNNING × 4`.
    fn state(&self, vertex: usize) -> String {
        let Some((vertex, _)) = self.vertices.get(vertex) else { return String::new() };
        let subtasks = vertex.parallelism.map(|parallelism| format!(" × {parallelism}")).unwrap_or_default();
        format!("{}{subtasks}", vertex.status)
    }

    fn mermaid(&self) -> String {
        let mut text = String::from("flowchart TD\n");
        for (number, (vertex, flows)) in self.vertices.iter().enumerate() {
            // Mermaid reads HTML's own names for what would end the text.
            let name = tame(&vertex.name).replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
            let _ = writeln!(text, "  v{number}[\"{name} × {}\"]", vertex.parallelism.unwrap_or(1));
            for Flow { from, how } in flows {
                let _ = writeln!(text, "  v{from} -->|{}| v{number}", how.to_lowercase());
            }
        }
        text
    }

    fn dot(&self) -> String {
        let mut text = String::from("digraph job {\n  node [shape=box];\n");
        for (number, (vertex, flows)) in self.vertices.iter().enumerate() {
            let name = tame(&vertex.name).replace('\\', "\\\\").replace('"', "\\\"");
            let _ = writeln!(text, "  v{number} [label=\"{name}\\n× {}\"];", vertex.parallelism.unwrap_or(1));
            for Flow { from, how } in flows {
                let _ = writeln!(text, "  v{from} -> v{number} [label=\"{}\"];", how.to_lowercase());
            }
        }
        text + "}\n"
    }
}
