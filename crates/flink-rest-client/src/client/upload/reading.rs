//! Reading of a file or reader while it is sent.

use std::{
    collections::VecDeque,
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
    pin::Pin,
    time::SystemTime,
};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    task::{JoinHandle, spawn_blocking},
};

use super::ZIP;
use crate::{
    Error, Result,
    endpoint::upload::{Input, OnProgress},
};

/// Bytes per read. Larger chunks need fewer switches between threads, but leave the processor's cache before they are
/// sent.
const CHUNK_SIZE: usize = 256 * 1024;

/// Maximum number of sent chunks whose memory is kept for reuse.
const MAX_KEPT_BUFFERS: usize = 4;

/// A source of bytes, chunk by chunk.
enum Chunks {
    Async(Pin<Box<dyn AsyncRead + Send>>),
    Blocking(Blocking),
}

impl From<Input> for Chunks {
    fn from(input: Input) -> Self {
        match input {
            Input::Async(reader) => Self::Async(reader),
            Input::Blocking(reader) => {
                Self::Blocking(Blocking { unread: Some(reader), under_way: None, given: VecDeque::new() })
            }
        }
    }
}

impl Chunks {
    /// The next bytes; none at the end.
    async fn read(&mut self) -> io::Result<Option<Bytes>> {
        match self {
            Self::Async(reader) => {
                let mut chunk = BytesMut::with_capacity(CHUNK_SIZE);
                reader.read_buf(&mut chunk).await?;
                Ok(Some(chunk.freeze()).filter(|chunk| !chunk.is_empty()))
            }
            Self::Blocking(reader) => reader.read().await,
        }
    }
}

type BoxRead = Box<dyn Read + Send>;

/// A blocking reader. It is read on a blocking thread, one chunk ahead of what is sent.
struct Blocking {
    /// The reader, before the first read.
    unread: Option<BoxRead>,
    /// The next read: the reader, its buffer and the number of bytes. `None` at the end, and after an error.
    under_way: Option<JoinHandle<io::Result<(BoxRead, BytesMut, usize)>>>,
    /// Earlier chunks, oldest first. Their memory is reused once they are sent.
    given: VecDeque<Bytes>,
}

impl Blocking {
    /// The next bytes; none at the end.
    async fn read(&mut self) -> io::Result<Option<Bytes>> {
        if let Some(reader) = self.unread.take() {
            self.begin(reader, BytesMut::zeroed(CHUNK_SIZE));
        }
        let Some(under_way) = self.under_way.take() else { return Ok(None) };
        let (reader, mut memory, size) = under_way.await??;
        if size == 0 {
            return Ok(None);
        }
        if size < CHUNK_SIZE / 4 {
            // A small chunk is copied, so that it does not keep a whole buffer while it waits to be sent.
            let chunk = Bytes::copy_from_slice(memory.get(..size).unwrap_or_default());
            self.begin(reader, memory);
            return Ok(Some(chunk));
        }
        memory.truncate(size);
        let chunk = memory.freeze();
        self.given.push_back(chunk.clone());
        let memory = self.memory();
        self.begin(reader, memory);
        Ok(Some(chunk))
    }

    fn begin(&mut self, mut reader: BoxRead, mut memory: BytesMut) {
        self.under_way = Some(spawn_blocking(move || {
            loop {
                match reader.read(&mut memory) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    size => break Ok((reader, memory, size?)),
                }
            }
        }));
    }

    /// A buffer: that of the oldest chunk if it has been sent, otherwise a new one.
    fn memory(&mut self) -> BytesMut {
        match self.given.pop_front().map(Bytes::try_into_mut) {
            Some(Ok(mut sent)) => {
                sent.resize(CHUNK_SIZE, 0);
                return sent;
            }
            // Still in use. Beyond the limit it is forgotten, because its user may keep it forever.
            Some(Err(unsent)) if self.given.len() < MAX_KEPT_BUFFERS => self.given.push_front(unsent),
            _ => {}
        }
        BytesMut::zeroed(CHUNK_SIZE)
    }
}

/// The properties by which a changed or replaced file is detected.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    size: u64,
    modified: Option<SystemTime>,
    /// Device and inode.
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

/// An upload in progress.
///
/// It reads one chunk ahead. The last chunk is released only after all checks have passed: without it, the server
/// discards the upload.
pub(crate) struct Reading {
    /// The file; for a reader, its file name.
    path: PathBuf,
    input: Chunks,
    /// The properties of the file when it was opened.
    before: Option<Identity>,
    pub(crate) size: Option<u64>,
    ahead: Option<Bytes>,
    done: u64,
    progress: Option<OnProgress>,
}

impl Reading {
    /// Opens the file at this path.
    pub(crate) async fn file(path: &Path, progress: Option<OnProgress>) -> Result<Self> {
        let opened = path.to_owned();
        let open = move || {
            let file = File::open(opened)?;
            let before = Identity::from(file.metadata()?);
            Ok::<_, io::Error>((file, before))
        };
        let opened = spawn_blocking(open).await.map_err(io::Error::from).flatten();
        let (file, before) = opened.map_err(|error| unread(path, &error))?;
        let reading =
            Self::new(path.into(), Input::Blocking(Box::new(file)), Some(before.size), progress).await?;
        Ok(Self { before: Some(before), ..reading })
    }

    /// Starts to read a reader, of this size in bytes if known.
    pub(crate) async fn new(
        path: PathBuf,
        input: Input,
        size: Option<u64>,
        progress: Option<OnProgress>,
    ) -> Result<Self> {
        let (mut input, mut ahead) = (Chunks::from(input), BytesMut::new());
        // A reader may return single bytes.
        while ahead.len() < ZIP.len()
            && let Some(chunk) = input.read().await.map_err(|error| unread(&path, &error))?
        {
            ahead.extend_from_slice(&chunk);
        }
        let ahead = Some(ahead.freeze()).filter(|ahead| !ahead.is_empty());
        Ok(Self { path, input, before: None, size, ahead, done: 0, progress })
    }

    /// The first bytes, without consuming them.
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

    /// Checks at the end that the size is right, and the file unchanged.
    async fn check(&mut self) -> Result<()> {
        if self.size.is_some_and(|size| self.done < size) {
            return Err(self.other_size("less"));
        }
        let Some(before) = &self.before else { return Ok(()) };
        let path = self.path.clone();
        let now = spawn_blocking(move || fs::metadata(path)).await.map_err(io::Error::from).flatten();
        match now.map(Identity::from) {
            Ok(now) if now == *before => Ok(()),
            _ => Err(self.broken(CHANGED.into())),
        }
    }

    fn other_size(&self, than: &str) -> Error {
        let size = self.size.unwrap_or_default();
        self.broken(match self.before {
            Some(_) => CHANGED.into(),
            None => format!("its reader returned {than} than the announced {size} bytes"),
        })
    }

    fn broken(&self, reason: String) -> Error {
        Error::File { path: self.path.clone(), reason, sent: true }
    }
}

fn unread(path: &Path, error: &io::Error) -> Error {
    Error::File { path: path.into(), reason: error.to_string(), sent: false }
}

const CHANGED: &str = "it was changed while it was sent";
