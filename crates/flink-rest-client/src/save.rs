//! A file that is there as a whole or not at all.

use std::{
    fs,
    io::{self, ErrorKind},
    path::PathBuf,
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use tokio::{fs::File, io::AsyncWriteExt};

use crate::{Error, Result};

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
        // A link stays one.
        let led = target.is_symlink().then(|| fs::canonicalize(&target).ok()).flatten();
        let place = led.unwrap_or_else(|| target.clone());
        let Some(name) = place.file_name() else { return refuse("it has no file name".into()) };
        let before = fs::metadata(&place).ok();
        match &before {
            Some(before) if before.is_dir() => return refuse("it is a folder".into()),
            Some(before) if !before.is_file() => {
                return refuse("it is a device or the like, in whose place there would be a file".into());
            }
            _ => {}
        }
        loop {
            static COUNT: AtomicU64 = AtomicU64::new(0);
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!(".{}.{}-{count}.part", name.to_string_lossy(), process::id());
            let temporary = place.with_file_name(name);
            match fs::File::options().write(true).create_new(true).open(&temporary) {
                Ok(file) => {
                    let partial = Self { target: place, temporary, file: Some(File::from_std(file)) };
                    // Who could not read the one before cannot read this one.
                    let permissions = before.map(|before| before.permissions());
                    let kept =
                        permissions.map_or(Ok(()), |kept| fs::set_permissions(&partial.temporary, kept));
                    return kept.map_err(|error| partial.failed(&error)).map(|()| partial);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return refuse(error.to_string()),
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

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
