//! `flinkctl job flamegraph`: where a job's threads spend their time, as a drawing.

use std::{fmt::Write as _, path::PathBuf, time::Duration};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{
    FlinkRestClient, JobId, VertexId,
    jobs::flame_graph::{FlameGraphNode, FlameGraphState, FlameGraphType},
};
use inferno::flamegraph::{self, Options};
use tokio::{task::JoinSet, time::Instant};

use crate::{
    cli::App,
    commands::Deed,
    error::{Exit, Failure, Result},
    output::{Format, say, tame},
    resolve,
    save::{Readers, save},
};

pub(crate) const FLAMEGRAPH: Deed =
    Deed { name: "flamegraph", reads: false, describe, run: |app, matches| Box::pin(run(app, matches)) };

/// Flink takes its samples within a few seconds.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug, clap::Args)]
struct Arguments {
    /// The job: its id, its name, or the beginning of either
    job: String,
    /// Only this vertex: its id, its name, or the beginning of either
    vertex: Option<String>,
    /// Which threads count: those that work, those that wait, or all
    #[arg(long = "type", value_name = "TYPE", default_value = "mixed")]
    kind: Kind,
    /// Where to write it, instead of stdout; on a terminal, a file in this folder is the default
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Kind {
    #[value(name = "on_cpu", alias = "on-cpu")]
    OnCpu,
    #[value(name = "off_cpu", alias = "off-cpu")]
    OffCpu,
    #[value(alias = "full")]
    Mixed,
}

impl From<Kind> for FlameGraphType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::OnCpu => Self::OnCpu,
            Kind::OffCpu => Self::OffCpu,
            Kind::Mixed => Self::Full,
        }
    }
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Draws where the threads of a job spend their time, as an SVG to look at in a browser")
        .after_help(
            "`-o folded` writes a line for each stack instead, with packages, for other tools. Flink begins to sample when it is asked,\n\
             which takes some seconds.\n\nExamples:\n  flinkctl job flamegraph Orders > orders.svg\n  \
             flinkctl job flamegraph Orders Count --type on_cpu -o folded",
        )
}

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let folded = match app.output.format {
        Format::Folded => true,
        Format::Svg | Format::Table | Format::Tsv => false,
        _ => return Err(Failure::usage("a flame graph is written with -o svg or -o folded")),
    };
    let client = &app.client;
    let job = resolve::job(client, &arguments.job).await?;
    let details = client.job(job).details().await?;
    let mut vertices: Vec<_> =
        details.vertices.iter().map(|vertex| (vertex.id, tame(&vertex.name))).collect();
    if let Some(word) = &arguments.vertex {
        let meant = resolve::vertex(client, job, word).await?;
        vertices.retain(|(id, _)| *id == meant);
    }
    let stacks = stacks(app, job, &vertices, arguments.kind, if folded { frame } else { method }).await?;
    let text = match folded {
        true => stacks,
        false => draw(&stacks, &format!("{}, {}", tame(&details.name), title(arguments.kind)))?,
    };
    // Each has its own, so that none takes the place of another.
    let usual = || match vertices.as_slice() {
        [(vertex, _)] if arguments.vertex.is_some() => format!("flamegraph-{job}-{vertex}.svg").into(),
        _ => PathBuf::from(format!("flamegraph-{job}.svg")),
    };
    let file = arguments.file.or_else(|| (app.output.terminal && !folded).then(usual));
    match file {
        Some(path) => {
            let failed =
                |error| Failure::new(Exit::Failed, format!("cannot write {}: {error}", path.display()));
            save(&path, text.as_bytes(), Readers::Usual).map_err(failed)?;
            say!("Written to {}; a browser shows it.", path.display());
            Ok(())
        }
        None => Ok(std::io::Write::write_all(&mut app.output.stdout()?, text.as_bytes())?),
    }
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::OnCpu => "threads that work",
        Kind::OffCpu => "threads that wait",
        Kind::Mixed => "all threads",
    }
}

/// The stacks of these vertices, a line each; if there are several, each below its vertex.
async fn stacks(
    app: &App,
    job: JobId,
    vertices: &[(VertexId, String)],
    kind: Kind,
    name_of: fn(&str) -> String,
) -> Result<String> {
    // None is never.
    let until = Instant::now().checked_add(app.global.timeout.unwrap_or(PATIENCE));
    let mut asked = JoinSet::new();
    for (id, name) in vertices.iter().cloned() {
        let client = app.client.clone();
        asked.spawn(async move { sampled(&client, job, id, kind, until).await.map(|root| (name, root)) });
    }
    let roots = asked.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    let several = vertices.len() > 1;
    let mut text = String::new();
    for (name, root) in roots.iter().filter_map(|(name, root)| Some((name, root.as_ref()?))) {
        fold(root, if several { frame(name) } else { String::new() }, name_of, &mut text);
    }
    match (text.is_empty(), roots.iter().all(|(_, root)| root.is_none())) {
        (false, _) => Ok(text),
        (true, true) => Err(Failure::new(Exit::Failed, "it has ended, there is nothing to sample")),
        (true, false) => Err(Failure::new(Exit::Failed, format!("there were no {}", title(kind)))
            .hint("`--type mixed` shows all threads")),
    }
}

