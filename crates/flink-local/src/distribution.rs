//! Finds a Flink in `FLINK_HOME` or the cache, or downloads it from PyPI.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};

use crate::version::{self, NEWEST};
use crate::{Error, Place, Progress, pip, unpack};

/// Prefix of folders of unfinished downloads; a hash of the PID namespace and the owner's process id follow.
const UNFINISHED_PREFIX: &str = ".unfinished-";

/// The files of one Flink release: `lib/`, `opt/` and `plugins/`.
#[derive(Clone, Debug)]
pub struct Distribution {
    home: PathBuf,
    version: String,
}

impl Distribution {
    /// Finds a release, or downloads it (200 to 330 MB).
    ///
    /// Looks in `FLINK_HOME`, if it has this version, then in the cache folder: `FLINK_LOCAL_CACHE`, else
    /// `$XDG_CACHE_HOME/flink-local`, else `~/.cache/flink-local`. Otherwise downloads it from PyPI with `python3 -m
    /// pip`, which uses pip's own settings (index, proxy). Concurrent downloads do not disturb each other, and an
    /// interrupted one leaves nothing half-done in the cache.
    ///
    /// `version` is a release such as `2.3.0`, or `2.3` for the newest known release of it.
    pub fn obtain(version: &str, progress: Progress) -> Result<Self, Error> {
        let version = version::resolve(version)?;
        let home = folder_in("FLINK_HOME").and_then(|home| Self::at(home).ok());
        match home.filter(|home| home.version == version) {
            Some(home) => Ok(home),
            None => Self::from_cache(&cache_folder()?, &version, progress, pip::download),
        }
    }

    /// Returns the Flink in `FLINK_HOME`, else [obtains](Distribution::obtain) the newest supported release.
    pub fn preferred(progress: Progress) -> Result<Self, Error> {
        match folder_in("FLINK_HOME") {
            Some(home) => Self::at(home),
            None => Self::obtain(NEWEST, progress),
        }
    }

    /// Returns the Flink in a folder; its version is read from the name of `lib/flink-dist*.jar`.
    pub fn at(home: impl Into<PathBuf>) -> Result<Self, Error> {
        let home = home.into();
        let names =
            fs::read_dir(home.join("lib")).into_iter().flatten().flatten().map(|entry| entry.file_name());
        let version = names.filter_map(|name| version_of_jar(name.to_str()?)).next();
        match version {
            // Absolute, because Flink's processes run in another working directory.
            Some(version) => Ok(Self { home: std::path::absolute(&home).unwrap_or(home), version }),
            None => Err(Error::NoFlink { folder: home }),
        }
    }

    /// The version, such as `2.3.0`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The folder that holds `lib/`, `opt/` and `plugins/`.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The class path of everything in `lib/`, in the syntax of java and javac.
    pub fn class_path(&self) -> OsString {
        self.home.join("lib/*").into_os_string()
    }

    fn from_cache(
        cache: &Path,
        version: &str,
        progress: Progress,
        download: impl FnOnce(&str, &Path, Progress) -> Result<PathBuf, Error>,
    ) -> Result<Self, Error> {
        let home = cache.join(version);
        if let Ok(cached) = Self::at(&home) {
            return Ok(cached);
        }
        fs::create_dir_all(cache).map_err(Error::io("create", cache))?;
        remove_unfinished_of_ended_processes(cache);
        let prefix = format!("{}{}-", unfinished_prefix_here(), process::id());
        let work = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir_in(cache)
            .map_err(Error::io("write to", cache))?;
        let archive = download(version, work.path(), progress)?;
        let unpacked = work.path().join("flink");
        unpack::unpack(&archive, &unpacked, progress)?;
        Self::at(&unpacked)?;
        match fs::rename(&unpacked, &home) {
            // Another process was faster: use its copy.
            Err(_) if Self::at(&home).is_ok() => {}
            renamed => renamed.map_err(Error::io("create", &home))?,
        }
        Self::at(home)
    }
}

