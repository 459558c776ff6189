//! A server with the recorded responses of a real Flink 2.3.0: those of one cluster, with shortened logs, and the
//! fixtures of the crate.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

#[derive(serde::Deserialize)]
struct Recorded {
    status: u16,
    body: String,
}

pub(crate) struct Server {
    address: SocketAddr,
    recording: Arc<BTreeMap<String, Recorded>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with([])
    }

    /// Replaces some of the responses.
    pub(crate) fn with<const N: usize>(answers: [(&str, &str); N]) -> Self {
        Self::with_statuses(answers.map(|(request, body)| (request, 200, body)))
    }

    /// Replaces some of the responses, with their statuses.
    pub(crate) fn with_statuses<const N: usize>(answers: [(&str, u16, &str); N]) -> Self {
        let mut recording = recording();
        for (request, status, body) in answers {
            recording.insert(request.into(), Recorded { status, body: body.into() });
        }
        Self::of(recording, "not recorded")
    }

    /// Replaces the body of each recorded response; other requests get `unknown`.
    pub(crate) fn altered(alter: impl Fn(&str) -> String, unknown: &str) -> Self {
        let mut recording = recording();
        recording.values_mut().for_each(|recorded| recorded.body = alter(&recorded.body));
        Self::of(recording, unknown)
    }

    fn of(recording: BTreeMap<String, Recorded>, unknown: &str) -> Self {
        let recording = Arc::new(recording);
        let unknown = unknown.to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (answers, asked) = (recording.clone(), Arc::<Mutex<Vec<String>>>::default());
        let (requests, collected) = (asked.clone(), Arc::<Mutex<Collected>>::default());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answers, requests, collected) = (answers.clone(), requests.clone(), collected.clone());
                let unknown = unknown.clone();
                // The client may close the connection early.
                thread::spawn(move || serve(&stream, &answers, &unknown, &requests, &collected).ok());
            }
        });
        Self { address, recording, asked }
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The recorded response to this request.
    pub(crate) fn recorded(&self, request: &str) -> &str {
        &self.recording[request].body
    }
}

/// The responses of the cluster and the fixtures of the crate.
fn recording() -> BTreeMap<String, Recorded> {
    let mut recording = fixtures();
    let of_cluster: BTreeMap<String, Recorded> = serde_json::from_str(include_str!("recorded.json")).unwrap();
    recording.extend(of_cluster);
    recording
}

/// Replace the ids in the fixtures, because the cluster's lists contain these.
const TASKMANAGER: &str = "127.0.0.1:44791-525d24";
const JAR: &str = "79cc07d7-b092-4419-92d5-85f0d16e85c6_StreamingJob.jar";

/// The successful responses of the crate's fixtures, the first one for each request.
fn fixtures() -> BTreeMap<String, Recorded> {
    #[derive(serde::Deserialize)]
    struct Fixture {
        request: String,
        status: u16,
        answer: serde_json::Value,
    }
    let folder = flink_workspace::root().join("crates/flink-rest-client/fixtures/2.3.0");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut fixtures = BTreeMap::new();
    for file in files {
        let Fixture { request, status, answer } = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        if status < 300 {
            let body = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
            let part = |part: &str| match part {
                jar if jar.ends_with(".jar") => JAR.to_owned(),
                taskmanager if taskmanager.contains("%3A") && !taskmanager.ends_with(".html") => {
                    TASKMANAGER.to_owned()
                }
                other => other.to_owned(),
            };
            let request = request.split('/').map(part).collect::<Vec<_>>().join("/");
            fixtures.entry(request.replace("%3A", ":")).or_insert(Recorded { status, body });
        }
    }
    fixtures
}

/// Metrics of the JVMs, collected as Flink does: a request starts a collection, unless the last one was a moment ago.
#[derive(Default)]
struct Collected {
    begun: Option<Instant>,
    times: u32,
}

impl Collected {
    fn look(&mut self) -> u32 {
        if self.begun.is_none_or(|begun| begun.elapsed() > Duration::from_millis(100)) {
            self.begun = Some(Instant::now());
            self.times += 1;
        }
        let has_arrived = self.begun.is_some_and(|begun| begun.elapsed() > Duration::from_millis(10));
        if has_arrived { self.times } else { self.times - 1 }
    }
}

/// Handles one request per connection.
fn serve(
    mut stream: &TcpStream,
    answers: &BTreeMap<String, Recorded>,
    unknown: &str,
    requests: &Mutex<Vec<String>>,
    collected: &Mutex<Collected>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim().to_lowercase().split_once(": ") {
            Some(("content-length", text)) => length = text.parse().unwrap_or(0),
            Some(_) => {}
            None => break,
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    let request =
        first.trim_end().trim_end_matches(" HTTP/1.1").replacen(" /v1/", " /", 1).replace("%3A", ":");
    requests.lock().unwrap().push(request.clone());
    let pulse = |number| {
        format!(r#"[{{"id":"Status.JVM.CPU.Time","value":"{number}","sum":{number},"avg":{number}}}]"#)
    };
    let unknown = serde_json::json!({ "errors": [format!("{unknown}: {request}")] });
    let unknown = Recorded { status: 404, body: unknown.to_string() };
    let looked = request
        .contains("get=Status.JVM.CPU.Time,")
        .then(|| Recorded { status: 200, body: pulse(collected.lock().unwrap().look()) });
    let Recorded { status, body } = looked.as_ref().or_else(|| answers.get(&request)).unwrap_or(&unknown);
    let length = body.len();
    write!(stream, "HTTP/1.1 {status} \r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}
