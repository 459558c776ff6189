//! Detects regressions. Compares the ratio of the client's instructions to those of code without it with the stored
//! ratio.
//!
//! Both are counted in the same build on the same machine, so most differences between machines cancel out.

use std::{collections::BTreeMap, fs, process::Command, thread};

use anyhow::{Context, Result, bail};
use flink_bench::cases::CASES;
use serde::{Deserialize, Serialize};

use super::{
    contestants::{self, JOB, Server},
    meter::{Contestant, Meter},
    rows,
    table::{self, Goal},
};
use crate::{cargo, setup};

/// Builds faster than the `dist` profile. flinkctl, which takes as long again, is only in the full table.
const PROFILE: &str = "release";

/// Maximum increase of a ratio.
const TOLERANCE: f64 = 1.02;

/// Maximum increase if the compiler, libc or processor differs.
const TOLERANCE_ELSEWHERE: f64 = 1.15;

/// A case that is left to Criterion: its counterpart is so small that the ratio varies by 3 % between builds.
const UNSTABLE_CASE: &str = "request";

/// Two numbers of repetitions; their difference excludes the start of the program.
const REPETITIONS: [u32; 2] = [2, 12];

/// The stored ratios.
#[derive(Default, Deserialize, Serialize)]
struct Baseline {
    /// The compiler, libc and processor of the measurement.
    machine: String,
    ratios: BTreeMap<String, f64>,
}

/// Two contestants for the same work.
struct Pair {
    name: &'static str,
    ours: Contestant,
    theirs: Contestant,
}

pub fn run(write: bool, built: bool) -> Result<()> {
    setup::programs(&["valgrind"])?;
    if !built {
        cargo(&format!("build --profile {PROFILE} --package flink-bench"), &[])?;
    }
    let (bench, folder) =
        (contestants::target().join(PROFILE).join("flink-bench"), contestants::target().join("bench"));
    fs::create_dir_all(&folder)?;
    let meter = Meter { bench: bench.display().to_string(), folder };
    let server = Server::start(&meter, 0)?;
    let counted = pairs(&meter, &server.url).into_iter().map(|pair| {
        let (ours, theirs) = count(&meter, &pair)?;
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

fn pairs(meter: &Meter, url: &str) -> Vec<Pair> {
    let bench = |name, arguments: &[&str]| {
        Contestant::new(name, [meter.bench.as_str()].into_iter().chain(arguments.iter().copied()))
    };
    let get = Pair {
        name: "get",
        ours: bench("ours", &["get", "ours", url, JOB]),
        theirs: bench("reqwest, same types", &["get", "reqwest", url, JOB]),
    };
    let cases = CASES.iter().filter(|case| case.name != UNSTABLE_CASE).map(|case| Pair {
        name: case.name,
        ours: bench("ours", &["case", case.name, "ours"]),
        theirs: bench(case.counterpart, &["case", case.name, "bare"]),
    });
    [get].into_iter().chain(cases).collect()
}

/// Runs both concurrently: the load of the machine does not change the instructions.
fn count(meter: &Meter, pair: &Pair) -> Result<(f64, f64)> {
    let count = |contestant| meter.instructions_each(contestant, REPETITIONS);
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
        let change_of_pair = format!("{} ({:+.1} %)", pair.name, (change - 1.0) * 100.0);
        if change > tolerance {
            slower.push(change_of_pair);
        } else if change < 1.0 / tolerance {
            quicker.push(change_of_pair);
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
            "Faster than the baseline: {}. Store it with `cargo xtask bench --check --write`.",
            quicker.join(", ")
        );
    }
    if !slower.is_empty() {
        bail!(
            "slower than the baseline: {}. callgrind_annotate shows where; to accept it, run \
             `cargo xtask bench --check --write` and give the reason in the commit",
            slower.join(", ")
        );
    }
    Ok(())
}

/// Describes what else determines the number of instructions: the compiler, libc and the processor's features.
fn machine() -> Result<String> {
    let stdout_of = |program: &str, arguments: &[&str]| -> Result<String> {
        let output = Command::new(program).args(arguments).output().with_context(|| program.to_owned())?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let rustc = stdout_of("rustc", &["-vV"])?;
    let version = rustc.lines().next().unwrap_or_default();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let libc = stdout_of("getconf", &["GNU_LIBC_VERSION"])?;
    #[cfg(target_arch = "x86_64")]
    let vectors = if is_x86_feature_detected!("avx2") { "with AVX2" } else { "without AVX2" };
    #[cfg(not(target_arch = "x86_64"))]
    let vectors = "";
    Ok(format!("{version}, {host}, {libc}, {vectors}"))
}
