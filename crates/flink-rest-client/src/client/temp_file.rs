//! Temporary files next to their targets. Those that a killed process left behind are removed by the next one.

use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

const SUFFIX: &str = ".part";

/// Creates a temporary file next to the target, opens it with these options, and returns it with its path.
///
/// The file is locked until it is closed. An unlocked one was left behind.
#[allow(clippy::missing_errors_doc, reason = "those of the file system")]
pub fn create(place: &Path, options: &OpenOptions) -> io::Result<(File, PathBuf)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{}.", beginning(&name));
    remove_abandoned(place, &prefix);
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = place.with_file_name(format!("{prefix}{}-{count}{SUFFIX}", process::id()));
        match options.open(&path) {
            Ok(file) if is_ours(&file, &path) => return Ok((file, path)),
            // Another process removed the file before it was locked.
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Locks a new file. Returns true also where the file system has no locks; no file is ever removed there.
fn is_ours(file: &File, path: &Path) -> bool {
    match file.try_lock() {
        Ok(()) => is_still_there(file, path),
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => true,
    }
}

#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: &fs::Metadata| (metadata.dev(), metadata.ino());
    matches!((file.metadata(), fs::symlink_metadata(path)), (Ok(own), Ok(there)) if id(&own) == id(&there))
}

#[cfg(not(unix))]
fn is_still_there(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Removes temporary files of the same target that no process writes any more, as far as possible.
fn remove_abandoned(place: &Path, prefix: &str) {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_of(&entry.file_name(), prefix) {
            let path = entry.path();
            // The lock is held until the file is removed.
            if let Ok(file) = File::options().write(true).open(&path)
                && matches!(file.try_lock(), Ok(()))
            {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

/// Returns true for names that [`create`] gives: `.NAME.PID-COUNT.part`.
fn is_of(name: &OsStr, prefix: &str) -> bool {
    let numbers =
        name.to_str().and_then(|name| name.strip_prefix(prefix)?.strip_suffix(SUFFIX)?.split_once('-'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.is_some_and(|(process, count)| is_number(process) && is_number(count))
}

/// The start of a file name, short enough to leave room for the prefix and suffix.
fn beginning(name: &str) -> &str {
    const MAX_PREFIX_BYTES: usize = 200;
    let end = (0..=MAX_PREFIX_BYTES).rev().find(|end| name.is_char_boundary(*end));
    end.filter(|_| name.len() > MAX_PREFIX_BYTES).and_then(|end| name.get(..end)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_behind_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("log");
        let mut options = File::options();
        options.write(true).create_new(true);
        let others = [".log.part", ".log.1-x.part", ".blog.1-1.part", "log.1-1.part"]
            .map(|name| folder.path().join(name));
        others.iter().for_each(|other| fs::write(other, "").unwrap());
        fs::write(folder.path().join(".log.999999-7.part"), "left behind").unwrap();
        let (file, path) = create(&place, &options).unwrap();
        let (_other, other) = create(&place, &options).unwrap();
        assert!(path.exists() && other.exists(), "what is being written stays");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), others.len() + 2);
        drop(file);
        create(&place, &options).unwrap();
        assert!(!path.exists() && other.exists());
    }
}
