//! The log of one process: executes the steps of its [`Cursor`] on the server.

use std::{collections::VecDeque, mem, time::Duration};

use jiff::{Timestamp, tz::Offset};
use tokio::time::Instant;

use super::{
    LogLine, Start,
    cursor::{Cursor, Step},
    files::{File, Files},
    lines::{Line, TimeParser},
};
use crate::{Mode, Result, client::download::Body};

/// Bytes of lines to return at once.
const BATCH_BYTES: usize = 256 * 1024;

/// Number of lists without the log after which it is looked up again under another name.
const MAX_MISSED_LISTS: u32 = 3;

/// Facts about the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server {
    /// The zone of the times in its logs.
    pub(crate) zone: Offset,
    /// Maximum age of the copies of TaskManagers' files that it sends.
    pub(crate) copies: Duration,
}

/// The log of one process.
pub(crate) struct Source<M> {
    files: Files<M>,
    file: File,
    /// None until the name of the log is known.
    cursor: Option<Cursor>,
    missed_lists: u32,
    body: Option<Body>,
    start: Start,
    server: Server,
    times: TimeParser,
    started: Instant,
    time: Option<Timestamp>,
    ready: VecDeque<LogLine>,
    size: usize,
}

impl<M: Mode> Source<M> {
    pub(crate) fn new(files: Files<M>, file: File, start: Start, server: Server) -> Self {
        let (cursor, missed_lists, body, time, started) = (None, 0, None, None, Instant::now());
        let (times, ready) = (TimeParser::new(server.zone), VecDeque::new());
        Self { files, file, cursor, missed_lists, body, start, server, times, started, time, ready, size: 0 }
    }

    /// Reads new lines, and returns true if there are more. There may be lines even after an error.
    pub(crate) async fn pull(&mut self) -> Result<bool> {
        if self.cursor.is_none() || self.missed_lists >= MAX_MISSED_LISTS {
            let name = self.files.name(self.file).await?;
            self.missed_lists = 0;
            self.cursor = Some(match self.cursor.take() {
                Some(cursor) => cursor.renamed(name),
                None => {
                    let secrets = self.files.client.shared.secrets.clone();
                    Cursor::new(name, self.start.since(), self.server.copies, secrets)
                }
            });
        }
        let Some(mut cursor) = self.cursor.take() else { return Ok(false) };
        let pulled = self.advance(&mut cursor).await;
        if pulled.is_err() {
            cursor.interrupt();
        }
        if cursor.step() == Step::Wait {
            self.body = None;
        }
        self.cursor = Some(cursor);
        pulled
    }

    /// Ends the log: no more lines will come.
    pub(crate) fn finish(&mut self) {
        if let Some(cursor) = &mut self.cursor {
            let lines = cursor.finish();
            self.collect(lines);
        }
    }

    /// Returns the lines that were read.
    pub(crate) fn take(&mut self) -> VecDeque<LogLine> {
        match self.start {
            // The last lines are known only at the end.
            Start::Last(_) => VecDeque::new(),
            _ => {
                self.size = 0;
                mem::take(&mut self.ready)
            }
        }
    }

    /// Executes the cursor's steps until it waits or a batch of lines is ready.
    async fn advance(&mut self, cursor: &mut Cursor) -> Result<bool> {
        if cursor.step() == Step::Wait {
            cursor.poll(self.started.elapsed());
        }
        while self.size < BATCH_BYTES {
            match cursor.step() {
                Step::Wait => {
                    if matches!(self.start, Start::Last(_)) {
                        self.start = Start::Beginning;
                    }
                    return Ok(false);
                }
                Step::List => {
                    let is_there = cursor.listed(&self.files.list().await?);
                    self.missed_lists = if is_there { 0 } else { self.missed_lists + 1 };
                }
                Step::Open(name) => match self.files.open(name).await {
                    Ok(body) => {
                        cursor.opened(body.size);
                        self.body = Some(body);
                    }
                    // It was renamed meanwhile.
                    Err(error) if error.is_not_found() => cursor.interrupt(),
                    Err(error) => return Err(error),
                },
                Step::Read => match &mut self.body {
                    Some(body) => match body.next().await {
                        Ok(Some(bytes)) => cursor.read(&bytes),
                        Ok(None) => cursor.ended(),
                        Err(error) => return Err(error),
                    },
                    None => cursor.interrupt(),
                },
            }
            self.collect(cursor.take());
        }
        Ok(true)
    }

    fn collect(&mut self, lines: VecDeque<Line>) {
        for Line { bytes, gap } in lines {
            let own = self.times.time(&bytes);
            let continues = own.is_none() && self.time.is_some();
            self.time = own.or(self.time);
            match self.start {
                Start::Since(start) if self.time.is_none_or(|time| time < start) => continue,
                Start::Since(_) => self.start = Start::Beginning,
                Start::Last(0) => continue,
                Start::Last(count) if self.ready.len() == count => _ = self.ready.pop_front(),
                Start::Last(_) => {}
                Start::Beginning => self.size += bytes.len() + size_of::<LogLine>(),
            }
            let process = self.files.process.clone();
            self.ready.push_back(LogLine { process, time: self.time, continues, gap, bytes });
        }
    }
}
