//! A file that is there as a whole or not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tokio::{fs::File, io::AsyncWriteExt};

use crate::{Error, Result, client::beside};

/// A file that grows beside the place where it will be, and goes away unless it is [put there](Self::put_in_place).
#[derive(Debug)]
pub(crate) struct Partial {
    target: PathBuf,
    temporary: PathBuf,
    /// None once it is in its place.
    file: Option<File>,
}

impl Partial {
    /// An empty one. Not async: nobody would remove a file that is created after the future was dropped.
    pub(crate) fn create(target: PathBuf) -> Result<Self> {
        let refuse = |reason: String| Err(Error::File { path: target.clone(), reason, sent: false });
        let Some(place) = led(&target) else { return refuse("its links lead nowhere".into()) };
        if place.file_name().is_none() {
            return refuse("it has no file name".into());
        }
        let before = fs::metadata(&place).ok();
        match &before {
            Some(before) if before.is_dir() => return refuse("it is a folder".into()),
            Some(before) if !before.is_file() => {
                return refuse("it is a device or the like, in whose place there would be a file".into());
            }
            _ => {}
        }
        let (file, temporary) = match beside::create(&place, &options(before.is_some())) {
            Ok(created) => created,
            Err(error) => return refuse(error.to_string()),
        };
        let partial = Self { target: place, temporary, file: Some(File::from_std(file)) };
        // Who could not read the one before cannot read this one.
        let permissions = before.map(|before| before.permissions());
        let kept = permissions.map_or(Ok(()), |kept| fs::set_permissions(&partial.temporary, kept));
        kept.map_err(|error| partial.failed(&error)).map(|()| partial)
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let written = file.write_all(bytes).await;
        written.map_err(|error| self.failed(&error))
    }

    /// The file in its place, in place of one that was there.
    pub(crate) async fn put_in_place(mut self) -> Result<()> {
        let done = self.finish().await;
        done.map_err(|error| self.failed(&error))
    }

    async fn finish(&mut self) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.flush().await?;
        // Else the name could survive a loss of power, and not what was written.
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
            // Nobody is left who could be told.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Where a path leads, even if nothing is there yet: a link stays one.
fn led(path: &Path) -> Option<PathBuf> {
    /// As many as Linux follows.
    const MOST: usize = 40;
    let mut place = path.to_owned();
    for _ in 0..MOST {
        match fs::read_link(&place) {
            Ok(to) => place = place.parent()?.join(to),
            Err(_) => return Some(place),
        }
    }
    None
}

/// A new file, with the permissions that the umask leaves; one in place of another, with none for others until it has
/// those of that one.
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
        assert!(error.to_string().contains("its links lead nowhere"), "{error}");
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
        // Root could replace it.
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
