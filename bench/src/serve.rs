//! A server that is never the bottleneck: prepared responses, discarded uploads, logs of any length.

use std::{
    collections::HashMap,
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

/// The response to an upload.
const UPLOADED: &str = r#"{"filename":"/flink-web-upload/0_bench.jar","status":"success"}"#;

/// Size of the pieces in which logs and uploads are processed.
const CHUNK_SIZE: usize = 256 * 1024;

/// A line of a log.
const LINE: &[u8] =
    b"2026-11-23 18:00:00,000 INFO  org.apache.flink.runtime.checkpoint.CheckpointCoordinator - Done.\n";

/// The server's content.
struct Content {
    answers: HashMap<String, Vec<u8>>,
    log_bytes: usize,
    /// Delay before a log is sent.
    delay: Duration,
}

/// Serves the files of a folder, whose names are paths with `.` for `/`, and prints the address. Ends when standard
/// input closes.
pub fn run(folder: &Path, log_bytes: usize, delay: Duration) -> Result<()> {
    let mut answers = HashMap::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let path = format!("/{}", entry.file_name().to_string_lossy().replace('.', "/"));
        let body = fs::read(entry.path())?;
        let mut answer = head("200 OK", "application/json; charset=UTF-8", body.len());
        answer.extend(body);
        answers.insert(path, answer);
    }
    let content = Arc::new(Content { answers, log_bytes, delay });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let content = content.clone();
            // Errors of a connection have no reader.
            thread::spawn(move || serve_connection(&content, connection));
        }
    });
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}

fn head(status: &str, kind: &str, length: usize) -> Vec<u8> {
    // Like Flink's: lower-case names, and the connection stays open.
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n").into_bytes()
}

/// Answers the requests of one connection until it closes.
fn serve_connection(content: &Content, mut connection: TcpStream) -> Result<()> {
    connection.set_nodelay(true)?;
    let mut buffer = vec![0; CHUNK_SIZE];
    let mut filled = 0;
    loop {
        let Some(end) = find(&buffer[..filled], b"\r\n\r\n") else {
            match connection.read(&mut buffer[filled..])? {
                0 => return Ok(()),
                read => filled += read,
            }
            continue;
        };
        let request = String::from_utf8_lossy(&buffer[..end]).into_owned();
        let path = request.split(' ').nth(1).unwrap_or_default();
        let path = path.strip_prefix("/v1").unwrap_or(path);
        let body_here = filled - end - 4;
        let length = header(&request, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if header(&request, "expect").is_some() {
            connection.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let mut missing = length - body_here.min(length);
        while missing > 0 {
            let room = buffer.len().min(missing);
            match connection.read(&mut buffer[..room])? {
                0 => return Ok(()),
                read => missing -= read,
            }
        }
        filled = 0;
        answer(content, &mut connection, &request, path)?;
    }
}

fn answer(content: &Content, connection: &mut TcpStream, request: &str, path: &str) -> Result<()> {
    if request.starts_with("POST ") {
        let mut answer = head("200 OK", "application/json", UPLOADED.len());
        answer.extend(UPLOADED.as_bytes());
        return Ok(connection.write_all(&answer)?);
    }
    if path.ends_with("/log") {
        thread::sleep(content.delay);
        return log(connection, content.log_bytes);
    }
    match content.answers.get(path) {
        Some(answer) => Ok(connection.write_all(answer)?),
        None => Ok(connection.write_all(&head("404 Not Found", "application/json", 0))?),
    }
}

fn log(connection: &mut TcpStream, bytes: usize) -> Result<()> {
    connection.write_all(&head("200 OK", "text/plain", bytes))?;
    let mut chunk = LINE.repeat(CHUNK_SIZE / LINE.len());
    let (mut missing, mut second) = (bytes, 0);
    while missing > 0 {
        // Each second has a few lines.
        for lines in chunk.chunks_mut(LINE.len() * 64) {
            let time = format!("{:02}:{:02}:{:02}", second / 3600 % 24, second / 60 % 60, second % 60);
            lines.chunks_mut(LINE.len()).for_each(|line| line[11..19].copy_from_slice(time.as_bytes()));
            second += 1;
        }
        let next = chunk.len().min(missing);
        connection.write_all(&chunk[..next])?;
        missing -= next;
    }
    Ok(())
}

fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = request.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}
