//! A file on its way to the server.

mod reading;

use std::{
    fmt, fs,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::stream::try_unfold;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use tokio::io::AsyncRead;

use self::reading::{Input, Reading};
use crate::{Error, Result, transport::Outgoing};

/// How a zip archive begins: with a member. Without any it would begin with its end.
const ZIP: &[u8] = b"PK\x03\x04";

/// Is told the bytes that are done, and of how many, if that is known.
pub(crate) type OnProgress = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// A file to upload, mostly a jar, or what comes from a reader in its place. Any path is one;
/// [`on_progress`](Self::on_progress) makes it tell how far it is.
///
/// It is read while it is sent, never held in memory as a whole. A file that is changed or replaced meanwhile, or does not
/// stay as long as it was, is an [error](crate::Error::File), and the server does not get its end: it has no such jar then.
#[derive(Clone)]
pub struct Upload {
    source: Source,
    is_jar: bool,
    progress: Option<OnProgress>,
}

#[derive(Clone)]
enum Source {
    Path(PathBuf),
    Reader { name: String, size: Option<u64>, input: Arc<Mutex<Option<Input>>> },
}

impl Upload {
    /// The file at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { source: Source::Path(path.into()), is_jar: false, progress: None }
    }

    /// What comes from a reader, under this file name, and how many bytes that will be, if it is known.
    ///
    /// It can be sent only once, also if there is no connection: such a request is never repeated. It is read on a thread
    /// for blocking work, which nothing interrupts: an upload ends at its deadline also while the reader blocks, but a
    /// tokio runtime that is dropped then waits for the reader, unless by `shutdown_background`. For an [`AsyncRead`] there is [`from_async_reader`](Self::from_async_reader).
    pub fn from_reader(
        name: impl Into<String>,
        size: impl Into<Option<u64>>,
        reader: impl Read + Send + 'static,
    ) -> Self {
        Self::from_input(name.into(), size.into(), Input::blocking(reader))
    }

    /// The same as [`from_reader`](Self::from_reader), of a reader that does not block.
    pub fn from_async_reader(
        name: impl Into<String>,
        size: impl Into<Option<u64>>,
        reader: impl AsyncRead + Send + 'static,
    ) -> Self {
        Self::from_input(name.into(), size.into(), Input::Async(Box::pin(reader)))
    }

    fn from_input(name: String, size: Option<u64>, input: Input) -> Self {
        let input = Arc::new(Mutex::new(Some(input)));
        Self { source: Source::Reader { name, size, input }, is_jar: false, progress: None }
    }

    /// Calls back with the bytes sent so far and, if it is known, the size of the whole.
    ///
    /// The function runs inside the transfer, after each piece, which is too often for a thread of its own. It must not block:
    /// as long as it does, nothing is transferred and no time limit ends the call. A channel hands on what takes time.
    #[must_use]
    pub fn on_progress(mut self, progress: impl Fn(u64, Option<u64>) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Where the file is; none for a reader.
    pub fn path(&self) -> Option<&Path> {
        match &self.source {
            Source::Path(path) => Some(path),
            Source::Reader { .. } => None,
        }
    }

    /// The file's own name, which Flink appends to a jar's id.
    pub fn file_name(&self) -> String {
        match &self.source {
            Source::Path(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            Source::Reader { name, .. } => name.clone(),
        }
    }

    /// Sends it only if it is a jar.
    pub(crate) fn must_be_a_jar(&mut self) {
        self.is_jar = true;
    }

    pub(crate) fn is_jar(&self) -> bool {
        self.is_jar
    }

    /// Whether it can be sent a second time.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.path().is_some()
    }

    /// Refuses what Flink would refuse after the whole upload, or later, when it is run. What comes from a reader is looked
    /// at when it is [opened](Self::open).
    pub(crate) fn check(&self) -> Result<()> {
        if let Source::Path(path) = &self.source {
            match fs::metadata(path) {
                Err(error) => return self.refuse(&error.to_string()),
                Ok(metadata) if metadata.is_dir() => return self.refuse("it is a folder, not a file"),
                Ok(metadata) if !metadata.is_file() => return self.refuse("it is no regular file"),
                Ok(_) => {}
            }
        }
        let name = self.file_name();
        if name.contains(char::is_control) {
            return self.refuse("its name has control characters");
        }
        if name.contains(['/', '\\']) {
            return self.refuse("it is named like a path, not like a file");
        }
        if name.contains('"') {
            return self.refuse("Flink does not find a file again whose name has a \"");
        }
        if self.is_jar && Path::new(&name).extension().is_none_or(|extension| extension != "jar") {
            return self.refuse("Flink takes only files whose name ends in .jar");
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
            _ if !self.is_jar => Ok(()),
            [] => self.refuse("it is empty"),
            start if start.starts_with(ZIP) => Ok(()),
            _ => self.refuse("it is no jar: it does not begin like a zip archive"),
        }
    }

    fn refuse<T>(&self, reason: &str) -> Result<T> {
        Err(Error::File { path: self.shown(), reason: reason.into(), sent: false })
    }

    fn shown(&self) -> PathBuf {
        self.path().map_or_else(|| self.file_name().into(), Path::to_owned)
    }

    /// What is sent, and how many bytes that is, if it is known: for a [`Transport`](crate::transport::Transport).
    pub async fn open(&self) -> Result<(Option<u64>, Outgoing)> {
        let progress = self.progress.clone();
        let reading = match &self.source {
            Source::Path(path) => Reading::file(path, progress).await?,
            Source::Reader { name, size, input } => {
                let input = input.lock().unwrap_or_else(PoisonError::into_inner).take();
                let Some(input) = input else {
                    return self.refuse("its reader was read before: what it gives can be sent only once");
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

impl<P: Into<PathBuf>> From<P> for Upload {
    fn from(path: P) -> Self {
        Self::new(path)
    }
}

impl<'de> Deserialize<'de> for Upload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PathBuf::deserialize(deserializer).map(Self::new)
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Upload").field(&self.shown()).finish()
    }
}

/// Files as a parameter: what is sent, and what the JSON beside it says of them.
#[doc(hidden)]
pub trait Files {
    fn uploads(&self) -> Vec<Upload>;
    fn names(&self) -> Value;
}

impl Files for Upload {
    fn uploads(&self) -> Vec<Upload> {
        vec![self.clone()]
    }

    fn names(&self) -> Value {
        self.file_name().into()
    }
}

impl<F: Files> Files for Vec<F> {
    fn uploads(&self) -> Vec<Upload> {
        self.iter().flat_map(Files::uploads).collect()
    }

    fn names(&self) -> Value {
        self.iter().map(Files::names).collect()
    }
}
