//! What tells a file from others, under whatever name: its first bytes.

use std::collections::VecDeque;

/// How much of the beginning of a file is like that of no other: lines have their times.
pub(super) const HEAD: usize = 64;

/// How many beginnings are remembered. An older copy is not so old that as many files were rotated meanwhile.
const HEADS: usize = 32;

/// The first bytes of a file: how many, and what tells them from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) bytes: u64,
    hash: u64,
}

impl Mark {
    pub(super) const START: Self = Self { bytes: 0, hash: 0xcbf2_9ce4_8422_2325 };

    /// FNV-1a: nobody makes logs that collide.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// How each of the last files begins, the one that is read last.
#[derive(Debug)]
pub(super) struct Heads(VecDeque<Vec<u8>>);

impl Heads {
    pub(super) fn new() -> Self {
        Self(VecDeque::from([Vec::new()]))
    }

    /// What is read next belongs to another file.
    pub(super) fn begin_file(&mut self) {
        self.0.push_back(Vec::new());
        if self.0.len() > HEADS {
            self.0.pop_front();
        }
    }

    /// These are the next bytes of the file.
    pub(super) fn add(&mut self, news: &[u8]) {
        if let Some(head) = self.0.back_mut() {
            let room = HEAD.saturating_sub(head.len()).min(news.len());
            head.extend_from_slice(&news[..room]);
        }
    }

    /// Whether a file with these first bytes may be one of them.
    pub(super) fn has(&self, bytes: &[u8]) -> bool {
        let start = bytes.get(..HEAD).unwrap_or(bytes);
        self.0.iter().any(|head| head.starts_with(start) || (!head.is_empty() && start.starts_with(head)))
    }

    /// Whether a file with these first bytes is not the one that is read.
    pub(super) fn is_another(&self, bytes: &[u8]) -> bool {
        self.0.back().is_some_and(|head| head.iter().zip(bytes).any(|(known, byte)| known != byte))
    }
}
