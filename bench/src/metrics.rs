//! All metrics of a job in one call.

use anyhow::Result;
use flink_rest_client::blocking::FlinkRestClient;

/// Requests them and prints their number.
pub fn run(url: &str, job: &str) -> Result<()> {
    let metrics = FlinkRestClient::new(url)?.job(job.parse()?).all_metrics().send()?;
    let subtasks = metrics.vertices.iter().flat_map(|vertex| vertex.subtasks.values()).map(Vec::len);
    println!("{}", metrics.job.len() + subtasks.sum::<usize>());
    Ok(())
}
