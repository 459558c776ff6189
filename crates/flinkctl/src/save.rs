//! Atomic writes of files: the old file stays until the new one is complete.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Write},
    path::Path,
};

use flink_rest_client::temp_file;

/// The permission to read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Only its owner, even if others could read the old file.
    Owner,
    /// The permissions of the old file; else those of the process's umask.
    Usual,
}

/// Writes a file, and replaces an old one.
pub(crate) fn save(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    // A symbolic link is followed, not replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = fs::metadata(&path).ok();
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        // A pipe or a device cannot be replaced, so it is written to.
        return fs::write(&path, bytes);
    }
    let (mut file, temporary) = temp_file::create(&path, &options(readers))?;
    let written = write(&mut file, before.filter(|_| readers == Readers::Usual), bytes);
    written.and_then(|()| fs::rename(&temporary, &path)).inspect_err(|_| {
        // The first error is returned; that of the cleanup is not.
        let _ = fs::remove_file(&temporary);
    })
}

fn write(file: &mut File, before: Option<Metadata>, bytes: &[u8]) -> io::Result<()> {
    if let Some(before) = before {
        file.set_permissions(before.permissions())?;
    }
    file.write_all(bytes)?;
    // After a power failure, the rename could be on disk and the content not.
    file.sync_all()
}

fn options(readers: Readers) -> OpenOptions {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = readers;
    options
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("graph.svg"), folder.path().join("link.svg"));
        save(&path, b"old", Readers::Usual).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("graph.svg", &link).unwrap();
        save(&link, b"new", Readers::Usual).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((fs::read(&path).unwrap().as_slice(), mode(&path)), (&b"new"[..], 0o640));
        save(&path, b"mine", Readers::Owner).unwrap();
        assert_eq!(mode(&path), 0o600);
        // A folder is no file, and what stands in one that is missing cannot be written.
        save(folder.path(), b"no", Readers::Usual).unwrap_err();
        save(&folder.path().join("missing/file"), b"no", Readers::Usual).unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn pipes_and_devices_are_written_to_and_not_replaced() {
        use std::os::unix::fs::FileTypeExt;
        save(Path::new("/dev/null"), b"gone", Readers::Usual).unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        #[cfg(target_os = "linux")]
        save(Path::new("/dev/full"), b"too much", Readers::Usual).unwrap_err();
    }
}