fn folder_in(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn cache_folder() -> Result<PathBuf, Error> {
    folder_in("FLINK_LOCAL_CACHE")
        .or_else(|| Some(folder_in("XDG_CACHE_HOME")?.join("flink-local")))
        .or_else(|| Some(folder_in("HOME")?.join(".cache/flink-local")))
        .ok_or(Error::NoCacheFolder)
}

/// Parses `1.13.6` from `flink-dist_2.12-1.13.6.jar`.
fn version_of_jar(name: &str) -> Option<String> {
    let (_scala, version) = name.strip_prefix("flink-dist")?.strip_suffix(".jar")?.split_once('-')?;
    version.starts_with(|first: char| first.is_ascii_digit()).then(|| version.to_owned())
}

/// Prefix of the unfinished folders of this machine and PID namespace.
fn unfinished_prefix_here() -> String {
    let mut place = DefaultHasher::new();
    Place::here().map(|here| here.to_string()).hash(&mut place);
    format!("{UNFINISHED_PREFIX}{:016x}-", place.finish())
}

/// Removes unfinished folders of processes that were killed.
///
/// Folders of other machines or containers that share the cache stay: their processes are not visible from here.
fn remove_unfinished_of_ended_processes(cache: &Path) {
    let here = unfinished_prefix_here();
    for entry in fs::read_dir(cache).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(&here)?.split_once('-')?.0.parse().ok());
        if owner.is_some_and(|owner| !is_running(owner)) {
            // A failure here does not prevent the download.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_running(process: u32) -> bool {
    let mut probe = Command::new("sh");
    probe.args(["-c", "kill -0 \"$1\"", "sh", &process.to_string()]).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn the_version_is_read_from_the_jar() {
        assert_eq!(version_of_jar("flink-dist-2.3.0.jar").as_deref(), Some("2.3.0"));
        assert_eq!(version_of_jar("flink-dist_2.12-1.13.6.jar").as_deref(), Some("1.13.6"));
        assert_eq!(version_of_jar("flink-dist-2.4-SNAPSHOT.jar").as_deref(), Some("2.4-SNAPSHOT"));
        assert_eq!(version_of_jar("flink-dist-scala-x.jar"), None);
        assert_eq!(version_of_jar("flink-csv-2.3.0.jar"), None);
    }

    #[test]
    fn a_folder_without_flink_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let message = Distribution::at(folder.path()).unwrap_err().to_string();
        assert!(message.contains(&*folder.path().to_string_lossy()), "{message}");
    }

    #[test]
    fn a_cached_release_is_not_downloaded() {
        let cache = tempfile::tempdir().unwrap();
        put_flink(&cache.path().join("2.3.0"));
        let found =
            Distribution::from_cache(cache.path(), "2.3.0", Progress::Silent, |_, _, _| panic!()).unwrap();
        assert_eq!(found.home(), cache.path().join("2.3.0"));
        assert_eq!(found.version(), "2.3.0");
    }

    #[test]
    fn an_unpack_that_fails_halfway_leaves_nothing() {
        let cache = tempfile::tempdir().unwrap();
        let broken = |_: &str, folder: &Path, _| {
            let archive = unpack::tests::sdist(folder);
            let size = fs::metadata(&archive).unwrap().len();
            File::options().write(true).open(&archive).unwrap().set_len(size / 2).unwrap();
            Ok(archive)
        };
        Distribution::from_cache(cache.path(), "2.3.0", Progress::Silent, broken).unwrap_err();
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0);
    }

    #[test]
    fn only_folders_of_ended_processes_are_removed() {
        let cache = tempfile::tempdir().unwrap();
        let mut short_lived = Command::new("true").spawn().unwrap();
        short_lived.wait().unwrap();
        let here = unfinished_prefix_here();
        let dead = cache.path().join(format!("{here}{}-a", short_lived.id()));
        let alive = cache.path().join(format!("{here}{}-b", process::id()));
        let elsewhere =
            cache.path().join(format!("{UNFINISHED_PREFIX}0000000000000000-{}-c", short_lived.id()));
        [&dead, &alive, &elsewhere].into_iter().for_each(|home| put_flink(home));
        remove_unfinished_of_ended_processes(cache.path());
        assert!(!dead.exists());
        assert!(alive.exists());
        assert!(elsewhere.exists(), "a container that shares the cache may still use it");
    }

    #[test]
    fn the_copy_of_a_faster_process_is_used() {
        let cache = tempfile::tempdir().unwrap();
        let other_is_faster = |_: &str, folder: &Path, _| {
            put_flink(&cache.path().join("2.3.0"));
            Ok(unpack::tests::sdist(folder))
        };
        Distribution::from_cache(cache.path(), "2.3.0", Progress::Silent, other_is_faster).unwrap();
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 1);
    }

    fn put_flink(home: &Path) {
        fs::create_dir_all(home.join("lib")).unwrap();
        fs::write(home.join("lib/flink-dist-2.3.0.jar"), b"").unwrap();
    }
}
