//! A file to upload, as a parameter of an endpoint.

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

/// Is told the bytes that are done, and of how many, if that is known.
pub(crate) type OnProgress = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// A file to upload, mostly a jar, or what comes from a reader in its place. Any path is one;
/// [`on_progress`](Self::on_progress) makes it tell how far it is.
///
/// It is read while it is sent, never held in memory as a whole. A file that is changed or replaced meanwhile, or does not
/// stay as long as it was, is an [error](crate::Error::File), and the server does not get its end: it has no such jar then.
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

/// A reader that is sent in place of a file.
pub(crate) enum Input {
    Async(Pin<Box<dyn AsyncRead + Send>>),
    Blocking(Box<dyn Read + Send>),
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
        Self::from_input(name.into(), size.into(), Input::Blocking(Box::new(reader)))
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

    /// The path, or the name of what is read from elsewhere.
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
