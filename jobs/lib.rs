//! Compiles the example and test jobs of this folder against the Flink that runs them.

use std::{fs, path::PathBuf};

use flink_local::{Distribution, Error};

/// Compiles `WordCount.java`: bounded, with its result in accumulators.
pub fn word_count(flink: &Distribution) -> Result<PathBuf, Error> {
    compile(flink, "WordCount")
}

/// Compiles `StreamingJob.java`: runs, checkpoints, fails or slows down, controlled by flags.
pub fn streaming_job(flink: &Distribution) -> Result<PathBuf, Error> {
    compile(flink, "StreamingJob")
}

/// Compiles `ManyJobs.java`: submits several jobs.
pub fn many_jobs(flink: &Distribution) -> Result<PathBuf, Error> {
    compile(flink, "ManyJobs")
}

/// Compiles a main class and its shared sources, unless the jar is newer than all of them.
fn compile(flink: &Distribution, main_class: &str) -> Result<PathBuf, Error> {
    let root = flink_workspace::root();
    let here = root.join("jobs");
    let sources = [here.join(format!("{main_class}.java")), here.join("Arguments.java")];
    let jar = root.join(format!("target/jobs/{}/{main_class}.jar", flink.version()));
    let written = |path: &PathBuf| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    if written(&jar).is_some_and(|jar| sources.iter().all(|source| written(source) < Some(jar))) {
        return Ok(jar);
    }
    flink.compile(&sources, main_class, jar)
}
