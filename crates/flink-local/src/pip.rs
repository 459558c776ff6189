//! Downloads releases from PyPI, where Flink's jars are the package `apache-flink-libraries`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Error, Progress};

/// Downloads one release into a folder and returns the archive: a wheel since 2.2, before that a `.tar.gz`.
pub(crate) fn download(version: &str, folder: &Path, progress: Progress) -> Result<PathBuf, Error> {
    progress.print(&format!("Downloading Flink {version} (200 to 330 MB)"));
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--no-cache-dir",
        "--disable-pip-version-check",
        "--dest",
    ])
    .arg(folder)
    .arg(format!("apache-flink-libraries=={version}"))
    // Temporary files of a killed pip are removed with the folder.
    .env("TMPDIR", folder)
    .stdin(Stdio::null())
    .stdout(if progress.is_interactive() { Stdio::from(io::stderr()) } else { Stdio::null() })
    .stderr(Stdio::piped());
    let result =
        pip.spawn().and_then(|pip| pip.wait_with_output()).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => Error::NoPip,
            _ => Error::io("run", Path::new("python3"))(source),
        })?;
    if !result.status.success() {
        return Err(explain(version, folder, String::from_utf8_lossy(&result.stderr).into_owned()));
    }
    let files = fs::read_dir(folder).map_err(Error::io("read", folder))?;
    let archive = files.flatten().map(|file| file.path()).find(|path| is_archive(path));
    archive.ok_or_else(|| Error::NoSuchRelease { version: version.to_owned() })
}

fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "whl" || extension == "gz")
}

/// Derives the error from pip's output.
fn explain(version: &str, folder: &Path, output: String) -> Error {
    let version = version.to_owned();
    if output.contains("No module named pip") {
        Error::NoPip
    } else if output.contains("No space left on device") {
        Error::DiskFull { path: folder.to_owned() }
    } else if output.contains("(from versions: none)") || output.contains("Connection") {
        // "none": pip received no list of versions.
        Error::NoNetwork { version, output }
    } else if output.contains("Could not find a version") {
        Error::NoSuchRelease { version }
    } else {
        Error::Download { version, output }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_pip_are_told_apart() {
        let explain = |output: &str| explain("2.3.9", Path::new("/cache"), output.to_owned());
        assert!(matches!(explain("/usr/bin/python3: No module named pip"), Error::NoPip));
        assert!(matches!(explain("OSError: [Errno 28] No space left on device"), Error::DiskFull { .. }));
        assert!(matches!(
            explain(
                "ERROR: Could not find a version that satisfies the requirement x==2.3.9 (from versions: 2.2.1, 2.3.0)"
            ),
            Error::NoSuchRelease { .. }
        ));
        assert!(matches!(
            explain(
                "ERROR: Could not find a version that satisfies the requirement x==2.3.9 (from versions: none)"
            ),
            Error::NoNetwork { .. }
        ));
        let other = explain("Traceback\nERROR: the sky is falling\n");
        assert_eq!(other.to_string(), "pip could not download Flink 2.3.9: ERROR: the sky is falling");
    }
}
