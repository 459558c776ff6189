//! Ways to read the details of a job.

use std::{fs, hint::black_box, path::Path};

use anyhow::{Result, bail};
use bytes::Bytes;
use flink_rest_client::JobId;

use crate::{bare, ready::Ready};

/// Reads what is in a file so many times; nobody reads nothing.
pub fn run(who: &str, file: &Path, times: u32) -> Result<()> {
    let text = Bytes::from(fs::read(file)?);
    match who {
        "nobody" => {}
        "ours" => ours(&text, times)?,
        "bare" => again(times, || Ok(serde_json::from_slice::<bare::JobDetails>(&text)?))?,
        "value" => again(times, || Ok(serde_json::from_slice::<serde_json::Value>(&text)?))?,
        _ => bail!("nobody is called {who}"),
    }
    Ok(())
}

fn again<T>(times: u32, read: impl Fn() -> Result<T>) -> Result<()> {
    for _ in 0..times {
        black_box(read()?);
    }
    Ok(())
}

/// The whole way of a call, with an answer that is there at once.
fn ours(text: &Bytes, times: u32) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let flink = Ready(vec![("", text.clone())]).client()?;
    let job = JobId::from_bytes([0; 16]);
    again(times, || Ok(runtime.block_on(async { flink.job(job).details().await })?))
}
