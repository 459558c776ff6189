//! Gives a job more parallelism while its busiest vertex has no time left, and less while it is idle (Flink 1.18+, adaptive
//! scheduler): `cargo run -p flink-ops --example autoscaler -- http://localhost:8081 JOB-ID 8`.

#![allow(clippy::print_stdout, reason = "it is a program")]

use std::{env, error::Error, time::Duration};

use flink_ops::JobLoad;
use flink_rest_client::{FlinkRestClient, JobId};

/// Time between two decisions: the mean of a rate that Flink tells is over a minute.
const INTERVAL: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(url), Some(job), Some(most)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: autoscaler URL JOB-ID MAX-PARALLELISM".into());
    };
    let (flink, job, most) = (FlinkRestClient::new(url)?, job.parse()?, most.parse()?);
    loop {
        if let Some(parallelism) = step(&flink, job, most).await? {
            println!("the job runs with parallelism {parallelism}");
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Decides once: returns the new parallelism, once the job runs with it; none if it has the right one.
pub(crate) async fn step(
    flink: &FlinkRestClient,
    job: JobId,
    most: u32,
) -> Result<Option<u32>, Box<dyn Error>> {
    let load = flink_ops::load(flink, job).await?;
    let Some(wanted) = wanted(&load, most) else { return Ok(None) };
    flink_ops::rescale(flink, job, wanted).await?;
    Ok(Some(wanted))
}

/// The parallelism that a job needs, if it is another than it has; none while that cannot be told.
pub(crate) fn wanted(load: &JobLoad, most: u32) -> Option<u32> {
    let parallelism: u32 = load.vertices.iter().map(|vertex| vertex.tasks.values().sum()).max()?;
    let busiest = load.vertices.iter().filter_map(|vertex| vertex.busiest).reduce(f64::max)?;
    let wanted = match busiest {
        busy if busy > 0.8 => parallelism + 1,
        busy if busy < 0.3 => parallelism.saturating_sub(1),
        _ => parallelism,
    };
    let wanted = wanted.clamp(1, most.max(1));
    (load.fresh && wanted != parallelism).then_some(wanted)
}
