//! Files to upload, as parameters of an endpoint.

use std::{
    fmt,
    io::Read,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex},
};

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tokio::io::AsyncRead;

use crate::value::kind::{Kind, kinds};

/// A callback with the bytes transferred so far, and the total size if it is known.
pub(crate) type OnProgress = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// A file to upload, usually a jar, or a reader in its place. Any path converts to it;
/// [`on_progress`](Self::on_progress) reports the progress.
///
/// It is read while it is sent, and never held in memory as a whole. If the file is changed, replaced, or changes its
/// size meanwhile, the upload ends with an [error](crate::Error::File) before its last bytes, so that the server
/// discards it.
#[derive(Clone)]
pub struct Upload {
    pub(crate) source: Source,
    is_jar: bool,
    pub(crate) progress: Option<OnProgress>,
}

#[derive(Clone)]
pub(crate) enum Source {
    Path(PathBuf),
    Reader { name: String, size: Option<u64>, input: Arc<Mutex<Option<Input>>> },
}

/// A reader in place of a file.
pub(crate) enum Input {
    Async(Pin<Box<dyn AsyncRead + Send>>),
    Blocking(Box<dyn Read + Send>),
}

impl Upload {
    /// The file at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { source: Source::Path(path.into()), is_jar: false, progress: None }
    }

    /// The content of a reader, under this file name, with its size in bytes if known.
    ///
    /// It can be sent only once: such a request is never retried, not even without a connection. It is read on a
    /// blocking thread, which cannot be interrupted. If the reader blocks, the upload still ends at its deadline; but
    /// dropping the tokio runtime then waits for the reader, except with `shutdown_background`. For an [`AsyncRead`],
    /// use [`from_async_reader`](Self::from_async_reader).
    pub fn from_reader(
        name: impl Into<String>,
        size: impl Into<Option<u64>>,
        reader: impl Read + Send + 'static,
    ) -> Self {
        Self::from_input(name.into(), size.into(), Input::Blocking(Box::new(reader)))
    }

    /// [`from_reader`](Self::from_reader) for an async reader.
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

    /// Calls the function with the number of bytes sent so far and, if known, the total size.
    ///
    /// The function runs inside the transfer, after each chunk. It must not block: while it does, nothing is
    /// transferred, and no timeout ends the call. Use a channel for work that takes time.
    #[must_use]
    pub fn on_progress(mut self, progress: impl Fn(u64, Option<u64>) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Returns the path of the file; `None` for a reader.
    pub fn path(&self) -> Option<&Path> {
        match &self.source {
            Source::Path(path) => Some(path),
            Source::Reader { .. } => None,
        }
    }

    /// Returns the file name, which Flink appends to a jar's id.
    pub fn file_name(&self) -> String {
        match &self.source {
            Source::Path(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            Source::Reader { name, .. } => name.clone(),
        }
    }

    /// Requires it to be a jar.
    pub(crate) fn must_be_a_jar(&mut self) {
        self.is_jar = true;
    }

    pub(crate) fn is_jar(&self) -> bool {
        self.is_jar
    }

    /// Returns true if it can be sent a second time.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.path().is_some()
    }

    /// The path; for a reader, its file name.
    pub(crate) fn shown(&self) -> PathBuf {
        self.path().map_or_else(|| self.file_name().into(), Path::to_owned)
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

kinds! { Upload: Kind::File; }

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Upload").field(&self.shown()).finish()
    }
}

/// Files as a parameter: the uploads, and their names for the JSON part.
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
