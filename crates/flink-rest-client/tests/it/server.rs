//! A server unlike any Flink: it sends the same bytes on each connection and counts them.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    bodies: Bodies,
}

type Bodies = Arc<Mutex<Vec<Vec<u8>>>>;

impl Server {
    /// Sends these bytes after the head of a request, and closes the connection.
    pub(crate) fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |mut stream| {
            read_head(&mut stream);
            // The client may have closed the connection.
            let _ = stream.write_all(&answer);
        })
    }

    /// Sends this after the first byte, as a server of another protocol does.
    pub(crate) fn interrupting(answer: &'static str) -> Self {
        Self::start(|mut stream| {
            let _ = stream.read(&mut [0]).and_then(|_| stream.write_all(answer.as_bytes()));
        })
    }

    /// A valid HTTP response.
    pub(crate) fn http(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::answering(format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        ))
    }

    /// A valid response with a JSON body.
    pub(crate) fn json(body: &str) -> Self {
        Self::http("200 OK", "Content-Type: application/json\r\n", body)
    }

    /// Reads the request and never responds.
    pub(crate) fn silent() -> Self {
        Self::start(|mut stream| {
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        })
    }

    /// Accepts a jar as Flink does, and keeps the received body.
    pub(crate) fn taking_uploads() -> Self {
        let bodies = Bodies::default();
        let kept = bodies.clone();
        let mut server = Self::start(move |mut stream| {
            let (body, is_whole) = read_body(&mut stream);
            kept.lock().unwrap().push(body);
            if is_whole {
                let json = r#"{"filename": "/tmp/1_app.jar", "status": "success"}"#;
                let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{json}", json.len());
            }
        });
        server.bodies = bodies;
        server
    }

    fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let (counted, serve) = (requests.clone(), Arc::new(serve));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                counted.fetch_add(1, Ordering::SeqCst);
                let serve = serve.clone();
                thread::spawn(move || serve(stream));
            }
        });
        Self { address, requests, bodies: Bodies::default() }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The number of connections.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// The uploaded body of each request, once it is complete.
    pub(crate) fn bodies(&self) -> Vec<Vec<u8>> {
        let started = Instant::now();
        loop {
            let bodies = self.bodies.lock().unwrap().clone();
            if bodies.len() == self.requests() {
                return bodies;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "requests do not end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Reads the body of a request; true if it is complete.
fn read_body(stream: &mut TcpStream) -> (Vec<u8>, bool) {
    let head = String::from_utf8(read_head(stream)).unwrap().to_lowercase();
    let mut body = Vec::new();
    let mut read = |stream: &mut TcpStream, size: u64| {
        stream.take(size).read_to_end(&mut body).is_ok_and(|read| read as u64 == size)
    };
    if let Some((_, length)) = head.split_once("content-length: ") {
        let is_whole = read(stream, length.lines().next().unwrap().parse().unwrap());
        return (body, is_whole);
    }
    loop {
        let size = read_until(stream, b"\r\n");
        let Ok(size) = u64::from_str_radix(String::from_utf8_lossy(&size).trim(), 16) else {
            return (body, false);
        };
        let is_there = read(stream, size) && read_until(stream, b"\r\n") == b"\r\n";
        if !is_there || size == 0 {
            return (body, is_there);
        }
    }
}

fn read_head(stream: &mut TcpStream) -> Vec<u8> {
    read_until(stream, b"\r\n\r\n")
}

fn read_until(stream: &mut TcpStream, end: &[u8]) -> Vec<u8> {
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while !bytes.ends_with(end) && matches!(stream.read(&mut byte), Ok(1)) {
        bytes.extend(byte);
    }
    bytes
}
