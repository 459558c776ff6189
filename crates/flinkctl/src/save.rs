//! Files are there as a whole or not at all: what was there stays until the new one is complete.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

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
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = new_in(folder, readers)?;
    if let Some(before) = before.filter(|_| readers == Readers::Usual) {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.write_all(bytes)?;
    // Else the name could survive a loss of power, and not what was written.
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// An empty file, which goes away unless it is given its place.
fn new_in(folder: &Path, readers: Readers) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new();
    #[cfg(unix)]
    let usual = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    if readers == Readers::Usual {
        file.permissions(usual);
    }
    #[cfg(not(unix))]
    let _ = readers;
    file.tempfile_in(folder)
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
