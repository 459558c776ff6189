//! Tests with logs that are written, rotated and truncated while they are read.

mod folder;

use proptest::{collection::vec, prelude::*};

use self::folder::{Folder, LOG, Naming, OTHER, Setup};
use super::*;

/// Length of the unique bytes at the start of each write.
const UNIQUE_BYTES: usize = "00000000 ".len();

#[derive(Clone, Debug)]
enum Event {
    /// Write some bytes, with or without a line end.
    Write(Vec<u8>, bool),
    Rotate,
    Truncate,
    /// Another appender writes to the file rotated last (false), or to its own file with a similar name (true).
    Intrude(bool),
    /// The reader does one step, and reads up to this many bytes. The first bytes, which identify a file, come at once.
    Step(usize),
    /// The connection is lost.
    Disconnect,
}

/// A followed log, and the lines read from it.
struct Follower {
    folder: Folder,
    cursor: Cursor,
    open: Vec<u8>,
    lines: Vec<Line>,
}

impl Follower {
    fn new(setup: Setup) -> Self {
        Self::since(setup, None)
    }

    fn since(setup: Setup, since: Option<Timestamp>) -> Self {
        let cursor =
            Cursor::new(LOG.parse().unwrap(), since, Duration::from_secs(setup.copies), Arc::default());
        Self { folder: Folder::new(setup), cursor, open: Vec::new(), lines: Vec::new() }
    }

    fn step(&mut self, size: usize) {
        self.folder.clock += 1;
        match self.cursor.step() {
            Step::Wait => self.cursor.poll(Duration::from_secs(self.folder.clock)),
            Step::List => _ = self.cursor.listed(&self.folder.list()),
            Step::Open(name) => match self.folder.open(name.as_str()) {
                Some(bytes) => {
                    self.cursor.opened(Some(bytes.len() as u64));
                    self.open = bytes;
                }
                None => self.cursor.interrupt(),
            },
            Step::Read if self.open.is_empty() => self.cursor.ended(),
            Step::Read => {
                let rest = self.open.split_off(size.min(self.open.len()));
                self.cursor.read(&self.open);
                self.open = rest;
            }
        }
        self.lines.extend(self.cursor.take());
    }

