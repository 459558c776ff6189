//! Commands that run side by side. Each writes to a file of its own; the first that fails ends the others.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::forget_cargo;

/// A command of cargo's.
#[derive(Clone, Copy)]
pub struct Step {
    pub name: &'static str,
    pub command: &'static str,
}

/// Runs steps, in this order, so many at once, and shows how long each took.
pub fn run(steps: &[Step], at_once: usize) -> Result<()> {
    let (mut waiting, mut running, mut times) = (steps.iter(), Vec::<Running>::new(), Vec::new());
    let started = Instant::now();
    loop {
        while running.len() < at_once
            && let Some(step) = waiting.next()
        {
            running.push(Running::start(step)?);
        }
        if running.is_empty() {
            break;
        }
        thread::sleep(Duration::from_millis(100));
        let mut index = 0;
        while let Some(one) = running.get_mut(index) {
            let Some(status) = one.child.try_wait()? else {
                index += 1;
                continue;
            };
            let ended = running.swap_remove(index);
            times.push((ended.step.name, ended.end(status)?));
        }
    }
    eprintln!("\nseconds  step");
    times.iter().for_each(|(name, took)| eprintln!("{:>7.0}  {name}", took.as_secs_f64()));
    eprintln!("{:>7.0}  all, {at_once} at once", started.elapsed().as_secs_f64());
    Ok(())
}

/// A step under way. It is stopped when this is dropped.
struct Running<'a> {
    step: &'a Step,
    child: Child,
    output: PathBuf,
    started: Instant,
}

impl<'a> Running<'a> {
    fn start(step: &'a Step) -> Result<Self> {
        let folder = flink_workspace::root().join("target/steps");
        fs::create_dir_all(&folder)?;
        let output = folder.join(format!("{}.log", step.name.replace(' ', "-")));
        let file = File::create(&output).with_context(|| output.display().to_string())?;
        eprintln!("\u{25b6} {}: cargo {}", step.name, step.command);
        let mut command = Command::new(env!("CARGO"));
        forget_cargo(&mut command);
        command.args(step.command.split(' ')).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        Ok(Self { step, child: command.spawn()?, output, started: Instant::now() })
    }

    /// The time it took, or an error if it failed. Its output is shown then.
    fn end(self, status: ExitStatus) -> Result<Duration> {
        let (name, took) = (self.step.name, self.started.elapsed());
        if !status.success() {
            io::copy(&mut File::open(&self.output)?, &mut io::stderr())?;
            bail!(
                "{name} failed after {:.0} s ({status}). Run it alone: cargo {}",
                took.as_secs_f64(),
                self.step.command
            );
        }
        eprintln!("\u{2714} {name} in {:.0} s", took.as_secs_f64());
        Ok(took)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            stop(self.child.id());
            let _ = self.child.wait();
        }
    }
}

/// Ends a process and its descendants in the same process group. A Flink has a group of its own, which ends with its owner
/// and removes its folder.
fn stop(process: u32) {
    let listed = Command::new("ps").args(["-Ao", "pid=,ppid=,pgid="]).output();
    let listed =
        listed.map(|listed| String::from_utf8_lossy(&listed.stdout).into_owned()).unwrap_or_default();
    let processes: Vec<[u32; 3]> = listed
        .lines()
        .filter_map(|line| {
            let numbers: Vec<_> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            numbers.try_into().ok()
        })
        .collect();
    let group = processes.iter().find(|[id, ..]| *id == process).map(|[.., group]| *group);
    let mut ended = vec![process];
    let mut next = 0;
    while let Some(parent) = ended.get(next).copied() {
        let children = processes.iter().filter(|[_, of, its]| *of == parent && Some(*its) == group);
        ended.extend(children.map(|[id, ..]| *id));
        next += 1;
    }
    let _ = Command::new("kill").args(ended.iter().map(u32::to_string)).status();
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};

    use super::*;

    #[test]
    fn stopping_a_process_stops_its_descendants() {
        let mut outer = Command::new("sh");
        outer.args(["-c", "sh -c 'sleep 600 & echo $!; wait'"]).stdout(Stdio::piped());
        let mut outer = outer.spawn().unwrap();
        // They hold the other end until they end.
        let mut lines = BufReader::new(outer.stdout.take().unwrap()).lines();
        assert!(lines.next().is_some());
        stop(outer.id());
        assert!(lines.next().is_none());
        assert!(!outer.wait().unwrap().success());
    }
}
