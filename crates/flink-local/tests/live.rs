//! Tests with real clusters. `cargo xtask live local` runs them; they need a JDK, and a Flink or pip.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use flink_local::{Cluster, Distribution, Error, Flink, Java, Kept, Progress};

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// Maximum duration of a stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Timeout for reads and for processes to end; generous, for a busy machine.
const TIMEOUT: Duration = Duration::from_secs(60);

#[test]
fn a_cluster_starts_and_stops() -> Result {
    let cluster =
        Flink::version("2.3.0")?.taskmanagers(2).slots(3).config("web.refresh-interval", "1234").start()?;
    assert_eq!(cluster.version(), "2.3.0");
    assert!(get(cluster.url(), "/v1/overview")?.contains("\"slots-total\":6"));
    assert!(get(cluster.url(), "/v1/config")?.contains("\"refresh-interval\":1234"));
    assert!(get(cluster.url(), "/v1/jobmanager/log")?.contains("Rest endpoint listening"));
    assert!(get(cluster.url(), "/v1/jobmanager/stdout")?.starts_with("HTTP/1.1 200"));
    assert_eq!(cluster.process_ids().len(), 3);
    assert_eq!(cluster.logs().len(), 6);

    let leftovers = Leftovers::of(&cluster);
    let begin = Instant::now();
    cluster.stop()?;
    assert!(begin.elapsed() < STOP_TIMEOUT, "{:?}", begin.elapsed());
    leftovers.assert_gone();
    Ok(())
}

#[test]
fn two_versions_run_side_by_side() -> Result {
    let old = thread::spawn(|| Flink::version("1.20.5")?.slots(2).start());
    let new = Flink::version("2.3.0")?.slots(4).start()?;
    let old = old.join().map_err(|_| "starting the older one panicked")??;
    assert_ne!(old.url(), new.url());
    assert!(get(old.url(), "/v1/overview")?.contains("\"slots-total\":2"));
    assert!(get(new.url(), "/v1/overview")?.contains("\"slots-total\":4"));

    let leftovers = Leftovers::of(&old);
    drop(old);
    leftovers.assert_gone();
    assert!(get(new.url(), "/v1/overview")?.contains("\"slots-total\":4"));
    new.stop()?;
    Ok(())
}

#[test]
fn killed_processes_can_be_replaced() -> Result {
    let mut cluster = Flink::version("2.3.0")?.slots(1).start()?;
    let url = cluster.url().to_owned();

    cluster.kill_taskmanager(0)?;
    assert!(matches!(cluster.kill_taskmanager(0), Err(Error::NoSuchProcess { .. })));
    assert_eq!(cluster.process_ids().len(), 1);
    assert_eq!(cluster.start_taskmanager()?, 1);

    cluster.kill_jobmanager()?;
    assert!(get(&url, "/v1/overview").is_err());
    cluster.restart_jobmanager()?;
    assert_eq!(cluster.url(), url);
    assert!(get(&url, "/v1/overview")?.contains("\"slots-total\":1"));

    let leftovers = Leftovers::of(&cluster);
    drop(cluster);
    leftovers.assert_gone();
    Ok(())
}

#[test]
fn an_https_cluster_starts_and_restarts() -> Result {
    let folder = tempfile::tempdir()?;
    let store = folder.path().join("rest.p12").display().to_string();
    let java = Java::find()?;
    let keytool = Command::new(java.program().with_file_name("keytool"))
        .args(["-genkeypair", "-alias", "rest", "-keyalg", "RSA", "-dname", "CN=localhost"])
        .args(["-keystore", &store, "-storepass", "password"])
        .output()?;
    assert!(keytool.status.success(), "{keytool:?}");
    let mut flink = Flink::version("2.3.0")?.config("security.ssl.rest.enabled", "true");
    for store_option in ["keystore", "truststore"] {
        flink = flink
            .config(format!("security.ssl.rest.{store_option}"), &store)
            .config(format!("security.ssl.rest.{store_option}-password"), "password");
    }
    let mut cluster = flink.config("security.ssl.rest.key-password", "password").start()?;
    let url = cluster.url().to_owned();
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    assert!(get(&url, "/v1/overview")?.contains("ocation: https://"), "plain HTTP is redirected to HTTPS");

    cluster.restart_jobmanager()?;
    assert_eq!(cluster.url(), url);
    let log = fs::read_to_string(&cluster.logs()[0])?;
    // On a busy machine it may register more than once.
    assert!(log.matches("Registering TaskManager with ResourceID").count() >= 2, "it has registered again");
    cluster.stop()?;
    Ok(())
}

#[test]
fn a_failed_start_shows_the_log_and_keeps_it() -> Result {
    // network.max must equal network.min: Flink refuses to start.
    let flink = Flink::version("2.3.0")?.config("taskmanager.memory.network.max", "65m");
    let Err(Error::NotReady { reason, folder, logs, .. }) = flink.start() else {
        return Err("the cluster should not have started".into());
    };
    assert!(reason.contains("taskmanager-0 ended with"), "{reason}");
    assert!(logs.to_string().contains("Terminating TaskManagerRunner"), "{logs}");
    assert!(folder.join("logs/taskmanager-0/taskmanager.log").is_file());
    fs::remove_dir_all(folder)?;
    Ok(())
}

#[test]
fn a_start_that_takes_too_long_is_given_up() -> Result {
    let error = Flink::version("2.3.0")?.start_timeout(Duration::from_millis(300)).start().unwrap_err();
    assert!(error.to_string().contains("was not ready within"), "{error}");
    let Error::NotReady { folder, .. } = error else { return Err(error.into()) };
    fs::remove_dir_all(folder)?;
    Ok(())
}

