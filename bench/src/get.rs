//! Contestants that request jobs.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use flink_rest_client::{FlinkRestClient, JobId, jobs::details::JobDetails};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, runtime::Runtime};

/// The code of somebody who knows reqwest and has ten minutes: prints the jobs of a cluster, one per line.
pub fn list(url: &str) -> Result<()> {
    Runtime::new()?.block_on(async {
        let answer = reqwest()?.get(format!("{url}/jobs/overview")).send().await?.bytes().await?;
        let overview: Value = serde_json::from_slice(&answer)?;
        for job in overview["jobs"].as_array().into_iter().flatten() {
            println!("{}\t{}\t{}", job["name"], job["jid"], job["state"]);
        }
        Ok(())
    })
}

/// Requests a job several times, one request after the other.
pub fn run(contestant: &str, url: &str, job: &str, times: u32) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let vertices = runtime.block_on(async {
        match contestant {
            "ours" => ours(url, job, times).await,
            "reqwest" => with_reqwest(url, job, times).await,
            "hyper" => with_hyper(url, job, times).await,
            _ => bail!("there is no contestant {contestant}"),
        }
    })?;
    println!("{vertices}");
    Ok(())
}

async fn ours(url: &str, job: &str, times: u32) -> Result<usize> {
    let (flink, job): (_, JobId) = (FlinkRestClient::new(url)?, job.parse()?);
    let mut vertices = 0;
    for _ in 0..times {
        vertices += flink.job(job).details().await?.vertices.len();
    }
    Ok(vertices)
}

async fn with_reqwest(url: &str, job: &str, times: u32) -> Result<usize> {
    let (client, url) = (reqwest()?, format!("{url}/jobs/{job}"));
    let mut vertices = 0;
    for _ in 0..times {
        let answer = client.get(&url).send().await?.error_for_status()?.bytes().await?;
        vertices += serde_json::from_slice::<JobDetails>(&answer)?.vertices.len();
    }
    Ok(vertices)
}

/// Does not decode the response.
async fn with_hyper(url: &str, job: &str, times: u32) -> Result<usize> {
    let host = url.strip_prefix("http://").context("an http address")?;
    let stream = TcpStream::connect(host).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut bytes = 0;
    for _ in 0..times {
        let request = http::Request::get(format!("/jobs/{job}")).header("host", host);
        sender.ready().await?;
        let answer = sender.send_request(request.body(Empty::<Bytes>::new())?).await?;
        bytes += answer.into_body().collect().await?.to_bytes().len();
    }
    Ok(bytes)
}

/// Requests a job from several tasks concurrently and prints the responses per second.
pub fn flood(url: &str, job: &str, at_once: u32, seconds: u64) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (flink, job): (_, JobId) = (FlinkRestClient::new(url)?, job.parse()?);
    let (started, end) = (Instant::now(), Duration::from_secs(seconds));
    let one = |flink: FlinkRestClient| async move {
        let mut answers = 0;
        while started.elapsed() < end {
            flink.job(job).details().await?;
            answers += 1;
        }
        Ok::<_, flink_rest_client::Error>(answers)
    };
    let tasks: Vec<_> = (0..at_once).map(|_| runtime.spawn(one(flink.clone()))).collect();
    let mut answers = 0;
    for task in tasks {
        answers += runtime.block_on(task)??;
    }
    println!("{:.0}", f64::from(answers) / started.elapsed().as_secs_f64());
    Ok(())
}

/// Downloads the JobManager's log to a file.
pub fn download(url: &str, file: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let flink = FlinkRestClient::new(url)?;
    println!("{}", runtime.block_on(async { flink.jobmanager().log().save(file).await })?);
    Ok(())
}

/// reqwest with its defaults, except for the cryptography provider.
fn reqwest() -> Result<reqwest::Client> {
    // An error means that another provider is installed, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().build()?)
}
