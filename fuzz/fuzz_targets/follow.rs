//! Follows a log while the server lists and sends anything. It ends, and no line contains the end of another.
//!
//! Input: a sequence of events, each a byte for the file, a byte for the difference between the listed and the real
//! size, and a line.
#![no_main]

mod server;

use std::{collections::BTreeMap, time::Duration};

use flink_rest_client::http::Response;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use tokio::time::timeout;

const NAMES: [&str; 4] = ["jobmanager.log", "jobmanager.log.1", "jobmanager.log.2", "jobmanager.out"];
const CONFIG: &str = r#"{"refresh-interval": 3000, "timezone-name": "CET", "timezone-offset": 3600000,
    "flink-version": "2.3.0", "flink-revision": "", "features": {"web-submit": true}}"#;

fuzz_target!(|input: &[u8]| {
    let mut events: Vec<_> = input.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).rev().collect();
    let mut files = BTreeMap::<&str, (Vec<u8>, i64, i64)>::new();
    let mut clock = 0;
    let client = server::client(move |path| {
        clock += 1;
        if let Some([which, size, line @ ..]) = events.pop().as_deref() {
            let file = files.entry(NAMES[usize::from(which % 4)]).or_default();
            file.1 = i64::from(*size) - 128;
            file.2 = clock;
            match which / 64 {
                0 => file.0.clear(),
                1 => drop(files.remove(NAMES[usize::from(which % 4)])),
                _ => file.0.extend_from_slice(line),
            }
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        let list = || {
            let listed = files.iter().map(|(name, (bytes, off, time))| {
                let size = i64::try_from(bytes.len()).unwrap().saturating_add(*off).max(0);
                json!({"name": name, "size": size, "mtime": time})
            });
            json!({"logs": listed.collect::<Vec<Value>>()}).to_string().into_bytes()
        };
        let answer = match name {
            "config" => Some(CONFIG.into()),
            "logs" => Some(list()),
            file => files.get(file).map(|(bytes, ..)| bytes.clone()),
        };
        let missing = || br#"{"errors": ["no such file"]}"#.to_vec();
        let status = if answer.is_some() { 200 } else { 404 };
        Response::builder().status(status).body(server::body(answer.unwrap_or_else(missing))).unwrap()
    });
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut lines = client.jobmanager().follow_log().patience(Duration::from_secs(20)).lines();
        let all = async {
            while let Ok(Some(line)) = lines.next().await {
                assert!(!line.bytes.contains(&b'\n'), "{line:?}");
            }
        };
        let _ = timeout(Duration::from_secs(300), all).await;
    });
});
