//! Programs that a machine needs besides Rust.

use std::{env, process::Command};

use anyhow::{Result, bail};
use flink_local::{Java, install_command};

/// Proxies in front of clusters in the live tests; each is in a package of its name.
pub const PROXIES: &[&str] = &["nginx", "openssl", "tinyproxy", "microsocks"];

/// Maven: downloads jars that Flink releases do not contain, for the live tests.
pub const MAVEN: &[&str] = &["mvn"];

/// A terminal and shells, for flinkctl's terminal tests.
pub const TERMINAL: &[&str] = &["tmux", "bash", "zsh", "fish"];

/// Tools and contestants of the benchmarks.
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
        bail!("the installation failed; install a JDK 17 by hand, or set JAVA_HOME to the folder of one");
    }
    Ok(Java::find()?)
}

/// Finds these programs, or installs them with the system's package manager.
pub fn programs(wanted: &[&str]) -> Result<()> {
    let missing = || wanted.iter().copied().filter(|program| !is_there(program)).collect::<Vec<_>>();
    let packages = missing().join(" ");
    if packages.is_empty() {
        return Ok(());
    }
    // Derived from the command for the JDK, which ends with the package name.
    let command = install_command().unwrap_or_default();
    if let Some((install, _)) = command.rsplit_once(' ') {
        // Debian's tinyproxy package would start it as a system service.
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

/// Also searches folders that are only in root's PATH on some systems.
fn is_there(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.map(|folder| folder.join(program)).any(|file| file.is_file())
}

fn run(command: &str) -> Result<bool> {
    // To standard error: standard output is for results.
    Ok(Command::new("sh").args(["-c", &format!("({command}) >&2")]).status()?.success())
}

/// The releases to use; `all` stands for all supported ones.
pub fn releases(asked: &[String]) -> Vec<String> {
    if asked == ["all"] {
        return flink_local::VERSIONS.iter().map(ToString::to_string).collect();
    }
    asked.to_vec()
}
