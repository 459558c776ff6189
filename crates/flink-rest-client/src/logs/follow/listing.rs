//! What lists of files say: which of them the log became when it was rotated.

use jiff::Timestamp;

use crate::{LogFileName, rest::processes::LogInfo};

/// A file in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: LogFileName,
    pub(super) size: u64,
    pub(super) mtime: Option<Timestamp>,
}

impl Listed {
    /// Its name without its number or date.
    pub(super) fn shape(&self) -> String {
        self.name.as_str().replace(|c: char| c.is_ascii_digit(), "")
    }
}

/// The log and the files that are named after it, as they were listed last.
#[derive(Debug, Default)]
pub(super) struct Listing {
    files: Vec<Listed>,
    /// Those that are named like rotated files and grow: somebody else writes them.
    growing: Vec<LogFileName>,
    /// Whether nothing tells which of the rotated files is newer: there are no times, and they are named in several ways.
    is_mixed: bool,
}

impl Listing {
    /// The log, and the files that it became when it was rotated, oldest first. Those that were compressed cannot be read,
    /// and those that grow are no such files.
    pub(super) fn update(&mut self, log: &LogFileName, files: &[LogInfo]) -> (Option<Listed>, Vec<Listed>) {
        let is_of_log = |file: &&LogInfo| {
            let suffix = file.name.as_str().strip_prefix(log.as_str());
            suffix.is_some_and(|suffix| {
                suffix.is_empty()
                    || (suffix.starts_with(['.', '-', '_']) && !suffix.contains(char::is_alphabetic))
            })
        };
        let listed = |LogInfo { name, size, mtime }: &LogInfo| Listed {
            name: name.clone(),
            size: *size,
            mtime: *mtime,
        };
        let files: Vec<_> = files.iter().filter(is_of_log).map(listed).collect();
        self.compare(log, &files);
        self.files.clone_from(&files);
        let (logs, mut rotated): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.name == *log);
        rotated.retain(|file| !self.growing.contains(&file.name));
        self.is_mixed = rotated.iter().any(|file| file.mtime.is_none())
            && rotated.windows(2).any(|two| matches!(two, [one, other] if one.shape() != other.shape()));
        // Before 1.15 there are no times. Log4j counts upwards unless told otherwise.
        rotated.sort_by_cached_key(|file| (file.mtime, file.name.as_str().len(), file.name.clone()));
        (logs.into_iter().next(), rotated)
    }

    /// Whether the order of the rotated files is not all that happened: one that is not among them may be one, which is still
    /// written to, or one that is may be none.
    pub(super) fn is_doubtful(&self) -> bool {
        self.is_mixed || !self.growing.is_empty()
    }

    /// Finds out which files grow. A rotation that gives a name to another file gives others to all of them, and begins the
    /// log anew: if any is as it was and none is smaller, those that are larger have grown.
    fn compare(&mut self, log: &LogFileName, files: &[Listed]) {
        let before = |file: &Listed| self.files.iter().find(|before| before.name == file.name);
        let is_larger = |file: &Listed| before(file).is_some_and(|before| before.size < file.size);
        let is_smaller = |file: &Listed| before(file).is_some_and(|before| before.size > file.size);
        self.growing.retain(|name| files.iter().any(|file| file.name == *name && !is_smaller(file)));
        if files.iter().any(|file| self.files.contains(file)) && !files.iter().any(is_smaller) {
            let grown = files.iter().filter(|file| file.name != *log && is_larger(file));
            self.growing.extend(grown.map(|file| file.name.clone()));
            self.growing.sort();
            self.growing.dedup();
        }
    }
}
