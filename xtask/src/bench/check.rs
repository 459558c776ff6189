//! Whether the client became slower than it was: how many instructions it takes for each that it takes without it, beside
//! what is written down of that.
//!
//! Both are counted in the same build on the same machine, so much of what differs between machines meets both.

use std::{collections::BTreeMap, fs, process::Command, thread};

use anyhow::{Context, Result, bail};
use flink_bench::cases::CASES;
use serde::{Deserialize, Serialize};

use super::{
    contestants::{self, JOB, Server},
    rows,
    scale::{Scale, Way},
    table::{self, Goal},
};
use crate::{cargo, setup};

/// Built in less time than what is given to people; flinkctl, which takes as long again, is left to the whole table.
const PROFILE: &str = "release";

/// How much more is slower.
const TOLERANCE: f64 = 1.02;

/// The same where another compiler, libc or processor was at work.
const TOLERANCE_ELSEWHERE: f64 = 1.15;

/// The case whose counterpart is so small that its ratio sways by three percent from one build to the next: it is left to
/// Criterion.
const SWAYING: &str = "request";

/// How often, twice: what a program takes to start is the same in both.
const TIMES: [u32; 2] = [2, 12];

/// What is written down.
#[derive(Default, Deserialize, Serialize)]
struct Baseline {
    /// The compiler, libc and processor on which instructions were counted.
    machine: String,
    ratios: BTreeMap<String, f64>,
}

/// Who does something, and beside whom.
struct Pair {
    name: &'static str,
    ours: Way,
    theirs: Way,
}

pub fn run(write: bool, built: bool) -> Result<()> {
    setup::programs(&["valgrind"])?;
    if !built {
        cargo(&format!("build --profile {PROFILE} --package flink-bench"), &[])?;
    }
    let (bench, folder) =
        (contestants::target().join(PROFILE).join("flink-bench"), contestants::target().join("bench"));
    fs::create_dir_all(&folder)?;
    let scale = Scale { bench: bench.display().to_string(), folder };
    let server = Server::start(&scale, 0)?;
    let counted = pairs(&scale, &server.url).into_iter().map(|pair| {
        let (ours, theirs) = count(&scale, &pair)?;
        Ok((pair, ours, theirs))
    });
    let counted = counted.collect::<Result<Vec<_>>>()?;

    let file = flink_workspace::root().join("bench/baseline.json");
    let machine = machine()?;
    if write {
        let ratio = |(pair, ours, theirs): &(Pair, f64, f64)| {
            (pair.name.to_owned(), (ours / theirs * 1e4).round() / 1e4)
        };
        let baseline = Baseline { machine, ratios: counted.iter().map(ratio).collect() };
        return Ok(fs::write(file, serde_json::to_string_pretty(&baseline)? + "\n")?);
    }
    let baseline: Baseline = serde_json::from_slice(&fs::read(&file)?).context("bench/baseline.json")?;
    judge(&baseline, &machine, &counted)
}

fn pairs(scale: &Scale, url: &str) -> Vec<Pair> {
    let bench = |name, arguments: &[&str]| {
        Way::new(name, [scale.bench.as_str()].into_iter().chain(arguments.iter().copied()))
    };
    let get = Pair {
        name: "get",
        ours: bench("ours", &["get", "ours", url, JOB]),
        theirs: bench("reqwest, same types", &["get", "reqwest", url, JOB]),
    };
    let cases = CASES.iter().filter(|case| case.name != SWAYING).map(|case| Pair {
        name: case.name,
        ours: bench("ours", &["case", case.name, "ours"]),
        theirs: bench(case.beside, &["case", case.name, "bare"]),
    });
    [get].into_iter().chain(cases).collect()
}

/// Both at once: instructions are the same on a busy machine.
fn count(scale: &Scale, pair: &Pair) -> Result<(f64, f64)> {
    let count = |way| scale.instructions_each(way, TIMES);
    thread::scope(|scope| {
        let ours = scope.spawn(|| count(&pair.ours));
        let theirs = count(&pair.theirs);
        Ok((ours.join().ok().context("a panic")??, theirs?))
    })
}

fn judge(baseline: &Baseline, machine: &str, counted: &[(Pair, f64, f64)]) -> Result<()> {
    let tolerance = if baseline.machine == machine { TOLERANCE } else { TOLERANCE_ELSEWHERE };
    let (mut lines, mut slower, mut quicker) = (Vec::new(), Vec::new(), Vec::new());
    for (pair, ours, theirs) in counted {
        let Some(was) = baseline.ratios.get(pair.name) else {
            bail!("bench/baseline.json has no {}: `cargo xtask bench --check --write`", pair.name)
        };
        let change = ours / theirs / was;
        let most = (was * tolerance * 1e3).round() / 1e3;
        lines.push(rows::instructions(pair.name, *ours, (pair.theirs.name, *theirs), Goal::Times(most)));
        let told = format!("{} ({:+.1} %)", pair.name, (change - 1.0) * 100.0);
        if change > tolerance {
            slower.push(told);
        } else if change < 1.0 / tolerance {
            quicker.push(told);
        }
    }
    print!("{}", table::text(&lines));
    if baseline.machine != machine {
        eprintln!(
            "NOT COMPARABLE to the percent: bench/baseline.json was counted with {},\nhere it is {machine}. Only what \
             became slower by more than {:.0} % is found.",
            baseline.machine,
            (tolerance - 1.0) * 100.0
        );
    }
    if !quicker.is_empty() {
        eprintln!(
            "Quicker than written down: {}. `cargo xtask bench --check --write` keeps it so.",
            quicker.join(", ")
        );
    }
    if !slower.is_empty() {
        bail!(
            "slower than written down: {}. callgrind_annotate shows where; if it is worth it, say why in the commit \
             that has what `cargo xtask bench --check --write` writes",
            slower.join(", ")
        );
    }
    Ok(())
}

/// What decides which instructions there are beside the code: the compiler, libc, and what it finds the processor able
/// to do.
fn machine() -> Result<String> {
    let said = |program: &str, arguments: &[&str]| -> Result<String> {
        let output = Command::new(program).args(arguments).output().with_context(|| program.to_owned())?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let rustc = said("rustc", &["-vV"])?;
    let version = rustc.lines().next().unwrap_or_default();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let libc = said("getconf", &["GNU_LIBC_VERSION"])?;
    #[cfg(target_arch = "x86_64")]
    let vectors = if is_x86_feature_detected!("avx2") { "with AVX2" } else { "without AVX2" };
    #[cfg(not(target_arch = "x86_64"))]
    let vectors = "";
    Ok(format!("{version}, {host}, {libc}, {vectors}"))
}
