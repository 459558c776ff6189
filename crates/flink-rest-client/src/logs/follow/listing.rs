//! Lists of files: finds the files that the log was renamed to at its rotations.

use jiff::Timestamp;

use crate::{LogFileName, rest::processes::LogInfo};

/// A listed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: LogFileName,
    pub(super) size: u64,
    pub(super) mtime: Option<Timestamp>,
}

impl Listed {
    /// Returns the name without its digits, that is, without number or date.
    pub(super) fn name_pattern(&self) -> String {
        self.name.as_str().replace(|c: char| c.is_ascii_digit(), "")
    }
}

/// The log and the files named after it, as last listed.
#[derive(Debug, Default)]
pub(super) struct Listing {
    files: Vec<Listed>,
    /// Files with the name of a rotated file that grow: another program writes them.
    growing: Vec<LogFileName>,
    /// True if the order of the rotated files is unknown: they have no times, and different patterns of names.
    is_unordered: bool,
}

impl Listing {
    /// Returns the log, and the files that it was renamed to at its rotations, oldest first. Leaves out compressed
    /// files, which cannot be read, and growing ones, which are not rotated files.
    pub(super) fn update(&mut self, log: &LogFileName, files: &[LogInfo]) -> (Option<Listed>, Vec<Listed>) {
        let belongs_to_log = |file: &&LogInfo| {
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
        let files: Vec<_> = files.iter().filter(belongs_to_log).map(listed).collect();
        self.detect_growing(log, &files);
        self.files.clone_from(&files);
        let (logs, mut rotated): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.name == *log);
        rotated.retain(|file| !self.growing.contains(&file.name));
        self.is_unordered = rotated.iter().any(|file| file.mtime.is_none())
            && rotated
                .windows(2)
                .any(|two| matches!(two, [one, other] if one.name_pattern() != other.name_pattern()));
        // Before 1.15 there are no times. Log4j counts upwards by default.
        rotated.sort_by_cached_key(|file| (file.mtime, file.name.as_str().len(), file.name.clone()));
        (logs.into_iter().next(), rotated)
    }

    /// Returns true if the order of the rotated files may be wrong: a file that is left out may be a rotated one that
    /// is still being written, and one that is included may not be one.
    pub(super) fn is_unreliable(&self) -> bool {
        self.is_unordered || !self.growing.is_empty()
    }

    /// Detects growing files. A rotation that renames one file renames all of them, and starts the log anew. So if any
    /// file is unchanged and none is smaller, those that are larger have grown.
    fn detect_growing(&mut self, log: &LogFileName, files: &[Listed]) {
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
