//! What a machine needs beside Rust.

use std::process::Command;

use anyhow::{Result, bail};
use flink_local::{Java, install_command};

/// Finds a JDK, or installs one with the system's package manager.
pub fn jdk() -> Result<Java> {
    match Java::find() {
        Ok(java) if java.is_jdk() => return Ok(java),
        _ => {}
    }
    let Some(command) = install_command() else {
        bail!(
            "there is no JDK, and no package manager known here: install a JDK 17, and set JAVA_HOME to its folder"
        );
    };
    eprintln!("No JDK found. Installing one: {command}");
    // What it prints goes where our own talk goes: standard output is for results.
    let status = Command::new("sh").args(["-c", &format!("({command}) >&2")]).status()?;
    if !status.success() {
        bail!("that failed with {status}; install a JDK 17 by hand, or set JAVA_HOME to the folder of one");
    }
    Ok(Java::find()?)
}
