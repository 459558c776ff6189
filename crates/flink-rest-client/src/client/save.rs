//! Files that are written completely or not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tokio::{fs::File, io::AsyncWriteExt};

use crate::{Error, Result, client::temp_file};

/// A temporary file next to its target. Dropping it removes it, unless it was [moved to the
/// target](Self::put_in_place).
#[derive(Debug)]
pub(crate) struct Partial {
    target: PathBuf,
    temporary: PathBuf,
    /// `None` once the file is at its target.
    file: Option<File>,
}

impl Partial {
    /// Creates an empty file. Not async: if the future were dropped, nobody would remove the file that it creates.
    pub(crate) fn create(target: PathBuf) -> Result<Self> {
        let refuse = |reason: String| Err(Error::File { path: target.clone(), reason, sent: false });
        let Some(place) = follow_links(&target) else {
            return refuse("its symbolic links form a circle".into());
        };
        if place.file_name().is_none() {
            return refuse("it has no file name".into());
        }
        let before = fs::metadata(&place).ok();
        match &before {
            Some(before) if before.is_dir() => return refuse("it is a folder".into()),
            Some(before) if !before.is_file() => {
                return refuse("it is a device or another special file, which would be replaced".into());
            }
            _ => {}
        }
        let (file, temporary) = match temp_file::create(&place, &options(before.is_some())) {
            Ok(created) => created,
            Err(error) => return refuse(error.to_string()),
        };
        let partial = Self { target: place, temporary, file: Some(File::from_std(file)) };
        // A file that replaces another one keeps its permissions.
        let permissions = before.map(|before| before.permissions());
        let kept = permissions.map_or(Ok(()), |kept| fs::set_permissions(&partial.temporary, kept));
        kept.map_err(|error| partial.failed(&error)).map(|()| partial)
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let written = file.write_all(bytes).await;
        written.map_err(|error| self.failed(&error))
    }

    /// Moves the file to its target, replacing a file that exists there.
    pub(crate) async fn put_in_place(mut self) -> Result<()> {
        let done = self.finish().await;
        done.map_err(|error| self.failed(&error))
    }

    async fn finish(&mut self) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.flush().await?;
        // Otherwise a power failure could leave the name without the content.
        file.sync_all().await?;
        tokio::fs::rename(&self.temporary, &self.target).await?;
        self.file = None;
        Ok(())
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::File { path: self.target.clone(), reason: error.to_string(), sent: true }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // A destructor cannot report an error.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Follows symbolic links to the target, which need not exist. Returns `None` for a circle.
fn follow_links(path: &Path) -> Option<PathBuf> {
    /// The limit of Linux.
    const MAX_LINKS: usize = 40;
    let mut place = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&place) {
            Ok(to) => place = place.parent()?.join(to),
            Err(_) => return Some(place),
        }
    }
    None
}

/// Options for a new file. One that replaces another is private until it gets the permissions of the other; otherwise
/// the umask applies.
fn options(replaces: bool) -> fs::OpenOptions {
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if replaces {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = replaces;
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_in_place_of_another_is_never_open_to_others() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part");
        options(true).open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn links_that_lead_to_nothing_yet_stay_and_circles_are_refused() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        symlink("another", &link).unwrap();
        symlink("log", folder.path().join("another")).unwrap();
        Partial::create(link.clone()).unwrap().put_in_place().await.unwrap();
        assert!(link.is_symlink() && folder.path().join("log").is_file());
        symlink("circle", folder.path().join("circle")).unwrap();
        let error = Partial::create(folder.path().join("circle")).unwrap_err();
        assert!(error.to_string().contains("its symbolic links form a circle"), "{error}");
    }

    #[tokio::test]
    async fn a_name_may_be_as_long_as_the_system_allows() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["x".repeat(255), "ü".repeat(127)] {
            let path = folder.path().join(name);
            Partial::create(path.clone()).unwrap().put_in_place().await.unwrap();
            assert!(path.is_file());
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn links_devices_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("log"), folder.path().join("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        symlink("log", &link).unwrap();
        let mut partial = Partial::create(link.clone()).unwrap();
        partial.write(b"new").await.unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        partial.put_in_place().await.unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        // Root would be allowed to replace it.
        let error = Partial::create("/dev/null".into()).unwrap_err();
        assert!(error.to_string().contains("it is a device"), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn nothing_stays_behind_on_a_full_disk() {
        let folder = tempfile::tempdir().unwrap();
        let mut partial = Partial::create(folder.path().join("log")).unwrap();
        partial.file = Some(File::from_std(fs::File::options().write(true).open("/dev/full").unwrap()));
        let write = async {
            partial.write(&[0; 100_000]).await?;
            partial.put_in_place().await
        };
        let error = write.await.unwrap_err();
        assert!(error.to_string().contains("No space left on device"), "{error}");
        assert!(!error.is_invalid_input());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
