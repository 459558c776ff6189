//! Reads several logs concurrently, each a little ahead.

use bytes::Bytes;
use futures_util::{StreamExt, stream::FuturesUnordered};

use super::entries::{Entry, EntryParser, Selection};
use crate::{
    CallOptions, Error, Mode, Result, Retry,
    client::{download::Body, transport::BoxFuture},
    logs::follow::files::Files,
};

/// Memory of the entries read ahead per log, in bytes.
const READ_AHEAD_BYTES: usize = 32 * 1024;

/// Number of bytes parsed at once.
const SLICE_BYTES: usize = 8 * 1024;

/// The log of one process.
pub(super) struct Reader<M> {
    files: Files<M>,
    /// None until it is opened.
    body: Option<Body>,
    chunk: Bytes,
    entries: EntryParser,
}

impl<M: Mode> Reader<M> {
    pub(super) fn new(files: Files<M>, selection: Selection) -> Self {
        let entries = EntryParser::new(selection, files.client.shared.secrets.clone());
        Self { files, body: None, chunk: Bytes::new(), entries }
    }

    /// Reads until some entries are ready or the log ends. Returns true if there may be more.
    async fn read(&mut self) -> Result<bool> {
        if self.body.is_none() {
            let mut options = CallOptions::default();
            // For a dead TaskManager, the server responds with an error after 10 seconds: one retry is enough.
            options.retry = Some(Retry::default().max_retries(1));
            self.body = Some(self.files.log(options).await?);
        }
        let Some(body) = &mut self.body else { return Ok(false) };
        while self.entries.size() < READ_AHEAD_BYTES {
            if self.chunk.is_empty() {
                match body.next().await {
                    Ok(Some(bytes)) => self.chunk = bytes,
                    ended => {
                        self.entries.finish();
                        return ended.map(|_| false);
                    }
                }
            }
            self.entries.feed(&self.chunk.split_to(self.chunk.len().min(SLICE_BYTES)));
        }
        Ok(true)
    }
}

/// EntryParser read from a log.
pub(super) struct Read<M> {
    /// The log's number.
    pub(super) log: usize,
    pub(super) entries: Vec<Entry>,
    /// The reader, unless the log has ended.
    pub(super) reader: Option<Reader<M>>,
    pub(super) error: Option<Error>,
}

/// The logs that are being read.
pub(super) struct Readers<M>(FuturesUnordered<BoxFuture<'static, Read<M>>>);

impl<M: Mode> Readers<M> {
    pub(super) fn new() -> Self {
        Self(FuturesUnordered::new())
    }

    pub(super) fn start(&self, log: usize, mut reader: Reader<M>) {
        self.0.push(Box::pin(async move {
            let read = reader.read().await;
            let entries = reader.entries.take();
            let has_more = matches!(read, Ok(true));
            Read { log, entries, reader: has_more.then_some(reader), error: read.err() }
        }));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the next result; none if no log is being read.
    pub(super) async fn next(&mut self) -> Option<Read<M>> {
        self.0.next().await
    }
}
