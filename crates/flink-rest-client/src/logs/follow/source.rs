//! The log of one process: executes the steps of its [`Cursor`] on the server.

use std::{collections::VecDeque, mem, time::Duration};

use jiff::{Timestamp, tz::Offset};
use tokio::time::Instant;

use super::{
    LogLine, Start,
    files::{File, Files},
    lines::{Clock, Line},
    trail::{Step, Trail},
};
use crate::{Mode, Result, client::download::Body};

/// Bytes of lines to return at once.
const ENOUGH: usize = 256 * 1024;

/// Number of lists without the log after which it is looked up again under another name.
const MISSED: u32 = 3;

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
    trail: Option<Trail>,
    missed: u32,
    body: Option<Body>,
    start: Start,
    server: Server,
    clock: Clock,
    begun: Instant,
    time: Option<Timestamp>,
    ready: VecDeque<LogLine>,
    size: usize,
}

impl<M: Mode> Source<M> {
    pub(crate) fn new(files: Files<M>, file: File, start: Start, server: Server) -> Self {
        let (trail, missed, body, time, begun) = (None, 0, None, None, Instant::now());
        let (clock, ready) = (Clock::new(server.zone), VecDeque::new());
        Self { files, file, trail, missed, body, start, server, clock, begun, time, ready, size: 0 }
    }

    /// Reads new lines, and returns true if there are more. There may be lines even after an error.
    pub(crate) async fn pull(&mut self) -> Result<bool> {
        if self.trail.is_none() || self.missed >= MISSED {
            let name = self.files.name(self.file).await?;
            self.missed = 0;
            self.trail = Some(match self.trail.take() {
                Some(trail) => trail.renamed(name),
                None => {
                    let secrets = self.files.client.shared.secrets.clone();
                    Trail::new(name, self.start.since(), self.server.copies, secrets)
                }
            });
        }
        let Some(mut trail) = self.trail.take() else { return Ok(false) };
        let pulled = self.advance(&mut trail).await;
        if pulled.is_err() {
            trail.interrupt();
        }
        if trail.step() == Step::Rest {
            self.body = None;
        }
        self.trail = Some(trail);
        pulled
    }

    /// Ends the log: no more lines will come.
    pub(crate) fn finish(&mut self) {
        if let Some(trail) = &mut self.trail {
            let lines = trail.finish();
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
    async fn advance(&mut self, trail: &mut Trail) -> Result<bool> {
        if trail.step() == Step::Rest {
            trail.poll(self.begun.elapsed());
        }
        while self.size < ENOUGH {
            match trail.step() {
                Step::Rest => {
                    if matches!(self.start, Start::Last(_)) {
                        self.start = Start::Beginning;
                    }
                    return Ok(false);
                }
                Step::List => {
                    let is_there = trail.listed(&self.files.list().await?);
                    self.missed = if is_there { 0 } else { self.missed + 1 };
                }
                Step::Open(name) => match self.files.open(name).await {
                    Ok(body) => {
                        trail.opened(body.size);
                        self.body = Some(body);
                    }
                    // It was renamed meanwhile.
                    Err(error) if error.is_not_found() => trail.interrupt(),
                    Err(error) => return Err(error),
                },
                Step::Read => match &mut self.body {
                    Some(body) => match body.next().await {
                        Ok(Some(bytes)) => trail.read(&bytes),
                        Ok(None) => trail.ended(),
                        Err(error) => return Err(error),
                    },
                    None => trail.interrupt(),
                },
            }
            self.collect(trail.take());
        }
        Ok(true)
    }

    fn collect(&mut self, lines: VecDeque<Line>) {
        for Line { bytes, gap } in lines {
            let own = self.clock.time(&bytes);
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
