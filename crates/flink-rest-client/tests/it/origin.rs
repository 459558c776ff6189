//! A server with correct HTTP, plain or over TLS. It keeps connections open and records the requests.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A response that is sufficient for any overview request.
pub(crate) const OVERVIEW: &str = r#"{"taskmanagers":1,"slots-total":1,"slots-available":1,"jobs-running":0,
    "jobs-finished":0,"jobs-cancelled":0,"jobs-failed":0,"flink-version":"2.3.0","flink-commit":"x"}"#;

/// A request: `GET /v1/overview HTTP/1.1`, lower-case headers, and the body.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap()
    }
}

/// A complete response; the connection stays open.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

pub(crate) fn overview(_: &Asked) -> String {
    answer("200 OK", "", OVERVIEW)
}

pub(crate) struct Origin {
    address: SocketAddr,
    tls: bool,
    connections: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Origin {
    pub(crate) fn http(answer: impl Fn(&Asked) -> String + Send + Sync + 'static) -> Self {
        Self::start(None, answer)
    }

    pub(crate) fn https(
        config: ServerConfig,
        answer: impl Fn(&Asked) -> String + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(Arc::new(config)), answer)
    }

    fn start(
        config: Option<Arc<ServerConfig>>,
        answer: impl Fn(&Asked) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let origin = Self {
            address: listener.local_addr().unwrap(),
            tls: config.is_some(),
            connections: Arc::default(),
            asked: Arc::default(),
        };
        let (connections, asked, answer) =
            (origin.connections.clone(), origin.asked.clone(), Arc::new(answer));
        thread::spawn(move || {
            for tcp in listener.incoming().map_while(Result::ok) {
                connections.fetch_add(1, Ordering::SeqCst);
                let (config, asked, answer) = (config.clone(), asked.clone(), answer.clone());
                thread::spawn(move || match config {
                    None => serve(tcp, &asked, &*answer),
                    Some(config) => {
                        let raw = tcp.try_clone().unwrap();
                        let tls = ServerConnection::new(config).unwrap();
                        serve(StreamOwned::new(tls, tcp), &asked, &*answer);
                        drain(raw);
                    }
                });
            }
        });
        origin
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://{}", if self.tls { "https" } else { "http" }, self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The number of connections.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The last request.
    pub(crate) fn last(&self) -> Asked {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

fn serve(mut stream: impl Read + Write, asked: &Mutex<Vec<Asked>>, answer: &impl Fn(&Asked) -> String) {
    while let Some(request) = read(&mut stream) {
        asked.lock().unwrap().push(request.clone());
        if stream.write_all(answer(&request).as_bytes()).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

/// Reads a request; `None` once the client has closed the connection.
fn read(stream: &mut impl Read) -> Option<Asked> {
    let head = read_head(stream)?;
    let mut lines = head.lines();
    let line = lines.next()?.to_owned();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(key, value)| (key.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(key, _)| key == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    Some(Asked { line, headers, body })
}

pub(crate) fn read_head(stream: &mut impl Read) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.extend(byte);
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// Reads the rest; otherwise the system would discard data that the client has not read yet.
fn drain(mut stream: TcpStream) {
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
}
