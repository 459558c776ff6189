//! Contestants, and the servers they use.

use std::{
    cell::OnceCell,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use flink_local::{Cluster, Distribution, Flink, Java, NEWEST, Progress};
use flink_recordings::Recording;
use flink_rest_client::{JobId, blocking::FlinkRestClient};
use serde_json::{Value, json};

use super::meter::{Contestant, Meter};
use crate::{cargo, setup};

/// The old Python client.
const PYTHON_CLIENT: &str = "flink-rest-client==1.0.8";

/// The job of the small server.
pub const JOB: &str = "72756e6e696e67000000000000000000";

/// The contestants and servers that rows use.
pub struct Bench {
    pub quick: bool,
    /// True if nothing is to be built.
    pub built: bool,
    pub meter: Meter,
    pub flinkctl: String,
    python: OnceCell<String>,
    server: OnceCell<Server>,
    cluster: OnceCell<(Cluster, FlinkRestClient)>,
    java: Java,
}

impl Bench {
    /// Builds our programs, and finds or installs the others.
    pub fn prepare(quick: bool, built: bool) -> Result<Self> {
        setup::programs(setup::CONTESTANTS)?;
        let java = setup::jdk()?;
        for package in ["flinkctl", "flink-bench"].iter().filter(|_| !built) {
            cargo(&format!("build --profile dist --package {package}"), &[])?;
        }
        let folder = target().join("bench");
        fs::create_dir_all(&folder)?;
        let program = |name: &str| target().join("dist").join(name).display().to_string();
        Ok(Self {
            quick,
            built,
            meter: Meter { bench: program("flink-bench"), folder },
            flinkctl: program("flinkctl"),
            python: OnceCell::new(),
            server: OnceCell::new(),
            cluster: OnceCell::new(),
            java,
        })
    }

    /// Returns `quick` in a quick run, else `usual`.
    pub fn rounds(&self, quick: usize, usual: usize) -> usize {
        if self.quick { quick } else { usual }
    }

    /// A contestant of `flink-bench`.
    pub fn bench<T: ToString>(
        &self,
        name: &'static str,
        arguments: impl IntoIterator<Item = T>,
    ) -> Contestant {
        let arguments = arguments.into_iter().map(|argument| argument.to_string());
        Contestant::new(name, [self.meter.bench.clone()].into_iter().chain(arguments))
    }

    /// The Python client, run by `bench/client.py`.
    pub fn python<T: ToString>(&self, arguments: impl IntoIterator<Item = T>) -> Result<Contestant> {
        let python = get_or_try(&self.python, || install_python_client(&self.meter.folder))?;
        let script = flink_workspace::root().join("bench/client.py").display().to_string();
        let arguments = arguments.into_iter().map(|argument| argument.to_string());
        Ok(Contestant::new("Python client", [python.clone(), script].into_iter().chain(arguments)))
    }

    /// Flink's own Java client.
    pub fn jvm(&self, arguments: &[&str]) -> Result<Contestant> {
        let (cluster, _) = self.cluster()?;
        let distribution = Distribution::obtain(NEWEST, Progress::Stderr)?;
        let configuration = format!("FLINK_CONF_DIR={}", cluster.folder().join("conf").display());
        let (java, classes) = (self.java.program().display().to_string(), distribution.class_path());
        let class = "org.apache.flink.client.cli.CliFrontend";
        let classes = classes.to_string_lossy();
        let start = ["env", &configuration, &java, "-cp", &classes, class];
        Ok(Contestant::new("bin/flink", start.into_iter().chain(arguments.iter().copied())))
    }

    /// The small server, with the responses for all rows.
    pub fn server(&self) -> Result<&str> {
        let start = || Server::start(&self.meter, if self.quick { 100_000_000 } else { 1_000_000_000 });
        Ok(&get_or_try(&self.server, start)?.url)
    }

    /// A real Flink with some jobs.
    pub fn cluster(&self) -> Result<&(Cluster, FlinkRestClient)> {
        get_or_try(&self.cluster, || {
            let distribution = Distribution::obtain(NEWEST, Progress::Stderr)?;
            let jar = flink_jobs::streaming_job(&distribution)?;
            let cluster = Flink::from(distribution).slots(9).config("slot.request.timeout", "1 h").start()?;
            let flink = FlinkRestClient::new(cluster.url())?;
            flink.jars().upload(jar).send()?;
            Ok((cluster, flink))
        })
    }

    /// Runs the example job with these arguments.
    pub fn run_job(&self, parallelism: u32, arguments: &[&str]) -> Result<JobId> {
        let (_, flink) = self.cluster()?;
        let jars = flink.jars().list().send()?;
        let jar = jars.files.first().context("a jar")?.id.clone();
        let run = flink.jar(&jar).run().parallelism(parallelism).args(arguments.iter().copied());
        Ok(run.send()?.job_id)
    }

    /// Writes the details of a job of this many vertices, each as large as a real one, into a file.
    pub fn grown_job(&self, vertices: usize) -> Result<PathBuf> {
        let file = self.meter.folder.join(format!("job-of-{vertices}.json"));
        fs::write(&file, grow(recorded("GetJob-running")?, vertices)?.to_string())?;
        Ok(file)
    }
}

/// Cargo's output folder.
pub fn target() -> PathBuf {
    let usual = || flink_workspace::root().join("target");
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(usual, PathBuf::from)
}

fn get_or_try<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    if cell.get().is_none() {
        let _ = cell.set(make()?);
    }
    cell.get().context("it was just made")
}

