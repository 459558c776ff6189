//! Memory limits for endless responses. Runs in its own process, so that nothing else counts.

#![cfg(target_os = "linux")]

#[expect(dead_code, reason = "one fault is enough here")]
#[path = "it/proxy.rs"]
mod proxy;
#[expect(dead_code, reason = "effects do not matter here")]
#[path = "it/upstream.rs"]
mod upstream;

use std::{fs, time::Duration};

use flink_rest_client::{Error, FlinkRestClient, Retry};

use self::{
    proxy::{Fault, Proxy},
    upstream::Upstream,
};

/// Maximum size of a response that the client accepts, in bytes.
const MAX_RESPONSE: usize = 8 * 1024 * 1024;
/// Maximum memory of this process, in bytes: a growing buffer is twice as large as its content and copied on growth;
/// plus a margin.
const MAX_MEMORY: usize = 4 * MAX_RESPONSE + 16 * 1024 * 1024;

/// Peak memory of this process, in bytes.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

#[tokio::test]
async fn endless_responses_take_bounded_memory() {
    let spaces = " ".repeat(64 * 1024);
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let cases = [
        ("head", "HTTP/1.1 200 OK\r\n", "A: b\r\n".into(), 0),
        ("one header", "HTTP/1.1 200 OK\r\nA:", spaces.clone(), 0),
        ("line", "", spaces.clone(), 0),
        ("beginnings", "", "HTTP/1.1 100 Continue\r\n\r\n".into(), 1),
        ("body", "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n", spaces.clone(), 0),
        ("error", "HTTP/1.1 500 No\r\n\r\n", spaces.clone(), 0),
        ("chunks", chunked, format!("10000\r\n{spaces}\r\n"), 0),
        ("chunk", chunked, spaces.clone(), 0),
        ("size of a chunk", chunked, "0".repeat(64 * 1024), 0),
    ];
    for (what, begin, again, pause) in cases {
        let upstream = Upstream::start();
        let fault = Fault::Endless(begin.into(), again, Duration::from_millis(pause));
        let proxy = Proxy::before(&upstream.url(), move || fault.clone());
        let flink = FlinkRestClient::builder(proxy.url())
            .max_answer_bytes(MAX_RESPONSE)
            .retry(Retry::never())
            .build()
            .unwrap();
        forget_peak();
        let before = peak();
        let error = flink.jobmanager().log().timeout(Duration::from_secs(3)).await.unwrap_err();
        let grown = peak().saturating_sub(before);
        assert!(grown < MAX_MEMORY, "endless {what}: {} MiB more: {error:?}", grown >> 20);
        let is_full = matches!(error, Error::TooLarge { .. });
        assert_eq!(is_full, ["body", "error", "chunks"].contains(&what), "endless {what}: {error:?}");
    }
}
