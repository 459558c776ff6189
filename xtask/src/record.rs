//! Records real responses in files: of a local Flink in every relevant state, or of any given cluster.

mod archive;
mod crawl;
mod java;
mod local;
mod mask;
mod recorder;
mod scene;
mod scenes;
mod shorten;

use std::{fs, path::PathBuf, time::Instant};

use anyhow::{Context, Result};
use flink_local::{Distribution, Progress};
use flink_rest_client::blocking::FlinkRestClient;

use self::{archive::Archive, mask::Masks, recorder::Recorder};
use crate::setup;

#[derive(clap::Args)]
pub struct Arguments {
    /// Start these releases and write the project's own recordings
    #[arg(long, value_name = "VERSION", value_delimiter = ',', required_unless_present = "url")]
    flink: Vec<String>,
    /// Record this cluster without changing anything
    #[arg(long, value_name = "URL", requires = "out", conflicts_with = "flink")]
    url: Option<String>,
    /// Output folder [default: the project's own recordings]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Record only these scenes
    #[arg(long, value_name = "NAME", value_delimiter = ',', conflicts_with = "url")]
    scene: Vec<String>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if let (Some(url), Some(out)) = (&arguments.url, &arguments.out) {
        let archive = Archive::new(out)?;
        crawl::run(&Recorder::new(FlinkRestClient::new(url)?, &archive, Masks::default()))?;
        println!("{} recordings are in {}.", archive.len(), out.display());
        println!(
            "Secrets in options are hidden, as far as their names tell. Look through the files before you give"
        );
        println!(
            "them away: they hold names of jobs and machines, paths, arguments, and the beginning of logs."
        );
        println!("Check them with: cargo xtask check-recordings {}", out.display());
        return Ok(());
    }
    setup::jdk()?;
    for version in &arguments.flink {
        let distribution = Distribution::obtain(version, Progress::Stderr)?;
        let out = arguments.out.clone().unwrap_or_else(flink_recordings::fixtures);
        let out = out.join(distribution.version());
        if arguments.scene.is_empty() && out.exists() {
            fs::remove_dir_all(&out).with_context(|| format!("cannot remove {}", out.display()))?;
        }
        let (started, archive) = (Instant::now(), Archive::new(out)?);
        local::run(&distribution, &archive, &arguments.scene)?;
        println!("{} recordings of {version} in {} s", archive.len(), started.elapsed().as_secs());
    }
    Ok(())
}