/// The samples of a vertex, once Flink has taken them; none if it has ended.
async fn sampled(
    client: &FlinkRestClient,
    job: JobId,
    id: VertexId,
    kind: Kind,
    until: Option<Instant>,
) -> Result<Option<FlameGraphNode>> {
    loop {
        let graph = client.job(job).vertex(id).flame_graph().kind(FlameGraphType::from(kind)).await?;
        match graph.state {
            FlameGraphState::Sampled(_) => return Ok(graph.data),
            FlameGraphState::Terminated => return Ok(None),
            FlameGraphState::Disabled => {
                let disabled = Failure::new(Exit::Failed, "flame graphs are switched off on this cluster");
                return Err(disabled.hint(
                    "set `rest.flamegraph.enabled: true` in the JobManager's configuration, and restart it",
                ));
            }
            _ if until.is_some_and(|until| Instant::now() > until) => {
                let late = Failure::new(Exit::Timeout, "Flink has not sampled it yet");
                return Err(
                    late.hint("do all its tasks run? `flinkctl job get` tells; allow more with --timeout")
                );
            }
            _ => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// A line for each stack that samples ended in: `a;b;c 12`.
fn fold(root: &FlameGraphNode, above: String, name_of: fn(&str) -> String, text: &mut String) {
    // The root is no method. Deep stacks would not fit on ours.
    let mut rest: Vec<_> = root.children.iter().map(|child| (child, above.clone())).collect();
    while let Some((node, above)) = rest.pop() {
        let path =
            if above.is_empty() { name_of(&node.name) } else { format!("{above};{}", name_of(&node.name)) };
        let below: u64 = node.children.iter().map(|child| u64::from(child.value)).sum();
        let own = u64::from(node.value).saturating_sub(below);
        if own > 0 {
            let _ = writeln!(text, "{path} {own}");
        }
        rest.extend(node.children.iter().map(|child| (child, path.clone())));
    }
}

/// A name without what ends one.
fn frame(name: &str) -> String {
    tame(name).replace([';', '\n'], ",")
}

/// A method without its package, which would leave no room for its name in a drawing.
fn method(name: &str) -> String {
    let name = frame(name);
    let is_package =
        |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let mut rest = name.as_str();
    while let Some((package, after)) = rest.split_once('.') {
        if !is_package(package) || !after.contains('.') {
            break;
        }
        rest = after;
    }
    // What Java says of a method that has no lines.
    rest.strip_suffix(":-2").map_or_else(|| rest.to_owned(), |native| format!("{native} (native)"))
}

fn draw(stacks: &str, title: &str) -> Result<String> {
    let mut options = Options::default();
    options.title = title.into();
    options.count_name = "samples".into();
    options.hash = true;
    let mut svg = Vec::new();
    flamegraph::from_lines(&mut options, stacks.lines(), &mut svg)?;
    Ok(String::from_utf8_lossy(&svg).into_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn root() -> FlameGraphNode {
        let leaf = json!({"name": "java.lang.Thread.sleep:-2", "value": 3, "children": []});
        let run = json!({"name": "java.lang.Thread.run:840", "value": 5, "children": [leaf]});
        serde_json::from_value(json!({"name": "root", "value": 5, "children": [run]})).unwrap()
    }

    fn folded(above: &str) -> String {
        let mut text = String::new();
        fold(&root(), above.into(), frame, &mut text);
        text
    }

    #[test]
    fn stacks_have_the_samples_that_ended_in_them() {
        assert_eq!(
            folded(""),
            "java.lang.Thread.run:840 2\njava.lang.Thread.run:840;java.lang.Thread.sleep:-2 3\n"
        );
        assert!(folded("Map, Sink").lines().all(|line| line.starts_with("Map, Sink;java.lang.Thread.run")));
    }

    #[test]
    fn a_drawing_has_room_for_methods_only() {
        assert_eq!(method("org.apache.flink.runtime.tasks.StreamTask.invoke:12"), "StreamTask.invoke:12");
        assert_eq!(method("jdk.internal.misc.Unsafe.park:-2"), "Unsafe.park (native)");
        assert_eq!(method("Main.main:1"), "Main.main:1");
        assert_eq!(method("lower.main:1"), "lower.main:1");
    }

    #[test]
    fn the_drawing_names_methods_and_samples() {
        let svg = draw(&folded(""), "Orders").unwrap();
        assert!(
            svg.starts_with("<?xml") && svg.contains("<title>java.lang.Thread.sleep:-2 (3 samples, 60.00%)")
        );
    }
}
