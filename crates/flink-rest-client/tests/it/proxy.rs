//! A proxy that breaks connections on command, at every stage of a request and its response, and counts arrivals.
//!
//! The live tests use it in front of a real cluster.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// A fault of a request or its response.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    Nothing,
    /// Ends the connection at this stage.
    Cut(Stage, End),
    /// Sends this response; the upstream gets the request if the flag is true.
    Instead(bool, Vec<u8>),
    /// Sends the first string, then the second one repeatedly with this pause.
    Endless(String, String, Duration),
    /// Sends a response made from the upstream's body, then closes the connection.
    Change(fn(&str) -> String),
    /// Sends the response byte by byte.
    Trickle,
    /// Delays the response.
    Late(Duration),
}

/// The progress of a request and its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// The connection is open; the proxy has read nothing.
    Connected,
    /// The proxy has read one byte.
    Begun,
    /// It has read the head, and a part of the body if there is one.
    Middle,
    /// It has read everything, and forwarded nothing.
    Read,
    /// The upstream has received the request; its effect is unknown.
    Forwarded,
    /// The upstream has responded; nothing of the response was forwarded.
    Done,
    /// A part of the response's head was forwarded.
    Head,
    /// The head and a part of the body were forwarded.
    Body,
    /// Everything was forwarded.
    Answered,
}

/// The end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Close,
    Reset,
    /// It stays open, but nothing more arrives.
    Stall,
}

pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: String,
    script: Mutex<Box<dyn FnMut() -> Fault + Send>>,
    arrived: Mutex<Vec<String>>,
    /// Number of connections ever made, and of open ones.
    made: AtomicUsize,
    open: AtomicUsize,
    /// Number of requests without a response from the upstream.
    underway: AtomicUsize,
    is_over: AtomicBool,
}

