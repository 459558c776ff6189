//! The Rust contestants of `cargo xtask bench`, their server, and the meter.
//!
//! The first argument selects one.

use std::{env, time::Duration};

use anyhow::{Result, bail};
use flink_bench::{cases, decode, get, measure, metrics, serve};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", folder, log_bytes, delay] => {
            serve::run(folder.as_ref(), log_bytes.parse()?, Duration::from_millis(delay.parse()?))
        }
        ["measure", report, program, arguments @ ..] => measure::run(report.as_ref(), program, arguments),
        ["list", url] => get::list(url),
        ["get", contestant, url, job, times] => get::run(contestant, url, job, times.parse()?),
        ["flood", url, job, at_once, seconds] => get::flood(url, job, at_once.parse()?, seconds.parse()?),
        ["case", name, contestant, times] => cases::run(name, contestant, times.parse()?),
        ["decode", contestant, file, times] => decode::run(contestant, file.as_ref(), times.parse()?),
        ["download", url, file] => get::download(url, file),
        ["metrics", url, job] => metrics::run(url, job),
        words => bail!("no such contestant: {words:?}"),
    }
}
