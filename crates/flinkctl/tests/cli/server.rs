//! A server that gives the answers that a real Flink 2.3.0 gave; its logs are shortened.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
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

    /// The same, with these answers in place of what was recorded.
    pub(crate) fn with<const N: usize>(answers: [(&str, &str); N]) -> Self {
        let mut recording: BTreeMap<String, Recorded> =
            serde_json::from_str(include_str!("recorded.json")).unwrap();
        for (request, body) in answers {
            recording.insert(request.into(), Recorded { status: 200, body: body.into() });
        }
        let recording = Arc::new(recording);
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (answers, asked) = (recording.clone(), Arc::<Mutex<Vec<String>>>::default());
        let heard = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answers, heard) = (answers.clone(), heard.clone());
                // A client that goes in the middle is its own matter.
                thread::spawn(move || serve(&stream, &answers, &heard).ok());
            }
        });
        Self { address, recording, asked }
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What Flink answered to this.
    pub(crate) fn recorded(&self, request: &str) -> &str {
        &self.recording[request].body
    }
}

/// One request a connection.
fn serve(
    mut stream: &TcpStream,
    answers: &BTreeMap<String, Recorded>,
    heard: &Mutex<Vec<String>>,
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
    heard.lock().unwrap().push(request.clone());
    let unknown = Recorded { status: 404, body: format!(r#"{{"errors":["not recorded: {request}"]}}"#) };
    let Recorded { status, body } = answers.get(&request).unwrap_or(&unknown);
    let length = body.len();
    write!(stream, "HTTP/1.1 {status} \r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}
