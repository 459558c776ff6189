//! Opening of uploads, and checks for what Flink would refuse only after the whole upload.

mod reading;

use std::{fs, io::Read, path::Path, sync::PoisonError};

use futures_util::stream::try_unfold;

use self::reading::Reading;
use super::transport::Outgoing;
use crate::{Error, Result, Upload, endpoint::upload::Source};

/// The first bytes of a zip archive that is not empty.
const ZIP: &[u8] = b"PK\x03\x04";

impl Upload {
    /// Refuses what Flink would refuse after the whole upload, or when the jar is run. The content of a reader is
    /// checked when it is [opened](Self::open).
    pub(crate) fn check(&self) -> Result<()> {
        if let Source::Path(path) = &self.source {
            match fs::metadata(path) {
                Err(error) => return self.refuse(&error.to_string()),
                Ok(metadata) if metadata.is_dir() => return self.refuse("it is a folder, not a file"),
                Ok(metadata) if !metadata.is_file() => return self.refuse("it is not a regular file"),
                Ok(_) => {}
            }
        }
        let name = self.file_name();
        if name.contains(char::is_control) {
            return self.refuse("its name has control characters");
        }
        if name.contains(['/', '\\']) {
            return self.refuse("its name contains a / or \\");
        }
        if name.contains('"') {
            return self.refuse("its name contains a \", and Flink could not find it again");
        }
        if self.is_jar() && Path::new(&name).extension().is_none_or(|extension| extension != "jar") {
            return self.refuse("its name does not end in .jar, as Flink requires");
        }
        let Source::Path(path) = &self.source else { return Ok(()) };
        let mut start = Vec::new();
        let read = fs::File::open(path).and_then(|file| file.take(ZIP.len() as u64).read_to_end(&mut start));
        match read {
            Ok(_) => self.check_start(&start),
            Err(error) => self.refuse(&error.to_string()),
        }
    }

    fn check_start(&self, start: &[u8]) -> Result<()> {
        match start {
            _ if !self.is_jar() => Ok(()),
            [] => self.refuse("it is empty"),
            start if start.starts_with(ZIP) => Ok(()),
            _ => self.refuse("it is not a jar: it does not begin like a zip archive"),
        }
    }

    fn refuse<T>(&self, reason: &str) -> Result<T> {
        Err(Error::File { path: self.shown(), reason: reason.into(), sent: false })
    }

    /// The size in bytes, if known, and the content as a stream, for a [`Transport`](crate::transport::Transport).
    pub async fn open(&self) -> Result<(Option<u64>, Outgoing)> {
        let progress = self.progress.clone();
        let reading = match &self.source {
            Source::Path(path) => Reading::file(path, progress).await?,
            Source::Reader { name, size, input } => {
                let input = input.lock().unwrap_or_else(PoisonError::into_inner).take();
                let Some(input) = input else {
                    return self.refuse("its reader has been read already, and cannot be sent twice");
                };
                Reading::new(name.into(), input, *size, progress).await?
            }
        };
        self.check_start(reading.beginning())?;
        let size = reading.size;
        let chunks = try_unfold(reading, |mut reading| async {
            Ok(reading.next().await?.map(|chunk| (chunk, reading)))
        });
        Ok((size, Box::pin(chunks)))
    }
}