impl Proxy {
    /// Starts a proxy in front of this server; the script returns the fault of each request.
    pub(crate) fn before(upstream: &str, script: impl FnMut() -> Fault + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            upstream: upstream.trim_start_matches("http://").into(),
            script: Mutex::new(Box::new(script)),
            arrived: Mutex::default(),
            made: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            underway: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        });
        let all = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if all.is_over.load(Ordering::SeqCst) {
                    break;
                }
                all.made.fetch_add(1, Ordering::SeqCst);
                all.open.fetch_add(1, Ordering::SeqCst);
                let all = all.clone();
                thread::spawn(move || {
                    // A side may close its connection at any time.
                    let _ = all.serve(client);
                    all.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Method and target of the requests that arrived completely at the upstream, in order.
    pub(crate) fn arrived(&self) -> Vec<String> {
        self.shared.arrived.lock().unwrap().clone()
    }

    /// The number of connections ever made, and of open ones.
    pub(crate) fn connections(&self) -> (usize, usize) {
        (self.shared.made.load(Ordering::SeqCst), self.shared.open.load(Ordering::SeqCst))
    }

    /// The number of requests without a response from the upstream; the client may have stopped waiting.
    #[allow(dead_code, reason = "the live tests wait for it")]
    pub(crate) fn underway(&self) -> usize {
        self.shared.underway.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts connections.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn next(&self) -> Fault {
        (self.script.lock().unwrap())()
    }

    fn serve(self: &Arc<Self>, client: TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        let mut client = BufReader::new(client);
        let mut fault = self.next();
        loop {
            if let Some(end) = self.exchange(&mut client, fault)? {
                return end.of(client.into_inner());
            }
            if client.fill_buf()?.is_empty() {
                return Ok(());
            }
            fault = self.next();
        }
    }

    /// Handles a request and its response; returns the end of the connection, if it ends.
    fn exchange(
        self: &Arc<Self>,
        client: &mut BufReader<TcpStream>,
        fault: Fault,
    ) -> io::Result<Option<End>> {
        let cut = |stage| match fault {
            Fault::Cut(at, end) if at == stage => Some(end),
            _ => None,
        };
        if let Some(end) = cut(Stage::Connected) {
            return Ok(Some(end));
        }
        if let Some(end) = cut(Stage::Begun) {
            client.get_mut().read_exact(&mut [0])?;
            return Ok(Some(end));
        }
        let Some(mut request) = Message::read_head(client)? else { return Ok(Some(End::Close)) };
        if let Some(end) = cut(Stage::Middle) {
            return Ok(Some(end));
        }
        request.read_body(client)?;
        match &fault {
            Fault::Cut(Stage::Read, end) => return Ok(Some(*end)),
            Fault::Instead(false, answer) => {
                client.get_mut().write_all(answer)?;
                return Ok(None);
            }
            _ => {}
        }
        let upstream = self.forward(&request)?;
        if let Some(end) = cut(Stage::Forwarded) {
            let all = self.clone();
            // The upstream is not told that nobody reads its response.
            thread::spawn(move || all.finish(upstream));
            return Ok(Some(end));
        }
        self.answer(client.get_mut(), self.finish(upstream)?, fault)
    }

    /// Forwards the request; the response is read by [`finish`](Self::finish).
    fn forward(&self, request: &Message) -> io::Result<TcpStream> {
        let mut upstream = TcpStream::connect(&self.upstream)?;
        let head = request.head.trim_end();
        upstream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes())?;
        upstream.write_all(&request.body)?;
        self.arrived.lock().unwrap().push(request.title());
        self.underway.fetch_add(1, Ordering::SeqCst);
        Ok(upstream)
    }

    /// Reads the complete response.
    fn finish(&self, mut upstream: TcpStream) -> io::Result<Vec<u8>> {
        let mut answer = Vec::new();
        let read = upstream.read_to_end(&mut answer);
        self.underway.fetch_sub(1, Ordering::SeqCst);
        read?;
        // A client that waits for more must see the connection close too.
        let whole = Message::read(&mut answer.as_slice())?;
        whole.map(|_| answer).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn answer(&self, client: &mut TcpStream, answer: Vec<u8>, fault: Fault) -> io::Result<Option<End>> {
        let head = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap_or_default() + 4;
        match fault {
            Fault::Cut(stage, end) => {
                let passed = match stage {
                    Stage::Head => head / 2,
                    Stage::Body => (head + answer.len()) / 2,
                    Stage::Answered => answer.len(),
                    _ => 0,
                };
                client.write_all(&answer[..passed])?;
                return Ok(Some(end));
            }
            Fault::Instead(_, answer) => client.write_all(&answer)?,
            Fault::Endless(begin, again, pause) => {
                client.write_all(begin.as_bytes())?;
                let times = if pause.is_zero() { (64 * 1024 / again.len()).max(1) } else { 1 };
                let again = again.repeat(times);
                loop {
                    client.write_all(again.as_bytes())?;
                    thread::sleep(pause);
                }
            }
            Fault::Change(change) => {
                client.write_all(change(&String::from_utf8_lossy(&answer[head..])).as_bytes())?;
                return Ok(Some(End::Close));
            }
            Fault::Trickle => answer.iter().try_for_each(|&byte| client.write_all(&[byte]))?,
            Fault::Late(pause) => {
                thread::sleep(pause);
                client.write_all(&answer)?;
            }
            Fault::Nothing => client.write_all(&answer)?,
        }
        Ok(None)
    }
}

impl End {
    fn of(self, mut connection: TcpStream) -> io::Result<()> {
        match self {
            Self::Close => Ok(()),
            Self::Reset => socket2::SockRef::from(&connection).set_linger(Some(Duration::ZERO)),
            Self::Stall => io::copy(&mut connection, &mut io::sink()).map(drop),
        }
    }
}

/// A request or response.
pub(crate) struct Message {
    /// Includes the empty line at its end.
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// Reads the next message; `None` at the end.
    pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let Some(mut message) = Self::read_head(from)? else { return Ok(None) };
        message.read_body(from)?;
        Ok(Some(message))
    }

    fn read_head(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if from.read_line(&mut head)? == 0 {
                return Ok(None);
            }
        }
        Ok(Some(Self { head, body: Vec::new() }))
    }

    fn read_body(&mut self, from: &mut impl BufRead) -> io::Result<()> {
        if self.header("transfer-encoding").is_some() {
            return self.read_chunks(from);
        }
        let length = self.header("content-length").map_or(0, |length| length.parse().unwrap());
        self.body.resize(length, 0);
        from.read_exact(&mut self.body)
    }

    /// Keeps the chunk encoding, because the head still announces it.
    fn read_chunks(&mut self, from: &mut impl BufRead) -> io::Result<()> {
        loop {
            let mut line = String::new();
            from.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            let begin = self.body.len() + line.len();
            self.body.extend(line.as_bytes());
            self.body.resize(begin + size + 2, 0);
            from.read_exact(&mut self.body[begin..])?;
            if size == 0 {
                return Ok(());
            }
        }
    }

    /// Method and target of a request.
    pub(crate) fn title(&self) -> String {
        self.head.split(" HTTP/").next().unwrap_or_default().into()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}
