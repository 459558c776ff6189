//! Collects the last entries of all logs, in bounded memory.

use std::{cmp::Reverse, collections::BinaryHeap};

use jiff::Timestamp;

use super::entries::Entry;

/// Maximum memory of the last entries, in bytes.
const MAX_TAIL_BYTES: usize = 8 << 20;

/// Position of an entry in the order: time, log number, number within the log.
pub(super) type Position = (Option<Timestamp>, usize, u64);

#[derive(Debug)]
struct Kept {
    position: Position,
    entry: Entry,
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.position == other.position
    }
}

impl Eq for Kept {}

impl PartialOrd for Kept {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Kept {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.position.cmp(&other.position)
    }
}

/// The last entries added so far.
#[derive(Debug)]
pub(super) struct Tail {
    max_entries: usize,
    heap: BinaryHeap<Reverse<Kept>>,
    bytes: usize,
    /// True if fewer entries are kept than requested, because they exceed the memory.
    is_short: bool,
}

impl Tail {
    pub(super) fn new(max_entries: usize) -> Self {
        Self { max_entries, heap: BinaryHeap::new(), bytes: 0, is_short: false }
    }

    pub(super) fn push(&mut self, position: Position, entry: Entry) {
        self.bytes += entry.size() + size_of::<Position>();
        self.heap.push(Reverse(Kept { position, entry }));
        while self.heap.len() > self.max_entries || self.bytes > MAX_TAIL_BYTES {
            self.is_short |= self.heap.len() <= self.max_entries;
            let Some(Reverse(Kept { entry, .. })) = self.heap.pop() else { break };
            self.bytes -= entry.size() + size_of::<Position>();
        }
    }

    /// Returns the entries in order, each with its log number, and true if there are fewer than requested.
    pub(super) fn into_entries(self) -> (Vec<(usize, Entry)>, bool) {
        // Sorted in reverse: the latest first.
        let sorted = self.heap.into_sorted_vec();
        let is_short = self.is_short;
        (
            sorted
                .into_iter()
                .rev()
                .map(|Reverse(Kept { position: (_, log, _), entry })| (log, entry))
                .collect(),
            is_short,
        )
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn last(max_entries: usize, size: usize) -> (Vec<(usize, u8)>, bool) {
        let mut tail = Tail::new(max_entries);
        for number in 0..100_u8 {
            let log = usize::from(number % 2);
            let time = Some(Timestamp::from_second(i64::from(number / 4)).unwrap());
            let bytes = Bytes::from(vec![number; size]);
            tail.push((time, log, number.into()), Entry { time, continues: false, cut: 0, bytes });
        }
        let (entries, is_short) = tail.into_entries();
        (entries.iter().map(|(log, entry)| (*log, entry.bytes[0])).collect(), is_short)
    }

    #[test]
    fn the_last_entries_are_kept_in_order() {
        assert_eq!(last(3, 1), (vec![(0, 98), (1, 97), (1, 99)], false));
        assert_eq!(last(0, 1), (vec![], false));
        assert_eq!(last(1000, 1).0.len(), 100);
        let (large, is_short) = last(1000, 1 << 20);
        assert!(large.len() == 7 && is_short && large.last() == Some(&(1, 99)));
        assert!(!last(7, 1 << 20).1);
    }
}
