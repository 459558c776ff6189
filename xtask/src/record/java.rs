//! Compiles the Java programs and plugins of the recordings against the Flink that runs them.

use std::{fs, os::unix::fs::symlink, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use flink_local::{Distribution, Java};

/// The folder of a release's jars.
fn folder(distribution: &Distribution) -> PathBuf {
    flink_workspace::root().join("target/recordings").join(distribution.version())
}

/// Compiles one of the project's Java sources into a jar.
pub(super) fn compile(distribution: &Distribution, source: &str) -> Result<PathBuf> {
    let source = flink_workspace::root().join(source);
    let class = source.file_stem().and_then(|name| name.to_str()).context("a Java file")?.to_owned();
    let jar = folder(distribution).join(format!("{class}.jar"));
    Ok(distribution.compile(&[source], &class, jar)?)
}

/// Returns this Flink with a plugin that labels failures (1.18+).
pub(super) fn with_labels(distribution: &Distribution) -> Result<Distribution> {
    let home = folder(distribution).join("flink");
    let plugin = home.join("plugins/labels");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&plugin)?;
    for part in ["lib", "opt"] {
        symlink(distribution.home().join(part), home.join(part))?;
    }
    let jar = plugin.join("Labels.jar");
    fs::copy(compile(distribution, "xtask/src/record/Labels.java")?, &jar)?;

    // Flink finds a plugin by a file that names its class.
    let services = folder(distribution).join("services");
    let file = services.join("META-INF/services/org.apache.flink.core.failure.FailureEnricherFactory");
    fs::create_dir_all(file.parent().context("a folder")?)?;
    fs::write(file, "Labels\n")?;
    let mut archiver = Command::new(Java::find()?.program().with_file_name("jar"));
    let status =
        archiver.args(["--update", "--file"]).arg(&jar).arg("-C").arg(&services).arg("META-INF").status()?;
    ensure!(status.success(), "jar: {status}");
    Ok(Distribution::at(home)?)
}
