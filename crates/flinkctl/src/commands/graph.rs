//! `flinkctl job graph`: the dataflow of a job as a drawing.

use std::{collections::HashMap, fmt::Write as _, io::Write as _};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use console::measure_text_width;
use flink_rest_client::{
    VertexId,
    jobs::{details::JobDetails, plan::Input, vertices::JobVertex},
};

use crate::{
    cli::App,
    commands::Deed,
    error::Result,
    output::{colour, tame},
    resolve,
};

pub(crate) const GRAPH: Deed =
    Deed { name: "graph", reads: true, describe, run: |app, matches| Box::pin(run(app, matches)) };

#[derive(Debug, clap::Args)]
struct Arguments {
    /// The job: its id, its name, or the beginning of either
    job: String,
    /// What to draw it with
    #[arg(short, long = "as", value_name = "LANGUAGE", default_value = "boxes")]
    drawing: Drawing,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Drawing {
    /// In the terminal
    Boxes,
    Mermaid,
    /// Graphviz
    Dot,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Draws the vertices of a job and what flows between them")
        .after_help("Example:\n  flinkctl job graph Orders --as dot | dot -Tsvg > orders.svg")
}

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let Arguments { job, drawing } = Arguments::from_arg_matches(matches)?;
    let details = app.client.job(resolve::job(&app.client, &job).await?).details().await?;
    let graph = Graph::of(&details);
    let text = match drawing {
        Drawing::Boxes => graph.boxes(),
        Drawing::Mermaid => graph.mermaid(),
        Drawing::Dot => graph.dot(),
    };
    Ok(app.output.stdout()?.write_all(text.as_bytes())?)
}

/// The vertices in the order of the stream, numbered from 1, with what flows into each.
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
            details.vertices.iter().zip(1..).map(|(vertex, number)| (vertex.id, number)).collect();
        let flow = |input: &'a Input| {
            let how = input.ship_strategy.as_deref().unwrap_or_default();
            numbers.get(&input.id).map(|from| Flow { from: *from, how })
        };
        let inputs = |id: VertexId| {
            let node = details.plan.nodes.iter().find(|node| node.id == id);
            node.into_iter().flat_map(|node| &node.inputs).filter_map(flow).collect()
        };
        Self { vertices: details.vertices.iter().map(|vertex| (vertex, inputs(vertex.id))).collect() }
    }

    /// Boxes one below the other; an arrow comes from the box above, or names the ones it comes from.
    fn boxes(&self) -> String {
        let mut text = String::new();
        for (number, (vertex, flows)) in (1..).zip(&self.vertices) {
            for Flow { from, how } in flows {
                let source = if from + 1 == number { String::new() } else { format!(" from {from}") };
                let _ = writeln!(text, "    │ {}{source}", how.to_lowercase());
            }
            if !flows.is_empty() {
                text.push_str("    ▼\n");
            }
            let title = format!("{number}  {}", tame(&vertex.name));
            let state = vertex.status.to_string();
            let subtasks =
                vertex.parallelism.map(|parallelism| format!(" × {parallelism}")).unwrap_or_default();
            let style = colour(&state);
            let (above, below) =
                (measure_text_width(&title), 3 + state.len() + measure_text_width(&subtasks));
            let width = above.max(below);
            let pad = |shown: usize| " ".repeat(width.saturating_sub(shown));
            let line = "─".repeat(width + 2);
            let _ = writeln!(text, "┌{line}┐\n│ {title}{} │", pad(above));
            let _ = writeln!(text, "│    {style}{state}{style:#}{subtasks}{} │\n└{line}┘", pad(below));
        }
        text
    }

    fn mermaid(&self) -> String {
        let mut text = String::from("flowchart TD\n");
        for (number, (vertex, flows)) in (1..).zip(&self.vertices) {
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
        for (number, (vertex, flows)) in (1..).zip(&self.vertices) {
            let name = tame(&vertex.name).replace('\\', "\\\\").replace('"', "\\\"");
            let _ = writeln!(text, "  v{number} [label=\"{name}\\n× {}\"];", vertex.parallelism.unwrap_or(1));
            for Flow { from, how } in flows {
                let _ = writeln!(text, "  v{from} -> v{number} [label=\"{}\"];", how.to_lowercase());
            }
        }
        text + "}\n"
    }
}
