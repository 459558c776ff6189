//! The layers of the client and of flinkctl: each imports only from those below it, and no circle of imports is large. What
//! counts are the `use` lines.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A crate, its modules from the bottom to the top, and the files that its largest circle may have.
struct Layered {
    sources: &'static str,
    /// Each may import from those before it, and from itself.
    layers: &'static [&'static str],
    largest_circle: usize,
}

const CRATES: [Layered; 2] = [
    Layered {
        sources: "crates/flink-rest-client/src",
        layers: &["value", "error", "endpoint", "client", "rest", "logs"],
        largest_circle: 12,
    },
    Layered {
        sources: "crates/flinkctl/src",
        layers: &[
            "error",
            "json",
            "limit",
            "nearest",
            "view",
            "output",
            "shell",
            "save",
            "context",
            "app",
            "resolve",
            "complete",
            "confirm",
            "metrics",
            "signals",
            "progress",
            "operation",
            "wait",
            "endpoint_command",
            "command",
            "partial",
            "commands",
            "all_contexts",
            "cli",
            "clap_errors",
        ],
        largest_circle: 8,
    },
];

#[test]
fn imports_point_down() {
    for house in &CRATES {
        let (imports, _) = imports_of(house);
        let layer = |module: &str| house.layers.iter().position(|layer| top(module) == *layer);
        let upward = imports.iter().filter(|import| layer(&import.to) > layer(&import.from));
        let upward: Vec<_> = upward.map(|import| format!("{}: {}", import.from, import.line)).collect();
        assert!(
            upward.is_empty(),
            "{}: these import from a layer above:\n{}",
            house.sources,
            upward.join("\n")
        );
        let unknown: Vec<_> =
            imports.iter().map(|import| &import.from).filter(|from| layer(from).is_none()).collect();
        assert!(unknown.is_empty(), "{}: no layer is theirs: {unknown:?}", house.sources);
    }
}

#[test]
fn no_circle_of_imports_is_large() {
    for house in &CRATES {
        let (imports, modules) = imports_of(house);
        let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for module in &modules {
            let (mut seen, mut open) = (BTreeSet::new(), vec![module.as_str()]);
            while let Some(from) = open.pop() {
                let next =
                    imports.iter().filter(|import| import.from == from).map(|import| import.to.as_str());
                open.extend(next.filter(|to| seen.insert(*to)));
            }
            reached.insert(module, seen);
        }
        for (module, others) in &reached {
            let circle: Vec<_> = others.iter().filter(|other| reached[*other].contains(module)).collect();
            assert!(circle.len() <= house.largest_circle, "{}: {circle:?} import each other", house.sources);
            let folders: BTreeSet<_> = circle.iter().map(|module| top(module)).collect();
            assert!(folders.len() <= 1, "{}: a circle goes through {folders:?}: {circle:?}", house.sources);
        }
    }
}

/// One module of a crate that imports something from another one.
#[derive(Debug)]
struct Import {
    from: String,
    to: String,
    line: String,
}

fn top(module: &str) -> &str {
    module.split("::").next().unwrap_or_default()
}

/// All imports between the modules of a crate, as its `use` lines have them, and the modules.
fn imports_of(house: &Layered) -> (Vec<Import>, BTreeSet<String>) {
    let root = flink_workspace::root().join(house.sources);
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let module = |file: &Path| {
        let parts: Vec<_> = file
            .strip_prefix(&root)
            .unwrap()
            .with_extension("")
            .iter()
            .map(|part| part.to_str().unwrap().to_owned())
            .collect();
        parts.join("::")
    };
    let texts: BTreeMap<_, _> = files.iter().map(|file| (module(file), code(file))).collect();
    let modules: BTreeSet<_> = texts.keys().filter(|module| *module != "lib").cloned().collect();
    // Names that the crate's root hands on.
    let mut root_names = BTreeMap::new();
    for path in uses(&texts["lib"]).iter().flat_map(|(_, paths)| paths) {
        if let Some(to) = path.strip_prefix("crate::").and_then(|path| longest(&modules, path)) {
            root_names.insert(path.rsplit("::").next().unwrap_or_default().to_owned(), to);
        }
    }
    let mut imports = Vec::new();
    for (from, text) in
        texts.iter().filter(|(module, _)| modules.contains(*module) && !module.ends_with("tests"))
    {
        for (line, paths) in uses(text) {
            for path in paths {
                let Some(path) = absolute(from, &path) else { continue };
                let name = path.split("::").next().unwrap_or_default();
                let Some(to) = longest(&modules, &path).or_else(|| root_names.get(name).cloned()) else {
                    continue;
                };
                if to != *from {
                    imports.push(Import { from: from.clone(), to, line: line.clone() });
                }
            }
        }
    }
    assert!(imports.len() > modules.len(), "hardly any imports were found: {imports:?}");
    (imports, modules)
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => rust_files(&path, files),
            false => {
                files.extend(path.extension().is_some_and(|extension| extension == "rs").then_some(path))
            }
        }
    }
}

/// The code of a file, without its comments and unit tests.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The longest path of a module that this one begins with.
fn longest(modules: &BTreeSet<String>, path: &str) -> Option<String> {
    let parts: Vec<_> = path.split("::").collect();
    (1..=parts.len()).rev().map(|length| parts[..length].join("::")).find(|module| modules.contains(module))
}

/// A path from the crate's root; none for another crate's.
fn absolute(module: &str, path: &str) -> Option<String> {
    if let Some(rest) = path.strip_prefix("crate::") {
        return Some(rest.to_owned());
    }
    let (mut place, mut rest) = (module, path);
    if let Some(inner) = rest.strip_prefix("self::") {
        return Some(format!("{module}::{inner}"));
    }
    rest.starts_with("super::").then_some(())?;
    while let Some(outer) = rest.strip_prefix("super::") {
        rest = outer;
        place = place.rsplit_once("::").map_or("", |(outer, _)| outer);
    }
    Some(if place.is_empty() { rest.to_owned() } else { format!("{place}::{rest}") })
}

/// Each `use` of a file: its text in one line, and the paths that it names.
fn uses(text: &str) -> Vec<(String, Vec<String>)> {
    let starts = text.match_indices("use ").filter(|(at, _)| {
        let line = text[..*at].rsplit('\n').next().unwrap_or_default().trim_start();
        line.is_empty() || line.starts_with("pub")
    });
    let statement = |(at, _)| {
        let text: &str = &text[at..];
        let text = text.split(';').next().unwrap_or_default();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut paths = Vec::new();
        expand("", line.trim_start_matches("use ").trim(), &mut paths);
        (line, paths)
    };
    starts.map(statement).collect()
}

/// The paths of a tree such as `crate::{a, b::{c, d}}`.
fn expand(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let Some((before, inner)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default().trim();
        return paths.extend(
            (!path.is_empty()).then(|| format!("{prefix}{path}").trim_end_matches("::self").to_owned()),
        );
    };
    let (mut depth, mut start) = (0, 0);
    let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
    let prefix = format!("{prefix}{}", before.trim());
    for (at, character) in inner.char_indices().chain([(inner.len(), ',')]) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&prefix, inner[start..at].trim(), paths);
                start = at + 1;
            }
            _ => {}
        }
    }
}
