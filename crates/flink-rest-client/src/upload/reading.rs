//! The bytes of a file, or of a reader, while they are sent.

use std::{
    fs::Metadata,
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
    pin::Pin,
    time::SystemTime,
};

use bytes::{Bytes, BytesMut};
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt},
    task::spawn_blocking,
};

use super::{OnProgress, ZIP};
use crate::{Error, Result};

/// How much is read at once.
const CHUNK: usize = 64 * 1024;

/// Where bytes come from.
pub(crate) enum Input {
    File(File),
    Async(Pin<Box<dyn AsyncRead + Send>>),
    /// Read on a thread for that. None if it panicked there.
    Blocking(Option<Box<dyn Read + Send>>),
}

impl Input {
    /// The next bytes; none at the end.
    async fn read(&mut self) -> io::Result<Option<Bytes>> {
        let mut chunk = BytesMut::with_capacity(CHUNK);
        match self {
            Self::File(file) => _ = file.read_buf(&mut chunk).await?,
            Self::Async(reader) => _ = reader.read_buf(&mut chunk).await?,
            Self::Blocking(reader) => {
                let taken = reader.take().ok_or_else(|| io::Error::other("its reader panicked"))?;
                let (given_back, read) = spawn_blocking(|| read_blocking(taken)).await?;
                *reader = Some(given_back);
                chunk = read?;
            }
        }
        Ok(Some(chunk.freeze()).filter(|chunk| !chunk.is_empty()))
    }
}

fn read_blocking(mut reader: Box<dyn Read + Send>) -> (Box<dyn Read + Send>, io::Result<BytesMut>) {
    let mut chunk = BytesMut::zeroed(CHUNK);
    let read = loop {
        match reader.read(&mut chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => break read,
        }
    };
    let read = read.map(|size| {
        chunk.truncate(size);
        chunk
    });
    (reader, read)
}

/// What tells a file that was changed or replaced from what it was.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    size: u64,
    modified: Option<SystemTime>,
    /// Device and number.
    node: Option<(u64, u64)>,
}

impl From<Metadata> for Identity {
    fn from(metadata: Metadata) -> Self {
        #[cfg(unix)]
        let node = {
            use std::os::unix::fs::MetadataExt;
            Some((metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let node = None;
        Self { size: metadata.len(), modified: metadata.modified().ok(), node }
    }
}

/// An upload under way.
///
/// It reads one chunk ahead, so that the last one is given out only when it is certain that all is as it should be:
/// without it, the server takes nothing.
pub(crate) struct Reading {
    /// The file, or the name of what is read.
    path: PathBuf,
    input: Input,
    /// What the file was when it was opened.
    before: Option<Identity>,
    pub(crate) size: Option<u64>,
    ahead: Option<Bytes>,
    done: u64,
    progress: Option<OnProgress>,
}

impl Reading {
    /// The file at this path.
    pub(crate) async fn file(path: &Path, progress: Option<OnProgress>) -> Result<Self> {
        let open = async {
            let file = File::open(path).await?;
            let before = Identity::from(file.metadata().await?);
            Ok::<_, io::Error>((file, before))
        };
        let (file, before) = open.await.map_err(|error| unread(path, &error))?;
        let reading = Self::new(path.into(), Input::File(file), Some(before.size), progress).await?;
        Ok(Self { before: Some(before), ..reading })
    }

    /// What comes from a reader, so much if that is known.
    pub(crate) async fn new(
        path: PathBuf,
        mut input: Input,
        size: Option<u64>,
        progress: Option<OnProgress>,
    ) -> Result<Self> {
        let mut ahead = BytesMut::new();
        // A reader may give a byte at a time.
        while ahead.len() < ZIP.len()
            && let Some(chunk) = input.read().await.map_err(|error| unread(&path, &error))?
        {
            ahead.extend_from_slice(&chunk);
        }
        let ahead = Some(ahead.freeze()).filter(|ahead| !ahead.is_empty());
        Ok(Self { path, input, before: None, size, ahead, done: 0, progress })
    }

    /// What comes first, without taking it.
    pub(crate) fn beginning(&self) -> &[u8] {
        self.ahead.as_deref().unwrap_or_default()
    }

    /// The next bytes; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        let Some(chunk) = self.ahead.take() else {
            return if self.done == 0 { self.check().await.map(|()| None) } else { Ok(None) };
        };
        self.done += chunk.len() as u64;
        self.ahead = self.input.read().await.map_err(|error| self.broken(error.to_string()))?;
        let expected = self.size.unwrap_or(u64::MAX);
        if self.done > expected || (self.done == expected && self.ahead.is_some()) {
            return Err(self.other_size("more"));
        }
        if self.ahead.is_none() {
            self.check().await?;
        }
        if let Some(progress) = &self.progress {
            progress(self.done, self.size);
        }
        Ok(Some(chunk))
    }

    /// At the end: is the file what it was?
    async fn check(&mut self) -> Result<()> {
        if self.size.is_some_and(|size| self.done < size) {
            return Err(self.other_size("less"));
        }
        let Some(before) = &self.before else { return Ok(()) };
        match tokio::fs::metadata(&self.path).await.map(Identity::from) {
            Ok(now) if now == *before => Ok(()),
            _ => Err(self.broken(CHANGED.into())),
        }
    }

    fn other_size(&self, than: &str) -> Error {
        let size = self.size.unwrap_or_default();
        self.broken(match self.before {
            Some(_) => CHANGED.into(),
            None => format!("its reader gives {than} than the {size} bytes that were announced"),
        })
    }

    fn broken(&self, reason: String) -> Error {
        Error::File { path: self.path.clone(), reason, sent: true }
    }
}

fn unread(path: &Path, error: &io::Error) -> Error {
    Error::File { path: path.into(), reason: error.to_string(), sent: false }
}

const CHANGED: &str = "it changed while it was sent";
