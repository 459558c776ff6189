//! Generates the table in docs/endpoints.md from `ENDPOINTS`.

use std::{fmt::Write, fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use flink_rest_client::{ENDPOINTS, endpoint::Spec};

const BEGIN: &str = "<!-- endpoints: written by `cargo xtask endpoints` -->\n";
const END: &str = "<!-- /endpoints -->";

/// The groups of the Python client's mapping page, and the endpoints that it lacked; the first match counts.
const GROUPS: &[(&str, &[&str])] = &[
    ("Subtasks", &["/jobs/{job}/vertices/{vertex}/subtasks", "/jobs/{job}/vertices/{vertex}/accumulators"]),
    ("Job vertices", &["/jobs/{job}/vertices"]),
    ("Jobs", &["/jobs"]),
    ("Jars", &["/jars"]),
    ("Jobmanager", &["/jobmanager"]),
    ("Taskmanagers", &["/taskmanagers"]),
    ("Applications", &["/applications"]),
    ("Cluster", &[""]),
];

/// The order of that page.
pub(crate) const ORDER: &[&str] =
    &["Cluster", "Jobmanager", "Taskmanagers", "Jars", "Jobs", "Job vertices", "Subtasks", "Applications"];

#[derive(clap::Args)]
pub struct Arguments {
    /// Fail if the table is out of date; write nothing
    #[arg(long)]
    check: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.check {
        return check();
    }
    write()
}

pub fn write() -> Result<()> {
    let (path, now) = (path(), read()?);
    fs::write(path, with_table(&now)?)?;
    Ok(())
}

pub fn check() -> Result<()> {
    let now = read()?;
    if with_table(&now)? != now {
        bail!("docs/endpoints.md is out of date; write it with: cargo xtask endpoints");
    }
    Ok(())
}

fn path() -> PathBuf {
    flink_workspace::root().join("docs/endpoints.md")
}

fn read() -> Result<String> {
    fs::read_to_string(path()).context("docs/endpoints.md")
}

fn with_table(page: &str) -> Result<String> {
    let (before, rest) =
        page.split_once(BEGIN).with_context(|| format!("docs/endpoints.md has no line {BEGIN}"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("docs/endpoints.md has no {END}"))?;
    Ok(format!("{before}{BEGIN}{}{END}{after}", table()))
}

fn table() -> String {
    let mut text = String::new();
    for group in ORDER {
        let _ = write!(
            text,
            "\n**{group}**\n\n| REST endpoint | Rust | Python client | Flink |\n| --- | --- | --- | --- |\n"
        );
        for spec in ENDPOINTS.iter().filter(|spec| group_of(spec) == *group) {
            let rust = spec
                .handle
                .map_or_else(|| format!("by name: `{}`", spec.name), |handle| format!("`{handle}`"));
            let python = spec.python.map(|python| format!("`{python}`")).unwrap_or_default();
            let versions = match (spec.since, spec.until) {
                (Some(since), Some(until)) => format!("{since} to {until}"),
                (Some(since), None) => format!("{since}+"),
                (None, Some(until)) => format!("up to {until}"),
                (None, None) => String::new(),
            };
            let _ = writeln!(text, "| `{} {}` | {rust} | {python} | {versions} |", spec.method, spec.path);
        }
    }
    text.push('\n');
    text
}

pub(crate) fn group_of(spec: &Spec) -> &'static str {
    let fits = |prefixes: &&[&str]| prefixes.iter().any(|prefix| spec.path.starts_with(prefix));
    GROUPS.iter().find(|(_, prefixes)| fits(prefixes)).map_or("Cluster", |(name, _)| name)
}
