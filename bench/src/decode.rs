//! Contestants that decode the details of a job.

use std::{fs, hint::black_box, path::Path};

use anyhow::{Result, bail};
use bytes::Bytes;
use flink_rest_client::JobId;

use crate::{bare, ready::Ready};

/// Decodes a file several times; the contestant `nobody` does nothing.
pub fn run(contestant: &str, file: &Path, times: u32) -> Result<()> {
    let text = Bytes::from(fs::read(file)?);
    match contestant {
        "nobody" => {}
        "ours" => ours(&text, times)?,
        "bare" => again(times, || Ok(serde_json::from_slice::<bare::JobDetails>(&text)?))?,
        "value" => again(times, || Ok(serde_json::from_slice::<serde_json::Value>(&text)?))?,
        _ => bail!("there is no contestant {contestant}"),
    }
    Ok(())
}

fn again<T>(times: u32, read: impl Fn() -> Result<T>) -> Result<()> {
    for _ in 0..times {
        black_box(read()?);
    }
    Ok(())
}

/// A complete call of the client, with a response that is ready at once.
fn ours(text: &Bytes, times: u32) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let flink = Ready(vec![("", text.clone())]).client()?;
    let job = JobId::from_bytes([0; 16]);
    again(times, || Ok(runtime.block_on(async { flink.job(job).details().await })?))
}
