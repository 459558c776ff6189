//! Prints the load of every job of a cluster, and what keeps it from running:
//! `cargo run -p flink-ops --example monitor -- http://localhost:8081`.

#![allow(clippy::print_stdout, reason = "it is a program")]

use std::{env, error::Error};

use flink_rest_client::FlinkRestClient;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::args().nth(1).unwrap_or_else(|| "http://localhost:8081".into());
    for line in report(&FlinkRestClient::new(url)?).await? {
        println!("{line}");
    }
    Ok(())
}

/// A line for each job that has not ended, and one for each of its vertices.
pub(crate) async fn report(flink: &FlinkRestClient) -> Result<Vec<String>, Box<dyn Error>> {
    let mut lines = Vec::new();
    for job in flink.jobs().overview().await?.jobs {
        if job.state.is_terminal() {
            continue;
        }
        lines.push(format!("{} is {}", job.name, job.state));
        if let Some(obstacle) = flink_ops::obstacle(flink, job.jid).await? {
            lines.push(format!("  {obstacle}"));
        }
        for vertex in flink_ops::load(flink, job.jid).await?.vertices {
            let [busy, backpressured] = [vertex.busy, vertex.backpressured].map(percent);
            lines.push(format!("  {}: {busy} busy, {backpressured} backpressured", vertex.name));
        }
    }
    Ok(lines)
}

fn percent(part: Option<f64>) -> String {
    part.map_or("?".into(), |part| format!("{:.0} %", part * 100.0))
}
