//! State of a starting cluster.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// TaskManagers and slots registered at the JobManager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overview {
    pub(crate) taskmanagers: u32,
    pub(crate) slots: u32,
}

/// Requests `/v1/overview`; `None` while the JobManager is not ready.
pub(crate) fn overview(url: &str) -> Option<Overview> {
    // Written by hand: an HTTP client would be most of this crate's dependencies.
    let timeout = Duration::from_secs(2);
    let address: SocketAddr = url.strip_prefix("http://")?.parse().ok()?;
    let mut stream = TcpStream::connect_timeout(&address, timeout).ok()?;
    stream.set_read_timeout(Some(timeout)).ok()?;
    stream.write_all(b"GET /v1/overview HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let number = |name: &str| -> Option<u32> {
        let rest = answer.split_once(&format!("\"{name}\":"))?.1;
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    Some(Overview { taskmanagers: number("taskmanagers")?, slots: number("slots-total")? })
}

/// Parses the port from the log line in which the JobManager names its address.
pub(crate) fn rest_port(log: &str) -> Option<u16> {
    let address = log.split_once("Rest endpoint listening at ")?.1.split_once('\n')?.0;
    address.rsplit_once(':')?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_log() {
        let log = "2026-01-01 10:00:00,000 INFO  a.B [] - Starting\n\
            2026-01-01 10:00:01,000 INFO  o.a.f.r.d.DispatcherRestEndpoint [] - Rest endpoint listening at 127.0.0.1:43697\n\
            2026-01-01 10:00:01,001 INFO  a.B [] - http://127.0.0.1:1 was granted leadership\n";
        assert_eq!(rest_port(log), Some(43697));
    }

    #[test]
    fn an_incomplete_line_has_no_port() {
        assert_eq!(rest_port("Rest endpoint listening at 127.0.0.1:43"), None);
        assert_eq!(rest_port("Starting rest endpoint."), None);
    }
}
