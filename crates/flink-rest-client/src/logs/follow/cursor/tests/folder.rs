//! A folder of logs that log4j writes, rotates and truncates, and a server that lists and sends them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::rest::processes::LogInfo;

pub(super) const LOG: &str = "flink.log";

/// The file of another appender, which does not belong to the log.
pub(super) const OTHER: &str = "flink.log.2026-11-25";

/// Log4j's names of rotated files.
#[derive(Clone, Copy, Debug)]
pub(super) enum Naming {
    /// `log.1` is the oldest. Beyond this number it is removed, and the others move down.
    Up(usize),
    /// `log.1` is the newest, and the others move up.
    Down,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Setup {
    pub(super) naming: Naming,
    pub(super) has_times: bool,
    /// Number of steps, one second each, for which the server sends a copy of a file, as for TaskManagers' files.
    pub(super) copies: u64,
}

impl Setup {
    /// Returns true if the listed time belongs to the bytes that are sent.
    pub(super) fn has_reliable_times(&self) -> bool {
        self.has_times && self.copies == 0
    }
}

pub(super) struct Folder {
    pub(super) setup: Setup,
    pub(super) files: BTreeMap<String, (Vec<u8>, i64)>,
    pub(super) copies: BTreeMap<String, (Vec<u8>, u64)>,
    pub(super) clock: u64,
    pub(super) rotated_at: u64,
    pub(super) written: u32,
    /// Everything ever written to the log, by file.
    pub(super) all: Vec<Vec<u8>>,
}

impl Folder {
    pub(super) fn new(setup: Setup) -> Self {
        let files = BTreeMap::from([(LOG.into(), (Vec::new(), 0))]);
        let (copies, all) = (BTreeMap::new(), vec![Vec::new()]);
        Self { setup, files, copies, clock: 0, rotated_at: 0, written: 0, all }
    }

    pub(super) fn now(&self) -> i64 {
        i64::try_from(self.clock).unwrap()
    }

    pub(super) fn write(&mut self, bytes: &[u8], ends: bool) {
        // Each write is unique: lines of a log have times.
        let mut bytes = [format!("{:08} ", self.written).as_bytes(), bytes].concat();
        bytes.extend(ends.then_some(b'\n'));
        self.written += 1;
        let now = self.now();
        let (log, written) = self.files.get_mut(LOG).unwrap();
        log.extend(&bytes);
        *written = now;
        self.all.last_mut().unwrap().extend(bytes);
    }

    /// Returns true if nothing in the list tells the log from another file once it is rotated.
    pub(super) fn is_ambiguous(&self) -> bool {
        let (log, others) = self.all.split_last().unwrap();
        !self.setup.has_reliable_times() && others.iter().any(|other| other.len() == log.len())
    }

    /// Returns true if, after the next rotation but one, a copy may be sent under the name of another file.
    pub(super) fn copies_may_collide(&self) -> bool {
        let reuses_names = !matches!(self.setup.naming, Naming::Up(1000));
        reuses_names && self.clock < self.rotated_at + 2 * self.setup.copies
    }

    /// Returns the name of the file that was rotated last.
    pub(super) fn newest(&self) -> String {
        let newest = match self.setup.naming {
            Naming::Up(_) => self.count(),
            Naming::Down => 1,
        };
        format!("{LOG}.{newest}")
    }

    pub(super) fn count(&self) -> usize {
        self.files.keys().filter(|name| *name != LOG && *name != OTHER).count()
    }

    /// Writes to this file as another appender.
    pub(super) fn intrude(&mut self, name: &str) {
        let now = self.now();
        let (bytes, written) = self.files.entry(name.into()).or_default();
        bytes.extend(format!("\nintruder {:08}\n", self.written).bytes());
        *written = now;
        self.written += 1;
    }

    pub(super) fn rotate(&mut self) {
        let name = |number: usize| format!("{LOG}.{number}");
        let mut count = self.count();
        let mut rename = |from: &str, to: String| {
            let file = self.files.remove(from).unwrap();
            self.files.insert(to, file);
        };
        match self.setup.naming {
            Naming::Up(max) if count == max => {
                (2..=count).for_each(|number| rename(&name(number), name(number - 1)));
                count -= 1;
            }
            Naming::Up(_) => {}
            Naming::Down => {
                (1..=count).rev().for_each(|number| rename(&name(number), name(number + 1)));
                count = 0;
            }
        }
        rename(LOG, name(count + 1));
        self.files.insert(LOG.into(), (Vec::new(), self.now()));
        self.all.push(Vec::new());
        self.rotated_at = self.clock;
    }

    pub(super) fn truncate(&mut self) {
        self.files.insert(LOG.into(), (Vec::new(), self.now()));
        self.all.push(Vec::new());
    }

    pub(super) fn list(&self) -> Vec<LogInfo> {
        let infos = self.files.iter().map(|(name, (bytes, written))| LogInfo {
            name: name.parse().unwrap(),
            size: bytes.len() as u64,
            mtime: self.setup.has_times.then(|| Timestamp::from_millisecond(*written).unwrap()),
        });
        infos.collect()
    }

    pub(super) fn open(&mut self, name: &str) -> Option<Vec<u8>> {
        self.copies.retain(|_, (_, until)| *until > self.clock);
        if let Some((bytes, _)) = self.copies.get(name) {
            return Some(bytes.clone());
        }
        let (bytes, _) = self.files.get(name)?;
        self.copies.insert(name.into(), (bytes.clone(), self.clock + self.setup.copies));
        Some(bytes.clone())
    }
}
