//! A tour through a cluster: upload and run a jar, look at its vertices, take a savepoint, stop.
//!
//! ```sh
//! cargo run --example seed_tour -- http://localhost:8081 target/app.jar [ARGUMENT…]
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it sees")]

use std::{process::ExitCode, time::Duration};

use flink_rest_client::{FlinkRestClient, Result};

/// The sequence of the Python client's manual, and how it ends.
pub(crate) async fn tour(
    flink: &FlinkRestClient,
    jar: &str,
    arguments: &[String],
    savepoints: &str,
) -> Result<()> {
    let overview = flink.overview().await?;
    println!("Flink {} with {} free slots", overview.flink_version, overview.slots_available);

    let run = flink.jars().upload_and_run(jar).args(arguments).await?;
    let job = flink.job(run.job_id);
    job.wait_until_running().timeout(Duration::from_secs(120)).await?;
    println!("job {} runs", job.id());

    let vertices = job.vertex_ids().await?;
    println!("{} vertices", vertices.len());
    if let Some(first) = vertices.first() {
        let vertex = job.vertex(*first);
        println!("the first is {}", vertex.details().await?.name);
        for subtask in vertex.subtask_ids().await? {
            let subtask = vertex.subtask(subtask);
            let names = subtask.metrics().await?;
            println!("subtask {} has {} metrics", subtask.index(), names.len());
            if let Some(name) = names.first() {
                let values = subtask.metrics().get([&name.id]).await?;
                println!("  {} = {:?}", name.id, values.first().and_then(|metric| metric.value.as_deref()));
            }
        }
    }

    let savepoint = job.savepoint().target_directory(savepoints).await?.wait().await?;
    println!("savepoint in {savepoint}");
    let savepoint = job.stop_with_savepoint().target_directory(savepoints).await?.wait().await?;
    println!("stopped with a savepoint in {savepoint}");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(jar)) = (arguments.next(), arguments.next()) else {
        println!("usage: seed_tour ADDRESS JAR [ARGUMENT…]");
        return ExitCode::from(2);
    };
    let savepoints = std::env::temp_dir().join("savepoints");
    let arguments: Vec<_> = arguments.collect();
    let toured = async {
        tour(&FlinkRestClient::new(address)?, &jar, &arguments, &savepoints.to_string_lossy()).await
    };
    match toured.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}\n{}", error.hint().unwrap_or_default());
            ExitCode::FAILURE
        }
    }
}
