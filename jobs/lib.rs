//! The example and test jobs of this folder, compiled against the Flink that is to run them.

use std::{fs, path::PathBuf};

use flink_local::{Distribution, Error};

/// `WordCount.java` as a jar: bounded, with its result in accumulators.
pub fn word_count(flink: &Distribution) -> Result<PathBuf, Error> {
    compile(flink, "WordCount")
}

/// `StreamingJob.java` as a jar: runs, checkpoints, fails or drags its feet as its flags say.
pub fn streaming_job(flink: &Distribution) -> Result<PathBuf, Error> {
    compile(flink, "StreamingJob")
}

/// `ManyJobs.java` as a jar: submits several jobs.
pub fn many_jobs(flink: &Distribution) -> Result<PathBuf, Error> {
    compile(flink, "ManyJobs")
}

/// Compiles the main class and what it shares with the others, unless the jar is newer than both.
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
