//! `flinkctl job flamegraph`: flame graphs of a job's threads.

use std::{collections::HashMap, fmt::Write as _, path::PathBuf, time::Duration};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{
    FlinkRestClient, JobId, VertexId,
    endpoint::IdKind,
    jobs::flame_graph::{FlameGraphNode, FlameGraphState, FlameGraphType},
};
use inferno::flamegraph::{self, Options};
use tokio::time::Instant;

use crate::{
    app::App,
    command::ClusterCommand,
    error::{Exit, Failure, Result},
    output::{Format, label, plain, say, write_raw},
    partial::Missing,
    resolve,
    save::{Readers, save},
};

pub(crate) const FLAMEGRAPH: ClusterCommand =
    ClusterCommand::new("flamegraph", describe, |app, matches| Box::pin(run(app, matches)));

/// Timeout for Flink's samples, which take a few seconds.
const SAMPLE_TIMEOUT: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// The parts of a flame graph, as messages name them.
const VERTICES: &str = "vertices";

#[derive(Debug, clap::Args)]
struct Arguments {
    /// Job: id, name, or a prefix of either
    #[arg(add = crate::complete::of(IdKind::Job))]
    job: String,
    /// Only this vertex: id, name, or a prefix of either
    vertex: Option<String>,
    /// Threads to sample: running (on_cpu), waiting (off_cpu) or all (mixed)
    #[arg(long = "type", value_name = "TYPE", default_value = "mixed")]
    kind: Kind,
    /// File to write [default: stdout; on a terminal, flamegraph-JOB.svg in this folder]
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
        .about("Draws a flame graph of a job's threads, as an SVG for a browser")
        .after_help(
            "`-o folded` writes one line per stack, with packages, for other tools. Flink begins to sample when it is asked,\n\
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
    let progress = client.job(job).progress().await?;
    let named = progress.vertices.iter();
    let named = named.map(|vertex| (vertex.id, label(&plain(&vertex.name))));
    let mut vertices: Vec<_> = named.collect();
    if let Some(word) = &arguments.vertex {
        let meant = resolve::vertex(client, job, word).await?;
        vertices.retain(|(id, _)| *id == Some(meant));
    }
    let mut missing = Missing::default();
    let name_of = if folded { frame } else { method };
    let stacks = stacks(app, job, &vertices, arguments.kind, name_of, &mut missing).await?;
    let Some(stacks) = stacks else { return missing.end(VERTICES) };
    let text = match folded {
        true => stacks,
        false => draw(&stacks, &format!("{}, {}", plain(&progress.name), title(arguments.kind)))?,
    };
    // Each job and vertex has its own file name, so that none overwrites another.
    let usual = || match vertices.as_slice() {
        [(Some(vertex), _)] if arguments.vertex.is_some() => format!("flamegraph-{job}-{vertex}.svg").into(),
        _ => PathBuf::from(format!("flamegraph-{job}.svg")),
    };
    let file = arguments.file.or_else(|| (app.output.terminal && !folded).then(usual));
    match file {
        Some(path) => {
            let failed =
                |error| Failure::new(Exit::Failed, format!("cannot write {}: {error}", path.display()));
            save(&path, text.as_bytes(), Readers::Usual).map_err(failed)?;
            say!("Written to {}: open it in a browser.", path.display());
        }
        None => write_raw(text.as_bytes())?,
    }
    missing.end(VERTICES)
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::OnCpu => "running threads",
        Kind::OffCpu => "waiting threads",
        Kind::Mixed => "all threads",
    }
}

/// Returns the stacks of these vertices, one per line; with several vertices, below the vertex's name. None if no vertex
/// could be sampled.
async fn stacks(
    app: &App,
    job: JobId,
    vertices: &[(Option<VertexId>, String)],
    kind: Kind,
    name_of: fn(&str) -> String,
    missing: &mut Missing,
) -> Result<Option<String>> {
    // `None`: no timeout.
    let until = Instant::now().checked_add(app.global.limit.left().unwrap_or(SAMPLE_TIMEOUT));
    let calls = vertices.iter().map(|(id, name)| async move {
        match id {
            Some(id) => (name, sampled(&app.client, job, *id, kind, until).await),
            None => (name, Err(flink_ops::Error::NoVertexId.into())),
        }
    });
    let roots = flink_ops::fan_out(calls.collect()).await;
    let kept = |(name, root)| Some((name, missing.keep(format!("vertex {name}"), root)?));
    let roots: Vec<(&String, Option<FlameGraphNode>)> = roots.into_iter().filter_map(kept).collect();
    if roots.is_empty() && !vertices.is_empty() {
        return Ok(None);
    }
    let several = vertices.len() > 1;
    let mut text = String::new();
    for (name, root) in roots.iter().filter_map(|(name, root)| Some((name, root.as_ref()?))) {
        fold(root, if several { frame(name) } else { String::new() }, name_of, &mut text)?;
    }
    match (text.is_empty(), roots.iter().all(|(_, root)| root.is_none())) {
        (false, _) => Ok(Some(text)),
        (true, true) => Err(Failure::new(Exit::Failed, "the job has ended: there are no threads to sample")),
        (true, false) => Err(Failure::new(Exit::Failed, format!("there were no {}", title(kind)))
            .hint("`--type mixed` shows all threads")),
    }
}

