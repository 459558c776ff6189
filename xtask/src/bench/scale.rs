//! What programs take: seconds, bytes and instructions.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A program with its arguments.
#[derive(Clone, Debug)]
pub struct Way {
    pub name: &'static str,
    command: Vec<String>,
}

impl Way {
    pub fn new<T: ToString>(name: &'static str, command: impl IntoIterator<Item = T>) -> Self {
        Self { name, command: command.into_iter().map(|word| word.to_string()).collect() }
    }

    /// The same with one argument more.
    pub fn with(&self, argument: impl ToString) -> Self {
        let mut way = self.clone();
        way.command.push(argument.to_string());
        way
    }
}

/// What a program took: CPU and wall time in seconds, its peak memory in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    pub cpu: f64,
    pub wall: f64,
    pub memory: f64,
}

/// Measures programs, by `flink-bench measure` and by callgrind.
pub struct Scale {
    pub bench: String,
    pub folder: PathBuf,
}

impl Scale {
    /// What each of these takes, round by round and in turn, so that what else the machine does meets all alike.
    pub fn in_turn(&self, rounds: usize, ways: &[Way]) -> Result<Vec<Vec<Taken>>> {
        let mut taken = vec![Vec::new(); ways.len()];
        for _ in 0..rounds {
            for (way, taken) in ways.iter().zip(&mut taken) {
                taken.push(self.once(way)?);
            }
        }
        Ok(taken)
    }

    /// What one run takes.
    pub fn once(&self, way: &Way) -> Result<Taken> {
        let report = self.folder.join("taken.json");
        let mut command = Command::new(&self.bench);
        command.arg("measure").arg(&report).args(&way.command);
        run(&mut command, way.name)?;
        let report: Value = serde_json::from_slice(&fs::read(report)?)?;
        let number = |name: &str| report.get(name).and_then(Value::as_f64).context("a number");
        Ok(Taken { cpu: number("cpu")?, wall: number("wall")?, memory: number("memory")? })
    }

    /// How many instructions one run takes outside of the kernel: the same on a busy machine as on an idle one.
    pub fn instructions(&self, way: &Way) -> Result<f64> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).args(&way.command);
        // What a program finds in its environment would count as well.
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).env("HOME", &self.folder);
        let said = run(&mut command, way.name)?;
        let collected = said.lines().find_map(|line| line.split("Collected : ").nth(1));
        let collected = collected.with_context(|| format!("callgrind counted nothing: {said}"))?;
        Ok(collected.trim().parse()?)
    }

    /// How many instructions one of many repetitions takes: the start and the end of the program do not count. The
    /// number of repetitions is the last argument.
    pub fn instructions_each(&self, way: &Way, repetitions: [u32; 2]) -> Result<f64> {
        let [few, many] = repetitions;
        let more = self.instructions(&way.with(many))? - self.instructions(&way.with(few))?;
        Ok(more / f64::from(many - few))
    }
}

/// What a program prints for people; what it prints for programs is thrown away.
fn run(command: &mut Command, name: &str) -> Result<String> {
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.with_context(|| name.to_owned())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        bail!("{name}: {}: {said}", output.status);
    }
    Ok(said)
}
