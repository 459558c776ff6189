//! Finds Java, or says how to install it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;

/// Major versions of Java that Flink runs on. All supported versions of Flink were tested with 17.
const SUPPORTED_VERSIONS: std::ops::RangeInclusive<u32> = 11..=21;

/// A Java on this machine that Flink runs on.
#[derive(Clone, Debug)]
pub struct Java {
    program: PathBuf,
    version: u32,
}

impl Java {
    /// Finds Java in `JAVA_HOME`, else in `PATH`.
    ///
    /// Fails if there is none, or if it is not Java 11 to 21.
    pub fn find() -> Result<Self, Error> {
        match env::var_os("JAVA_HOME").filter(|home| !home.is_empty()) {
            Some(home) => Self::in_home(Path::new(&home)),
            None => Self::at(PathBuf::from("java"), Error::NoJava),
        }
    }

    fn in_home(home: &Path) -> Result<Self, Error> {
        Self::at(home.join("bin/java"), Error::WrongJavaHome { home: home.to_owned() })
    }

    fn at(program: PathBuf, missing: Error) -> Result<Self, Error> {
        let answer = Command::new(&program).arg("-version").stdin(Stdio::null()).output();
        let output =
            answer.map(|answer| String::from_utf8_lossy(&answer.stderr).into_owned()).unwrap_or_default();
        match major_version(&output) {
            None => Err(missing),
            Some(version) if SUPPORTED_VERSIONS.contains(&version) => Ok(Self { program, version }),
            Some(version) => Err(Error::UnsupportedJava { java: program, version }),
        }
    }

    /// The program that runs Java classes.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The major version, such as 17.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Tells if it includes a compiler.
    pub fn is_jdk(&self) -> bool {
        self.tool("javac").is_ok()
    }

    /// Returns another program of the same JDK, such as `javac`.
    pub(crate) fn tool(&self, name: &'static str) -> Result<PathBuf, Error> {
        let program = self.program.with_file_name(name);
        let answer = Command::new(&program).arg("--version").stdin(Stdio::null()).output();
        answer.map(|_| program).map_err(|_| Error::NoCompiler { tool: name })
    }
}

/// The shell command that installs a JDK with this system's package manager.
///
/// `None` if no known package manager is found. Starts with `sudo` unless this process runs as root.
pub fn install_command() -> Option<String> {
    let sudo = if is_root() { "" } else { "sudo " };
    if is_in_path("brew") {
        Some("brew install openjdk@17".to_owned())
    } else if is_in_path("apt-get") {
        // Not openjdk-17: each release of Debian and Ubuntu has only some versions; its default is between 11 and 21.
        Some(format!("{sudo}apt-get update && {sudo}apt-get install -y default-jdk-headless"))
    } else if is_in_path("dnf") {
        Some(format!("{sudo}dnf install -y java-21-openjdk-devel"))
    } else if is_in_path("zypper") {
        Some(format!("{sudo}zypper install -y java-17-openjdk-devel"))
    } else if is_in_path("pacman") {
        Some(format!("{sudo}pacman -S --noconfirm jdk17-openjdk"))
    } else if is_in_path("apk") {
        Some(format!("{sudo}apk add openjdk17-jdk"))
    } else {
        None
    }
}

pub(crate) fn install_command_or_hint() -> String {
    install_command().unwrap_or_else(|| "a JDK 17, and set JAVA_HOME to its folder".to_owned())
}

fn is_in_path(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}

/// Parses the major version from the output of `java -version`: `17` of `"17.0.15"`, `8` of `"1.8.0_292"`.
fn major_version(output: &str) -> Option<u32> {
    let version = output.split_once("version \"")?.1.split('"').next()?;
    let version = version.strip_prefix("1.").unwrap_or(version);
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_versions_are_read() {
        assert_eq!(major_version("openjdk version \"17.0.15\" 2025-04-15\nOpenJDK"), Some(17));
        assert_eq!(major_version("java version \"1.8.0_292\""), Some(8));
        assert_eq!(major_version("openjdk version \"21-ea\" 2023-09-19"), Some(21));
        let picked_up = "Picked up JAVA_TOOL_OPTIONS: -Dfoo=\"bar\"\nopenjdk version \"17.0.15\" 2025";
        assert_eq!(major_version(picked_up), Some(17));
        assert_eq!(major_version("Unable to locate a Java Runtime."), None);
    }

    #[test]
    fn a_wrong_java_home_is_named() {
        let message = Java::in_home(Path::new("/nowhere")).unwrap_err().to_string();
        assert!(message.contains("JAVA_HOME is /nowhere"), "{message}");
    }
}