/// Waits for the samples of a vertex; none if it has ended.
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
                    late.hint("`flinkctl job get` shows if all its tasks are running; raise --timeout")
                );
            }
            _ => tokio::time::sleep(POLL_INTERVAL).await,
        }
    }
}

/// Bytes of folded stacks. Each line repeats all names above it, so a small answer could produce any number.
const MAX_FOLDED_BYTES: usize = 64 << 20;

/// Writes a line for each stack, with its own samples: `a;b;c 12`.
fn fold(root: &FlameGraphNode, above: String, name_of: fn(&str) -> String, text: &mut String) -> Result<()> {
    // The root is no method. Not recursive: a deep graph would overflow the stack.
    let mut path = above;
    let mut rest: Vec<_> = merged(&root.children).into_iter().map(|nodes| (nodes, path.len())).collect();
    while let Some((nodes, above)) = rest.pop() {
        path.truncate(above);
        if !path.is_empty() {
            path.push(';');
        }
        path.push_str(&name_of(nodes.first().map_or("", |node| &node.name)));
        let samples = |nodes: &mut dyn Iterator<Item = &FlameGraphNode>| {
            nodes.map(|node| u64::from(node.value)).sum::<u64>()
        };
        let below = samples(&mut nodes.iter().flat_map(|node| &node.children));
        let own = samples(&mut nodes.iter().copied()).saturating_sub(below);
        if own > 0 {
            if text.len() + path.len() > MAX_FOLDED_BYTES {
                return Err(too_large());
            }
            let _ = writeln!(text, "{path} {own}");
        }
        let children = merged(nodes.into_iter().flat_map(|node| &node.children));
        rest.extend(children.into_iter().map(|nodes| (nodes, path.len())));
    }
    Ok(())
}

/// Groups nodes by name, in the order of their first: nodes of one name are one stack.
fn merged<'a>(nodes: impl IntoIterator<Item = &'a FlameGraphNode>) -> Vec<Vec<&'a FlameGraphNode>> {
    let (mut places, mut merged) = (HashMap::new(), Vec::<Vec<_>>::new());
    for node in nodes {
        let place = *places.entry(node.name.as_str()).or_insert(merged.len());
        match merged.get_mut(place) {
            Some(nodes) => nodes.push(node),
            None => merged.push(vec![node]),
        }
    }
    merged
}

fn too_large() -> Failure {
    Failure::new(Exit::Failed, "this flame graph is too large to be drawn or folded")
        .hint("`flinkctl vertex flamegraph JOB VERTEX -o json` shows the samples of one vertex")
}

/// Replaces the separator of folded stacks in a name.
fn frame(name: &str) -> String {
    plain(name).replace(';', ",")
}

/// Removes the package of a method, to leave room for its name.
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
    // Java's line number of native methods is -2.
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
    use serde_json::{Value, json};

    use super::*;

    fn root() -> FlameGraphNode {
        let leaf = json!({"name": "java.lang.Thread.sleep:-2", "value": 3, "children": []});
        let run = json!({"name": "java.lang.Thread.run:840", "value": 5, "children": [leaf]});
        serde_json::from_value(json!({"name": "root", "value": 5, "children": [run]})).unwrap()
    }

    fn folded(above: &str) -> String {
        let mut text = String::new();
        fold(&root(), above.into(), frame, &mut text).unwrap();
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

    fn below(levels: usize, leaves: Vec<Value>) -> FlameGraphNode {
        let value = leaves.len();
        let nest =
            |inner: Vec<Value>, _| vec![json!({"name": "m".repeat(600), "value": value, "children": inner})];
        let children = (0..levels).fold(leaves, nest);
        serde_json::from_value(json!({"name": "root", "value": value, "children": children})).unwrap()
    }

    #[test]
    fn stacks_that_are_the_same_are_one() {
        let leaves = vec![json!({"name": "a", "value": 1, "children": []}); 50_000];
        let mut text = String::new();
        fold(&below(40, leaves), String::new(), frame, &mut text).unwrap();
        assert_eq!((text.lines().count(), text.ends_with(";a 50000\n")), (1, true));
    }

    #[test]
    fn stacks_that_repeat_all_above_them_without_end_are_refused() {
        let leaf = |number: u32| json!({"name": number.to_string(), "value": 1, "children": []});
        let mut text = String::new();
        let refused = fold(&below(40, (0..5000).map(leaf).collect()), String::new(), frame, &mut text);
        assert!(refused.unwrap_err().hint.unwrap().contains("-o json"));
        assert!(text.len() <= MAX_FOLDED_BYTES);
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