fn recorded(name: &str) -> Result<Value> {
    let file = flink_recordings::fixtures().join(NEWEST).join(name).with_extension("json");
    Ok(Recording::read(&file)?.answer)
}

/// Multiplies the vertices of a job, with unique ids and names.
fn grow(mut job: Value, vertices: usize) -> Result<Value> {
    for list in ["/vertices", "/plan/nodes"] {
        let list = job.pointer_mut(list).and_then(Value::as_array_mut).context("a list")?;
        let few = list.clone();
        let again = few.iter().cycle().take(vertices).enumerate().map(|(number, one)| {
            let mut one = one.clone();
            one["id"] = json!(format!("{number:032x}"));
            one
        });
        *list = again.collect();
    }
    Ok(job)
}

fn install_python_client(folder: &Path) -> Result<String> {
    let home = folder.join("python");
    let python = home.join("bin/python").display().to_string();
    if Command::new(&python)
        .args(["-c", "import flink_rest_client"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
    {
        return Ok(python);
    }
    let home = home.display().to_string();
    for command in [
        vec!["python3", "-m", "venv", &home],
        vec![&python, "-m", "pip", "install", "--quiet", PYTHON_CLIENT],
    ] {
        let status = Command::new(command[0]).args(&command[1..]).status()?;
        if !status.success() {
            bail!("{}: {status}", command.join(" "));
        }
    }
    Ok(python)
}

/// A `flink-bench serve` process; dropping this ends it.
pub struct Server {
    pub url: String,
    process: Child,
}

impl Server {
    /// Starts it with the responses about a job, and a log of this size.
    pub fn start(meter: &Meter, log_bytes: u64) -> Result<Self> {
        let content = meter.folder.join("content");
        fs::create_dir_all(&content)?;
        fs::write(content.join("jobs.overview"), recorded("GetJobsOverview-running")?.to_string())?;
        fs::write(content.join(format!("jobs.{JOB}")), recorded("GetJob-running")?.to_string())?;
        Self::of(meter, &content, log_bytes, Duration::ZERO)
    }

    /// Starts it with this many TaskManagers, each with a log of this size that is sent after a delay.
    pub fn of_taskmanagers(meter: &Meter, count: usize, log_bytes: u64, delay: Duration) -> Result<Self> {
        let content = meter.folder.join(format!("content-of-{count}"));
        fs::create_dir_all(&content)?;
        let mut list = recorded("GetTaskManagers-idle")?;
        let all = list.pointer_mut("/taskmanagers").and_then(Value::as_array_mut).context("a list")?;
        let one = all.first().context("a TaskManager")?.clone();
        let numbered = |number: usize| {
            let mut one = one.clone();
            one["id"] = json!(format!("taskmanager-{number:04}"));
            one
        };
        *all = (0..count).map(numbered).collect();
        fs::write(content.join("taskmanagers"), list.to_string())?;
        fs::write(content.join("config"), recorded("GetConfig-running")?.to_string())?;
        Self::of(meter, &content, log_bytes, delay)
    }

    fn of(meter: &Meter, content: &Path, log_bytes: u64, delay: Duration) -> Result<Self> {
        let mut command = Command::new(&meter.bench);
        command.arg("serve").arg(content).args([log_bytes.to_string(), delay.as_millis().to_string()]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        BufReader::new(process.stdout.take().context("its output")?).read_line(&mut url)?;
        Ok(Self { url: url.trim().to_owned(), process })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It also ends when its input closes.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until all subtasks of a job run.
pub fn wait_until_running(flink: &FlinkRestClient, job: JobId) -> Result<()> {
    flink.job(job).wait_until_running().timeout(Duration::from_secs(120)).send()?;
    // Wait until the metrics have been fetched.
    thread::sleep(Duration::from_secs(3));
    Ok(())
}
