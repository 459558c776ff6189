//! A file on its way to the server.

use std::{
    fmt, fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{Error, Result};

/// Is told the bytes that are done, and of how many, if that is known.
pub(crate) type OnProgress = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// A file to upload, mostly a jar. Any path is one; [`on_progress`](Self::on_progress) makes it tell how far it is.
///
/// It is read while it is sent, never held in memory as a whole.
#[derive(Clone)]
pub struct Upload {
    path: PathBuf,
    pub(crate) is_jar: bool,
    pub(crate) progress: Option<OnProgress>,
}

impl Upload {
    /// The file at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), is_jar: false, progress: None }
    }

    /// Calls back with the bytes sent so far and, if it is known, the size of the whole.
    #[must_use]
    pub fn on_progress(mut self, progress: impl Fn(u64, Option<u64>) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's own name, which Flink appends to a jar's id.
    pub fn file_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Sends it only if it is a jar.
    pub(crate) fn must_be_a_jar(&mut self) {
        self.is_jar = true;
    }

    /// Refuses what Flink would refuse after the whole upload, or later, when it is run.
    pub(crate) fn check(&self) -> Result<()> {
        let refuse =
            |reason: &str| Err(Error::File { path: self.path.clone(), reason: reason.into(), sent: false });
        let metadata = match fs::metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) => return refuse(&error.to_string()),
        };
        if metadata.is_dir() {
            return refuse("it is a folder, not a file");
        }
        if !metadata.is_file() {
            return refuse("it is no regular file");
        }
        if self.file_name().contains(char::is_control) {
            return refuse("its name has control characters");
        }
        if !self.is_jar {
            return Ok(());
        }
        if self.path.extension().is_none_or(|extension| extension != "jar") {
            return refuse("Flink takes only files whose name ends in .jar");
        }
        let mut magic = [0; 4];
        match fs::File::open(&self.path).and_then(|mut file| file.read_exact(&mut magic)) {
            _ if metadata.len() == 0 => refuse("it is empty"),
            Err(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => refuse(&error.to_string()),
            // An archive begins with a member, or, without any, with the end of its directory.
            Ok(()) if magic == *b"PK\x03\x04" => Ok(()),
            _ => refuse("it is no jar: it does not begin like a zip archive"),
        }
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
        f.debug_tuple("Upload").field(&self.path).finish()
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
