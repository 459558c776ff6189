//! Fingerprints of files: their first bytes identify them under any name.

use std::collections::VecDeque;

/// Number of bytes at the start of a file that identify it: lines have times.
pub(super) const HEAD_BYTES: usize = 64;

/// Maximum number of heads to remember. An outdated copy is more recent than that many rotations.
const MAX_HEADS: usize = 32;

/// A fingerprint of a file's first bytes: their number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) bytes: u64,
    hash: u64,
}

impl Fingerprint {
    pub(super) const START: Self = Self { bytes: 0, hash: 0xcbf2_9ce4_8422_2325 };

    /// Adds bytes to the hash (FNV-1a: logs are not made to collide).
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// The first bytes of the files read last; the current file comes last.
#[derive(Debug)]
pub(super) struct Heads(VecDeque<Vec<u8>>);

impl Heads {
    pub(super) fn new() -> Self {
        Self(VecDeque::from([Vec::new()]))
    }

    /// Starts another file.
    pub(super) fn start_file(&mut self) {
        self.0.push_back(Vec::new());
        if self.0.len() > MAX_HEADS {
            self.0.pop_front();
        }
    }

    /// Adds the next bytes of the file.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        if let Some(head) = self.0.back_mut() {
            let room = HEAD_BYTES.saturating_sub(head.len()).min(bytes.len());
            head.extend_from_slice(&bytes[..room]);
        }
    }

    /// Returns true if a file that begins with these bytes may be one of them.
    pub(super) fn has(&self, bytes: &[u8]) -> bool {
        let start = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
        self.0.iter().any(|head| head.starts_with(start) || (!head.is_empty() && start.starts_with(head)))
    }

    /// Returns true if a file that begins with these bytes is not the current one.
    pub(super) fn is_other_file(&self, bytes: &[u8]) -> bool {
        self.0.back().is_some_and(|head| head.iter().zip(bytes).any(|(known, byte)| known != byte))
    }
}
