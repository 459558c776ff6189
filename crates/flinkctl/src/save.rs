//! Files are there as a whole or not at all: what was there stays until the new one is complete.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Write},
    path::Path,
};

use flink_rest_client::temp_file;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Nobody but its owner, also if others could read the one before.
    Owner,
    /// Those who could read the one before; else whom the process's mask allows.
    Usual,
}

/// Writes a file, in place of one that was there.
pub(crate) fn save(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    // A link stays one.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = fs::metadata(&path).ok();
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        // A pipe or a device cannot be replaced; it takes what it is given.
        return fs::write(&path, bytes);
    }
    let (mut file, temporary) = temp_file::create(&path, &options(readers))?;
    let written = write(&mut file, before.filter(|_| readers == Readers::Usual), bytes);
    // The file is still open, and so locked.
    written.and_then(|()| fs::rename(&temporary, &path)).inspect_err(|_| {
        // Nobody is left who could be told.
        let _ = fs::remove_file(&temporary);
    })
}

fn write(file: &mut File, before: Option<Metadata>, bytes: &[u8]) -> io::Result<()> {
    if let Some(before) = before {
        file.set_permissions(before.permissions())?;
    }
    file.write_all(bytes)?;
    // Else the name could survive a loss of power, and not what was written.
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
    fn what_cannot_be_written_whole_leaves_the_old_file_as_it_was() {
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
    fn what_is_no_file_is_written_to_and_not_replaced() {
        use std::os::unix::fs::FileTypeExt;
        save(Path::new("/dev/null"), b"gone", Readers::Usual).unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        #[cfg(target_os = "linux")]
        save(Path::new("/dev/full"), b"too much", Readers::Usual).unwrap_err();
    }
}
