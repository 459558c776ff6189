//! Streams take constant memory. Runs in its own process, because other tests would be measured too.
#![cfg(target_os = "linux")]

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use flink_rest_client::{Upload, blocking::FlinkRestClient, follow::Process};

/// Size of the file, reader or response, in bytes.
const CONTENT_SIZE: u64 = 64 << 20;

/// Maximum additional memory for it, in bytes: buffers, and memory kept by the allocator.
const MAX_GROWTH: u64 = 16 << 20;

#[test]
fn streams_take_constant_memory() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let flink = FlinkRestClient::new(listener.local_addr().unwrap().to_string()).unwrap();
    thread::spawn(move || {
        listener.incoming().for_each(|stream| _ = thread::spawn(move || serve(&mut stream.unwrap())))
    });
    let folder = tempfile::tempdir().unwrap();
    let jar = folder.path().join("app.jar");
    fs::write(&jar, b"PK\x03\x04").unwrap();
    // The rest is a hole.
    fs::File::options().write(true).open(&jar).unwrap().set_len(CONTENT_SIZE).unwrap();
    let zeros = || io::Cursor::new(b"PK\x03\x04").chain(io::repeat(0).take(CONTENT_SIZE - 4));

    let buffered = grown(|| {
        let text = flink.jobmanager().log().send().unwrap();
        assert_eq!(text.as_bytes().len() as u64, CONTENT_SIZE);
    });
    assert!(buffered > CONTENT_SIZE, "the measurement detects a buffered body");

    is_small("a file", || _ = flink.jars().upload(&jar).send().unwrap());
    is_small("a reader", || {
        flink.jars().upload(Upload::from_reader("app.jar", CONTENT_SIZE, zeros())).send().unwrap();
    });
    is_small("a reader of unknown length", || {
        flink.jars().upload(Upload::from_reader("app.jar", None, zeros())).send().unwrap();
    });
    is_small("a reader that gives little at a time", || {
        flink
            .jars()
            .upload(Upload::from_reader("app.jar", CONTENT_SIZE, SmallReads(zeros())))
            .send()
            .unwrap();
    });
    is_small("a log that is read", || {
        let log = flink.jobmanager().log().stream().send().unwrap();
        assert_eq!(log.map(|chunk| chunk.unwrap().len() as u64).sum::<u64>(), CONTENT_SIZE);
    });
    is_small("a log that is saved", || {
        assert_eq!(flink.jobmanager().log().save(folder.path().join("log")).send().unwrap(), CONTENT_SIZE);
    });
    is_small("a log that is followed", || {
        let lines = flink.jobmanager().follow_log().lines();
        let count = usize::try_from(CONTENT_SIZE / LINE_LENGTH).unwrap();
        assert!(lines.take(count).all(|line| line.unwrap().bytes.len() as u64 == LINE_LENGTH - 1));
    });
    is_small("the entries of a log", || {
        let entries = flink.logs().of([Process::JobManager]).entries();
        assert_eq!(entries.map(|entry| entry.unwrap().bytes.len() as u64 + 1).sum::<u64>(), CONTENT_SIZE);
    });
    is_small("the last entries of a log", || {
        assert_eq!(flink.logs().of([Process::JobManager]).last(10).entries().count(), 10);
    });
    is_small("the end of a log", || {
        let mut lines = flink.jobmanager().follow_log().last(10).lines();
        assert_eq!(lines.next().unwrap().unwrap().bytes.len() as u64, LINE_LENGTH - 1);
    });
}

/// A reader that returns small pieces.
struct SmallReads<R>(R);

impl<R: Read> Read for SmallReads<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let limit = buffer.len().min(16 << 10);
        self.0.read(&mut buffer[..limit])
    }
}

#[track_caller]
fn is_small(what: &str, work: impl FnOnce()) {
    let grown = grown(work);
    assert!(grown < MAX_GROWTH, "{what} took {} MB", grown >> 20);
}

/// Peak growth of the memory during the work, in bytes.
fn grown(work: impl FnOnce()) -> u64 {
    // Reset the peak.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = peak();
    work();
    peak().saturating_sub(before)
}

fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// Length of a line with its line break.
const LINE_LENGTH: u64 = 1024;

/// A Flink with one large log, which accepts any jar.
fn serve(stream: &mut TcpStream) {
    let mut line = b"2026-11-23 14:34:10,310 INFO ".to_vec();
    line.resize(LINE_LENGTH as usize - 1, b'x');
    line.push(b'\n');
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        if head.starts_with("POST") {
            let is_chunked = head.to_lowercase().contains("transfer-encoding");
            let end: &[u8] = if is_chunked { b"\r\n0\r\n\r\n" } else { b"--\r\n" };
            let mut seen = Vec::new();
            while !seen.ends_with(end) {
                seen.drain(..seen.len().saturating_sub(end.len()));
                let bytes = reader.fill_buf().unwrap();
                seen.extend_from_slice(bytes);
                let size = bytes.len();
                reader.consume(size);
            }
        }
        let json = if head.starts_with("POST") {
            r#"{"filename": "/tmp/1_app.jar", "status": "success"}"#.to_owned()
        } else if head.contains("/config") {
            r#"{"refresh-interval": 1, "timezone-name": "", "timezone-offset": 0, "flink-version": "2.3.0",
                "flink-revision": "", "features": {"web-submit": true}}"#
                .to_owned()
        } else {
            format!(r#"{{"logs": [{{"name": "jobmanager.log", "size": {CONTENT_SIZE}}}]}}"#)
        };
        let is_log = head.contains("/jobmanager/log ") || head.contains("/jobmanager.log ");
        let size = if is_log { CONTENT_SIZE } else { json.len() as u64 };
        // The client closes the connection once it has read enough.
        let sent =
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n").and_then(|()| match is_log {
                true => (0..CONTENT_SIZE / LINE_LENGTH).try_for_each(|_| stream.write_all(&line)),
                false => stream.write_all(json.as_bytes()),
            });
        if sent.is_err() {
            return;
        }
    }
}