#[test]
fn a_kept_cluster_is_stopped_by_its_command() -> Result {
    let cluster = Flink::version("2.3.0")?.start()?;
    let leftovers = Leftovers::of(&cluster);
    let kept = cluster.keep()?;
    assert!(get(kept.url(), "/v1/overview")?.contains("\"slots-total\":1"));
    assert_eq!(kept.running(), kept.process_ids());
    assert!(Command::new("sh").args(["-c", &kept.stop_command()]).status()?.success());
    leftovers.assert_gone();
    Ok(())
}

#[test]
fn a_kept_cluster_is_stopped_from_its_stored_parts() -> Result {
    let cluster = Flink::version("2.3.0")?.start()?;
    let leftovers = Leftovers::of(&cluster);
    let kept = cluster.keep()?;
    let later = Kept::new(kept.url(), kept.folder(), kept.process_ids().to_vec(), kept.place().cloned());
    assert_eq!(later.logs().len(), 4);
    later.stop()?;
    assert!(later.running().is_empty());
    leftovers.assert_gone();
    Ok(())
}

#[test]
fn a_job_is_compiled() -> Result {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("Hello.java");
    let jar = folder.path().join("jars/hello.jar");
    let distribution = Distribution::obtain("2.3.0", Progress::Silent)?;
    fs::write(
        &source,
        "import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
        public class Hello {
            public static void main(String[] args) throws Exception {
                StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
                flink.fromSequence(1, 10).print();
                flink.execute();
            }
        }",
    )?;
    assert_eq!(distribution.compile(&[&source], "Hello", &jar)?, jar);
    assert_eq!(fs::read_dir(folder.path().join("jars"))?.count(), 1);

    fs::write(&source, "public class Hello {")?;
    let error = distribution.compile(&[&source], "Hello", &jar).unwrap_err().to_string();
    assert!(error.contains("Hello.java:1: error: reached end of file"), "{error}");
    Ok(())
}

#[test]
fn nothing_outlives_an_owner_that_is_killed() -> Result {
    let (mut owner, leftovers) = start_owner("wait")?;
    signal(owner.id(), "KILL");
    owner.wait()?;
    leftovers.assert_gone();
    Ok(())
}

#[test]
fn nothing_outlives_an_owner_that_is_interrupted() -> Result {
    let (mut owner, leftovers) = start_owner("wait")?;
    signal(owner.id(), "INT");
    owner.wait()?;
    leftovers.assert_gone();
    Ok(())
}

#[test]
fn nothing_outlives_an_owner_that_panics() -> Result {
    let (mut owner, leftovers) = start_owner("panic")?;
    assert!(!owner.wait()?.success());
    leftovers.assert_gone();
    Ok(())
}

/// Not a test: the process that [`start_owner`] starts.
#[test]
#[ignore = "run by other tests"]
#[allow(clippy::print_stdout)]
fn owner() {
    let cluster = Flink::version("2.3.0").unwrap().start().unwrap();
    let ids: Vec<_> = cluster.process_ids().iter().map(u32::to_string).collect();
    println!("\nowner: {} {}", cluster.folder().display(), ids.join(" "));
    assert_ne!(env::var("OWNER_ENDS_BY").as_deref(), Ok("panic"), "a panic on request");
    thread::sleep(Duration::from_secs(60));
}

fn start_owner(ends_by: &str) -> Result<(Child, Leftovers)> {
    let mut owner = Command::new(env::current_exe()?);
    owner.args(["--exact", "owner", "--ignored", "--nocapture"]).env("OWNER_ENDS_BY", ends_by);
    let mut owner = owner.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    for line in BufReader::new(owner.stdout.take().ok_or("no output")?).lines() {
        if let Some(cluster) = line?.strip_prefix("owner: ") {
            let mut words = cluster.split(' ');
            let folder = PathBuf::from(words.next().ok_or("no folder")?);
            let processes = words.map(str::parse).collect::<Result<_, _>>()?;
            return Ok((owner, Leftovers { folder, processes }));
        }
    }
    Err("the owner did not start a cluster".into())
}

/// Files and processes that must be gone after a cluster's end.
struct Leftovers {
    folder: PathBuf,
    processes: Vec<u32>,
}

impl Leftovers {
    fn of(cluster: &Cluster) -> Self {
        Self { folder: cluster.folder().to_owned(), processes: cluster.process_ids() }
    }

    fn assert_gone(self) {
        assert!(!self.processes.is_empty());
        let deadline = Instant::now() + TIMEOUT;
        let is_gone = || !self.folder.exists() && !self.processes.iter().any(|process| runs(*process));
        while !is_gone() {
            assert!(Instant::now() < deadline, "still there: {:?} {:?}", self.folder, self.processes);
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Zombies do not count: in a container, nobody may reap orphans.
fn runs(process: u32) -> bool {
    let ps = Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output();
    let state = ps.expect("ps is installed").stdout;
    !state.trim_ascii().is_empty() && !state.starts_with(b"Z")
}

fn signal(process: u32, name: &str) {
    let kill = Command::new("sh").args(["-c", "kill -s $0 $1", name, &process.to_string()]).status();
    assert!(kill.is_ok_and(|status| status.success()));
}

fn get(url: &str, path: &str) -> Result<String> {
    let address = Path::new(url).file_name().and_then(|address| address.to_str()).ok_or("no address")?;
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
