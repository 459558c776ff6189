//! The tests on real Flinks, release by release, and the table of the endpoints that they called.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
};

use anyhow::{Context, Result, bail};
use flink_local::{Distribution, Progress};
use flink_rest_client::{ENDPOINTS, FlinkVersion};

use crate::{cargo, setup, spec};

/// Endpoints that no cluster of ours answers well, and why.
const NEVER_WELL: &[(&str, &str)] = &[
    (
        "SendCoordinationRequest",
        "wants an operator whose coordinator answers requests, such as that of the table API's collect sink",
    ),
    ("TriggerRescaling", "is switched off in all releases since 1.9"),
    ("GetRescaling", "knows of no rescaling, as none can be triggered"),
    ("YarnStopJob", "answers 308 in all releases"),
];

const BEGIN: &str = "<!-- live: written by `cargo xtask live --write` -->\n";
const END: &str = "<!-- /live -->";

/// The releases that the command line is tried on: what it does does not differ between them.
const FLINKCTL: &[&str] = &["2.3.0", "1.20.5"];

/// The releases that `flink-local` is tried on, whatever is asked for.
pub const LOCAL: &[&str] = &["2.3.0", "1.20.5"];

/// Tests that belong together.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Suite {
    /// `flink-local`: clusters start, fail and stop
    Local,
    /// The client: each endpoint
    Client,
    /// `flink-ops` and its examples, on the newest
    Ops,
    /// The command line, on the newest 2.x and 1.x
    Flinkctl,
}

#[derive(clap::Args)]
pub struct Arguments {
    /// What is tested [default: all]
    #[arg(value_enum)]
    suites: Vec<Suite>,
    /// The releases; `all` for all that are supported
    #[arg(long, value_name = "VERSION", value_delimiter = ',', default_value = flink_local::NEWEST)]
    flink: Vec<String>,
    /// Puts the results into the table in docs/live.md
    #[arg(long)]
    write: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    setup::jdk()?;
    setup::programs(&[setup::PROXIES, setup::MAVEN, setup::TERMINAL].concat())?;
    let asked = |suite| arguments.suites.is_empty() || arguments.suites.contains(&suite);
    if asked(Suite::Local) {
        obtain(LOCAL)?;
        cargo("test --workspace --test live_local", &[])?;
    }
    let mut rows = BTreeMap::new();
    for version in setup::releases(&arguments.flink) {
        obtain(&[&version])?;
        if asked(Suite::Client) {
            spec::check(&version)?;
            rows.insert(version.clone(), client(&version)?);
        }
        if asked(Suite::Ops) && version == flink_local::NEWEST {
            cargo("test --workspace --test live_ops", &[("FLINK_VERSION", &version)])?;
        }
        if asked(Suite::Flinkctl) && FLINKCTL.contains(&version.as_str()) {
            cargo("test --workspace --test live_flinkctl", &[("FLINK_VERSION", &version)])?;
        }
    }
    if !rows.is_empty() {
        println!("\n{}", table(&rows));
    }
    if arguments.write {
        write(rows)?;
    }
    Ok(())
}

/// Downloads releases before the tests start, whose timeouts allow for none.
pub fn obtain(versions: &[&str]) -> Result<()> {
    for version in versions {
        Distribution::obtain(version, Progress::Stderr)?;
    }
    Ok(())
}

/// Tests the client on one release, and returns what was called: an error if a test failed, or an endpoint was left out.
fn client(version: &str) -> Result<String> {
    let folder = flink_workspace::root().join("target/live");
    fs::create_dir_all(&folder)?;
    let calls = folder.join(version);
    let _ = fs::remove_file(&calls);
    // Most of them wait for a Flink most of the time.
    let environment = [
        ("FLINK_VERSION", version),
        ("FLINK_LIVE_CALLS", &calls.to_string_lossy()),
        ("RUST_TEST_THREADS", "4"),
    ];
    cargo("test --workspace --test live_client", &environment)?;
    row(version, &fs::read_to_string(&calls).context("no endpoint was called")?)
}

fn row(version: &str, calls: &str) -> Result<String> {
    let server: FlinkVersion = version.parse()?;
    let release = |text: Option<&str>| text.and_then(|text| text.parse::<FlinkVersion>().ok());
    let has = |since, until| {
        release(since).is_none_or(|since| server >= since)
            && release(until).is_none_or(|until| server <= until)
    };
    let there: BTreeSet<_> =
        ENDPOINTS.iter().filter(|spec| has(spec.since, spec.until)).map(|spec| spec.name).collect();
    let answered = |good: bool| -> BTreeSet<_> {
        let calls = calls.lines().filter_map(|line| line.split_once(' '));
        let wanted = calls.filter(|(_, status)| status.starts_with('2') == good);
        wanted.map(|(name, _)| name).filter(|name| there.contains(name)).collect()
    };
    let (well, badly) = (answered(true), answered(false));
    let excused = |name: &&&str| !NEVER_WELL.iter().any(|(never, _)| never == *name);
    let missing: Vec<_> = there.iter().filter(|name| !well.contains(*name)).filter(excused).collect();
    if !missing.is_empty() {
        bail!("on Flink {version} no test got a good answer from {missing:?}");
    }
    let called = well.union(&badly).count();
    if called < there.len() {
        bail!(
            "on Flink {version} no test called {:?}",
            there.iter().filter(|name| !well.contains(*name) && !badly.contains(*name)).collect::<Vec<_>>()
        );
    }
    Ok(format!("{} | {called} | {} | {}", there.len(), well.len(), badly.len()))
}

fn table(rows: &BTreeMap<String, String>) -> String {
    let mut text = "| Flink | endpoints | called | answered well | refused as expected |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for version in flink_local::VERSIONS {
        if let Some(row) = rows.get(version) {
            let _ = writeln!(text, "| {version} | {row} |");
        }
    }
    text
}

fn write(mut rows: BTreeMap<String, String>) -> Result<()> {
    let path = flink_workspace::root().join("docs/live.md");
    let now = fs::read_to_string(&path).context("docs/live.md")?;
    let (before, rest) =
        now.split_once(BEGIN).with_context(|| format!("docs/live.md has no line {BEGIN}"))?;
    let (old, after) = rest.split_once(END).with_context(|| format!("docs/live.md has no {END}"))?;
    for line in old.lines() {
        if let Some((version, row)) = line.trim_matches(['|', ' ']).split_once(" | ") {
            rows.entry(version.to_owned()).or_insert_with(|| row.to_owned());
        }
    }
    fs::write(path, format!("{before}{BEGIN}\n{}\n{END}{after}", table(&rows)))?;
    Ok(())
}
