//! A relay that counts bytes.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

use anyhow::{Context, Result};

/// The end of each request line.
const MARK: &[u8] = b" HTTP/1.1\r\n";

/// Transferred bytes in both directions.
#[derive(Debug, Default)]
pub struct Count {
    pub requests: AtomicU64,
    pub bytes: AtomicU64,
}

impl Count {
    /// Returns the bytes since the last call.
    pub fn take(&self) -> (f64, f64) {
        (self.requests.swap(0, Relaxed) as f64, self.bytes.swap(0, Relaxed) as f64)
    }
}

/// Starts a relay to a server that lives as long as this process.
pub fn to(url: &str) -> Result<(String, Arc<Count>)> {
    let target = url.strip_prefix("http://").context("an http address")?.to_owned();
    let (listener, count) = (TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, Arc::new(Count::default()));
    let (address, counted) = (format!("http://{}", listener.local_addr()?), count.clone());
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // A broken connection shows in the contestant.
            let _ = join(client, &target, &counted);
        }
    });
    Ok((address, count))
}

fn join(client: TcpStream, target: &str, count: &Arc<Count>) -> io::Result<()> {
    let server = TcpStream::connect(target)?;
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
    }
    for (from, to, asks) in [(client.try_clone()?, server.try_clone()?, true), (server, client, false)] {
        let count = count.clone();
        thread::spawn(move || {
            hand_on(from, to, |bytes| {
                count.bytes.fetch_add(bytes.len() as u64, Relaxed);
                if asks {
                    let lines = bytes.windows(MARK.len()).filter(|window| *window == MARK).count();
                    count.requests.fetch_add(lines as u64, Relaxed);
                }
            })
        });
    }
    Ok(())
}

fn hand_on(mut from: TcpStream, mut to: TcpStream, seen: impl Fn(&[u8])) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        seen(&buffer[..read]);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
