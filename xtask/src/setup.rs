//! What a machine needs beside Rust.

use std::{env, process::Command};

use anyhow::{Result, bail};
use flink_local::{Java, install_command};

/// What stands before clusters in the live tests, each in a package of its name.
pub const PROXIES: &[&str] = &["nginx", "openssl", "tinyproxy", "microsocks"];

/// Maven, which fetches jars that Flink's releases do not hold, for the live tests.
pub const MAVEN: &[&str] = &["mvn"];

/// What a person sits at, in the tests of the command line: a terminal, and shells beside the one that is everywhere.
pub const TERMINAL: &[&str] = &["tmux", "bash", "zsh", "fish"];

/// What the benchmarks measure with, and measure beside.
pub const CONTESTANTS: &[&str] = &["curl", "valgrind", "wrk"];

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
    if !run(&command)? {
        bail!("that failed; install a JDK 17 by hand, or set JAVA_HOME to the folder of one");
    }
    Ok(Java::find()?)
}

/// Finds these programs, or installs them likewise.
pub fn programs(wanted: &[&str]) -> Result<()> {
    let missing = || wanted.iter().copied().filter(|program| !is_there(program)).collect::<Vec<_>>();
    let packages = missing().join(" ");
    if packages.is_empty() {
        return Ok(());
    }
    // The command for the JDK, which it names last.
    let command = install_command().unwrap_or_default();
    if let Some((install, _)) = command.rsplit_once(' ') {
        // Debian's tinyproxy would be started with the system.
        let is_debian = install.contains("apt-get");
        let packages = if is_debian { packages.replace("tinyproxy", "tinyproxy-bin") } else { packages };
        let packages = packages.replace("mvn", "maven");
        eprintln!("Installing what is needed: {install} {packages}");
        run(&format!("{install} {packages}"))?;
    }
    match missing().as_slice() {
        [] => Ok(()),
        missing => bail!("there is no {}: install them by hand", missing.join(", ")),
    }
}

/// Looks also where only root looks, on some systems.
fn is_there(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.map(|folder| folder.join(program)).any(|file| file.is_file())
}

fn run(command: &str) -> Result<bool> {
    // What it prints goes where our own talk goes: standard output is for results.
    Ok(Command::new("sh").args(["-c", &format!("({command}) >&2")]).status()?.success())
}

/// The releases that were asked for.
pub fn releases(asked: &[String]) -> Vec<String> {
    if asked == ["all"] {
        return flink_local::VERSIONS.iter().map(ToString::to_string).collect();
    }
    asked.to_vec()
}