    /// Reads until nothing new comes.
    fn catch_up(&mut self) {
        let mut rests = 0;
        for _ in 0..5000 {
            let before = self.cursor.fingerprint;
            self.step(1000);
            match self.cursor.step() {
                _ if self.cursor.fingerprint != before => rests = 0,
                Step::Wait => rests += 1,
                _ => {}
            }
            if rests == 200 {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    /// Writes further lines and reads to the end. Without file times, a log replaced by one of equal size is noticed
    /// when it grows.
    fn end(&mut self) {
        for _ in 0..2 {
            self.folder.write(b"and so on", true);
            self.catch_up();
        }
        self.lines.extend(self.cursor.finish());
    }

    /// Returns the number of files created after the current one.
    fn newer_files(&self) -> usize {
        let fingerprint = |bytes: &[u8]| {
            let mut fingerprint = Fingerprint::START;
            fingerprint.add(bytes);
            fingerprint
        };
        let size = usize::try_from(self.cursor.fingerprint.bytes).unwrap();
        let is_read = |file: &Vec<u8>| {
            file.get(..size).is_some_and(|start| fingerprint(start) == self.cursor.fingerprint)
        };
        let read = self.folder.all.iter().rposition(is_read).unwrap();
        self.folder.all.len() - 1 - read
    }

    /// Returns true if the next rotation but one removes the current file.
    fn is_about_to_be_removed(&self) -> bool {
        matches!(self.folder.setup.naming, Naming::Up(most) if self.newer_files() + 1 >= most)
    }

    fn apply(&mut self, event: &Event) {
        self.folder.clock += 1;
        match event {
            Event::Write(bytes, ends) => self.folder.write(bytes, *ends),
            Event::Rotate => {
                // A file that is rotated before anything was read cannot be identified.
                let is_unread = self.cursor.fingerprint.bytes == 0 && self.cursor.since.is_none();
                if !is_unread
                    && !self.folder.copies_may_collide()
                    && !self.is_about_to_be_removed()
                    && !self.folder.is_ambiguous()
                {
                    self.folder.rotate();
                }
            }
            Event::Truncate => self.folder.truncate(),
            Event::Intrude(_) => {}
            Event::Step(size) => self.step(*size),
            Event::Disconnect => self.cursor.interrupt(),
        }
    }

    /// As [`apply`](Self::apply), even if lines are lost.
    fn apply_any(&mut self, event: &Event) {
        match event {
            // A file that is created and truncated between two reads leaves no trace.
            Event::Truncate if self.newer_files() > 0 => {}
            Event::Rotate => {
                self.folder.clock += 1;
                self.folder.rotate();
            }
            Event::Intrude(true) => self.folder.intrude(OTHER),
            // A later rotated file is newer: the next log is not written yet. An outdated copy of a growing file looks
            // like it.
            Event::Intrude(false)
                if self.folder.count() > 0
                    && self.folder.files[LOG].0.is_empty()
                    && self.folder.setup.copies == 0 =>
            {
                let newest = self.folder.newest();
                self.folder.intrude(&newest);
            }
            other => self.apply(other),
        }
    }

    /// Returns a defect: a repeated or invented line, or missing lines without a gap. A line before a gap may be
    /// incomplete.
    fn defect(&self) -> Option<String> {
        let (expected, lines, mut next) = (self.expected(), self.own(), 0);
        for (number, Line { bytes, gap }) in lines.iter().enumerate() {
            let is_cut = lines.get(number + 1).is_none_or(|next| next.gap);
            let is_it = |line: &Vec<u8>| line == bytes || (is_cut && line.starts_with(bytes));
            let there = expected.get(next..).and_then(|rest| rest.iter().position(is_it));
            match there {
                None => return Some(format!("{number}, {bytes:?}, is not one of those that follow")),
                Some(missing) if missing > 0 && !gap => {
                    return Some(format!("{missing} are missing before {number}, {bytes:?}"));
                }
                Some(missing) => next += missing + 1,
            }
        }
        (next < expected.len()).then(|| format!("{} are missing at the end", expected.len() - next))
    }

    /// Returns the log's own lines, without an intruder's.
    fn own(&self) -> Vec<Line> {
        let mut gap = false;
        let own = self.lines.iter().filter_map(|line| {
            gap |= line.gap;
            let is_own = line.bytes.first().is_some_and(u8::is_ascii_digit);
            is_own.then(|| Line { bytes: line.bytes.clone(), gap: mem::take(&mut gap) })
        });
        own.collect()
    }

    fn expected(&self) -> Vec<Vec<u8>> {
        let lines = self.folder.all.iter().flat_map(|file| {
            let mut lines: Vec<_> = file.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            lines.pop_if(|half| half.is_empty());
            lines
        });
        lines.collect()
    }

    fn got(&self) -> Vec<Vec<u8>> {
        self.lines.iter().map(|line| line.bytes.to_vec()).collect()
    }
}

fn setups() -> impl Strategy<Value = Setup> {
    let namings = prop_oneof![Just(Naming::Up(3)), Just(Naming::Up(1000)), Just(Naming::Down)];
    let setups = (namings, any::<bool>(), prop_oneof![Just(0), Just(6), Just(40)]);
    setups.prop_filter_map("before 1.15 nothing tells that numbers go down", |(naming, has_times, copies)| {
        (has_times || !matches!(naming, Naming::Down)).then_some(Setup { naming, has_times, copies })
    })
}

/// Returns a write of bytes that are rarely UTF-8, without a line end inside.
fn write(number: usize) -> Event {
    let byte = u8::try_from(number).unwrap_or_default().max(b'\n' + 1);
    Event::Write(vec![byte; number % 20], !number.is_multiple_of(3))
}

fn writes() -> impl Strategy<Value = Vec<Event>> {
    vec((0..256_usize).prop_map(write), 0..20)
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    vec(event(), 0..200)
}

fn event() -> impl Strategy<Value = Event> {
    // Generating numbers is faster than choosing among strategies.
    (0..14, 0..256_usize).prop_map(|(what, number)| match what {
        0..4 => write(number),
        4 => Event::Rotate,
        5 => Event::Disconnect,
        _ => Event::Step(UNIQUE_BYTES + number % 40),
    })
}

/// Returns any setup and events, including intruders.
fn anything() -> impl Strategy<Value = (Setup, Vec<Event>)> {
    let event = prop_oneof![8 => event(), 1 => any::<bool>().prop_map(Event::Intrude)];
    // A log is either rotated or truncated.
    let events = (any::<bool>(), vec(event, 0..200)).prop_map(|(truncates, mut events)| {
        let rotations = events.iter_mut().filter(|event| matches!(event, Event::Rotate));
        rotations.filter(|_| truncates).for_each(|event| *event = Event::Truncate);
        events
    });
    (setups(), events)
}

/// Another program writes without pause to a file of its own, or to the rotated one. The log may be as busy.
#[test]
fn a_file_that_keeps_growing_does_not_stop_it() {
    let cases = [OTHER, "flink.log.1"].into_iter().flat_map(|name| {
        let setup = |has_times, copies| Setup { naming: Naming::Up(1000), has_times, copies };
        let setups = [setup(true, 0), setup(false, 0), setup(true, 6)];
        setups.into_iter().flat_map(move |setup| {
            let since = [None, Some(Timestamp::MIN)].into_iter();
            since.flat_map(move |since| [true, false].map(|is_busy| (name, setup, since, is_busy)))
        })
    });
    for case @ (name, setup, since, is_busy) in cases {
        let mut follower = Follower::since(setup, since);
        follower.folder.write(b"before", true);
        let (mut lists, mut most, mut came) = (0, 0, 0);
        for step in 0..2000 {
            match step {
                100 | 1000 => follower.folder.rotate(),
                101 | 1001 => follower.folder.write(b"after", true),
                _ if is_busy && step % 3 == 0 => follower.folder.write(b"more", true),
                _ => {}
            }
            if name == OTHER || step > 101 {
                follower.folder.intrude(name);
            }
            lists = match follower.cursor.step() {
                Step::Wait => 0,
                Step::List => lists + 1,
                _ => lists,
            };
            most = most.max(lists);
            follower.step(1000);
            came = follower.lines.iter().filter(|line| line.bytes.ends_with(b"after")).count();
            assert!(came > 0 || step < 400, "{case:?}: nothing came of the next log");
        }
        follower.end();
        assert!(most < 10, "{case:?}: {most} lists without a pause");
        assert_eq!(came, 2, "{case:?}");
        assert_eq!(follower.defect(), None, "{case:?}");
        let intruders: Vec<_> = follower.got().into_iter().filter(|line| line.starts_with(b"intr")).collect();
        let mut once = intruders.clone();
        once.sort();
        once.dedup();
        assert_eq!(intruders.len(), once.len(), "{case:?}: doubled");
    }
}

/// The other file is read as the next one, while the real next one is removed.
#[test]
fn a_foreign_file_in_between_hides_no_gap() {
    let mut follower = Follower::new(Setup { naming: Naming::Up(3), has_times: true, copies: 0 });
    let write = || Event::Write(Vec::new(), true);
    follower.folder.write(b"the first", true);
    follower.catch_up();
    for event in [write(), Event::Rotate, Event::Intrude(true), write()] {
        follower.apply_any(&event);
    }
    while !follower.got().iter().any(|line| line.starts_with(b"intr")) {
        follower.step(1000);
    }
    for _ in 0..4 {
        follower.apply_any(&Event::Rotate);
    }
    follower.end();
    assert_eq!(follower.defect(), None);
}

/// After any rotations, and if nothing was written since.
#[test]
fn while_nothing_changes_a_poll_is_one_list() {
    for (has_times, copies) in [(true, 0), (false, 0), (true, 6)] {
        let mut follower = Follower::new(Setup { naming: Naming::Up(1000), has_times, copies });
        follower.folder.write(b"the first", true);
        follower.catch_up();
        for _ in 0..3 {
            follower.apply_any(&Event::Rotate);
            follower.catch_up();
            for _ in 0..20 {
                let step = follower.cursor.step();
                assert!(matches!(step, Step::Wait | Step::List), "{has_times} {copies}: {step:?}");
                follower.step(1000);
            }
        }
        follower.end();
        assert_eq!(follower.defect(), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_line_comes_once_and_in_order(setup in setups(), events in events()) {
        let mut follower = Follower::new(setup);
        events.iter().for_each(|event| follower.apply(event));
        follower.end();
        prop_assert_eq!(follower.got(), follower.expected());
        prop_assert!(follower.lines.iter().all(|line| !line.gap));
    }

    #[test]
    fn losses_have_a_gap_and_no_line_is_repeated((setup, events) in anything()) {
        let mut follower = Follower::new(setup);
        // Lines lost before the first read do not count.
        follower.folder.write(b"the first", true);
        follower.catch_up();
        events.iter().for_each(|event| follower.apply_any(event));
        follower.end();
        prop_assert_eq!(follower.defect(), None);
    }

    #[test]
    fn rotated_files_come_first(
        setup in setups().prop_filter("nothing is removed", |setup| !matches!(setup.naming, Naming::Up(3))),
        events in events(),
    ) {
        let mut follower = Follower::since(setup, Some(Timestamp::MIN));
        events.iter().for_each(|event| follower.apply(event));
        follower.end();
        prop_assert_eq!(follower.got(), follower.expected());
        prop_assert!(follower.lines.iter().all(|line| !line.gap));
    }

    #[test]
    fn a_truncated_log_is_read_from_its_start(
        // Otherwise a log of the same size by chance may be mistaken for the one that was read.
        setup in setups().prop_map(|setup| Setup { has_times: true, copies: 0, ..setup }),
        before in events(), again in writes(), after in events(),
    ) {
        let mut follower = Follower::new(setup);
        before.iter().for_each(|event| follower.apply(event));
        follower.catch_up();
        let was_empty = follower.folder.files[LOG].0.is_empty();
        let read = follower.lines.len() + usize::from(!follower.cursor.lines.is_empty());
        follower.folder.truncate();
        // It may be longer than before when it is polled again.
        again.iter().for_each(|event| follower.apply(event));
        follower.catch_up();
        after.iter().for_each(|event| follower.apply(event));
        follower.end();
        prop_assert_eq!(follower.got(), follower.expected());
        let gaps: Vec<_> = (0..follower.lines.len()).filter(|line| follower.lines[*line].gap).collect();
        let expected: &[usize] = if was_empty { &[] } else { &[read] };
        prop_assert_eq!(gaps, expected);
    }
}
