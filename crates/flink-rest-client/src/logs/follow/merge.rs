//! Merges the lines of several logs.

use std::collections::VecDeque;

use super::LogLine;

/// The lines of one log.
#[derive(Debug)]
pub(crate) struct Queue<'a> {
    pub(crate) lines: &'a mut VecDeque<LogLine>,
    /// True if there are more lines that have not been read.
    pub(crate) has_more: bool,
}

/// Merges lines by time, up to the last line of a log that has more unread lines.
///
/// A line that continues another comes directly after it.
pub(crate) fn merge(queues: &mut [Queue<'_>]) -> VecDeque<LogLine> {
    let mut merged = VecDeque::new();
    while !queues.iter().any(|queue| queue.has_more && queue.lines.is_empty()) {
        let first = |queue: &&mut Queue<'_>| queue.lines.front().map(|line| (!line.continues, line.time));
        let next = queues.iter_mut().filter(|queue| !queue.lines.is_empty()).min_by_key(first);
        match next.and_then(|queue| queue.lines.pop_front()) {
            Some(line) => merged.push_back(line),
            None => break,
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::logs::follow::Process;

    /// Returns a line whose text is the number of the log and its own. It continues another if it has no time.
    fn line(log: usize, number: usize, time: Option<i64>, before: Option<i64>) -> LogLine {
        LogLine {
            process: Process::JobManager,
            time: time.or(before).map(|time| Timestamp::from_second(time).unwrap()),
            continues: time.is_none() && before.is_some(),
            gap: false,
            bytes: format!("{log} {number}").into(),
        }
    }

    /// Returns a log with rising times and some lines without a time.
    fn log(log: usize, steps: &[Option<u8>]) -> VecDeque<LogLine> {
        let mut now = None;
        let lines = steps.iter().enumerate().map(|(number, step)| {
            let before = now;
            now = step.map(|step| before.unwrap_or(0) + i64::from(step)).or(now);
            line(log, number, step.and(now), before)
        });
        lines.collect()
    }

    fn merged(logs: &mut [(VecDeque<LogLine>, bool)]) -> Vec<String> {
        let mut queues: Vec<_> =
            logs.iter_mut().map(|(lines, has_more)| Queue { lines, has_more: *has_more }).collect();
        merge(&mut queues).iter().map(|line| line.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn lines_without_a_time_stay_where_they_are() {
        let mut logs = [
            (log(0, &[Some(2), None, None, Some(3)]), false),
            (log(1, &[None, Some(1), Some(1), None]), false),
        ];
        assert_eq!(merged(&mut logs), ["1 0", "1 1", "0 0", "0 1", "0 2", "1 2", "1 3", "0 3"]);
    }

    #[test]
    fn nothing_comes_before_what_may_be_older() {
        let mut logs = [(log(0, &[Some(1), Some(1)]), true), (log(1, &[Some(1), Some(1), Some(1)]), false)];
        assert_eq!(merged(&mut logs), ["0 0", "1 0", "0 1"]);
        logs[0] = (log(0, &[Some(5)]), false);
        assert_eq!(merged(&mut logs), ["1 1", "1 2", "0 0"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn all_lines_come_in_order(steps in vec(vec(proptest::option::of(0..3_u8), 0..10), 0..5)) {
            let logs: Vec<_> = steps.iter().enumerate().map(|(number, steps)| log(number, steps)).collect();
            let mut copies = logs.clone();
            let mut queues: Vec<_> = copies.iter_mut().map(|lines| Queue { lines, has_more: false }).collect();
            let merged: Vec<_> = merge(&mut queues).into();
            for lines in &logs {
                let own: VecDeque<_> = merged.iter().filter(|line| lines.contains(line)).cloned().collect();
                prop_assert_eq!(&own, lines);
            }
            prop_assert_eq!(merged.len(), logs.iter().map(VecDeque::len).sum::<usize>());
            prop_assert!(merged.is_sorted_by_key(|line| line.time));
        }
    }
}
