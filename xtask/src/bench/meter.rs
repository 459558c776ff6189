//! Measures the resources of programs: seconds, bytes and instructions.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A program with its arguments.
#[derive(Clone, Debug)]
pub struct Contestant {
    pub name: &'static str,
    command: Vec<String>,
}

impl Contestant {
    pub fn new<T: ToString>(name: &'static str, command: impl IntoIterator<Item = T>) -> Self {
        Self { name, command: command.into_iter().map(|word| word.to_string()).collect() }
    }

    /// The same command with one more argument.
    pub fn with(&self, argument: impl ToString) -> Self {
        let mut contestant = self.clone();
        contestant.command.push(argument.to_string());
        contestant
    }
}

/// Resources of a run: CPU and wall time in seconds, peak memory in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub cpu: f64,
    pub wall: f64,
    pub memory: f64,
}

/// Measures programs with `flink-bench measure` and callgrind.
pub struct Meter {
    pub bench: String,
    pub folder: PathBuf,
}

impl Meter {
    /// Measures these commands in turns, round by round, so that other load affects all alike.
    pub fn measure_in_turns(&self, rounds: usize, contestants: &[Contestant]) -> Result<Vec<Vec<Usage>>> {
        let mut usages = vec![Vec::new(); contestants.len()];
        for _ in 0..rounds {
            for (contestant, usages) in contestants.iter().zip(&mut usages) {
                usages.push(self.once(contestant)?);
            }
        }
        Ok(usages)
    }

    /// Measures one run.
    pub fn once(&self, contestant: &Contestant) -> Result<Usage> {
        let report = self.folder.join("usage.json");
        let mut command = Command::new(&self.bench);
        command.arg("measure").arg(&report).args(&contestant.command);
        run(&mut command, contestant.name)?;
        let report: Value = serde_json::from_slice(&fs::read(report)?)?;
        let number = |name: &str| report.get(name).and_then(Value::as_f64).context("a number");
        Ok(Usage { cpu: number("cpu")?, wall: number("wall")?, memory: number("memory")? })
    }

    /// Counts the instructions of one run outside the kernel, which do not depend on the load of the machine.
    pub fn instructions(&self, contestant: &Contestant) -> Result<f64> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).args(&contestant.command);
        // A program's environment would count too.
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).env("HOME", &self.folder);
        let stderr = run(&mut command, contestant.name)?;
        let collected = stderr.lines().find_map(|line| line.split("Collected : ").nth(1));
        let collected = collected.with_context(|| format!("callgrind counted nothing: {stderr}"))?;
        Ok(collected.trim().parse()?)
    }

    /// Counts the instructions of one repetition, without the start and end of the program. The number of repetitions
    /// is the last argument.
    pub fn instructions_each(&self, contestant: &Contestant, repetitions: [u32; 2]) -> Result<f64> {
        let [few, many] = repetitions;
        let more = self.instructions(&contestant.with(many))? - self.instructions(&contestant.with(few))?;
        Ok(more / f64::from(many - few))
    }
}

/// Runs a command and returns its standard error; standard output is discarded.
fn run(command: &mut Command, name: &str) -> Result<String> {
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.with_context(|| name.to_owned())?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        bail!("{name}: {}: {stderr}", output.status);
    }
    Ok(stderr)
}
