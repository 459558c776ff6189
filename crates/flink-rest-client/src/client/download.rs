//! Answers that are not read as a whole: chunk by chunk to the caller, or into a file.

use std::{
    fmt,
    future::Future,
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use tokio::time::{Instant, Sleep};

use crate::{
    Action, Call, Client, Endpoint, Error, Result, Text, TransportErrorKind,
    client::{
        Async, Mode,
        call::{CENTURY, CallOptions, Deadline},
        save::Partial,
        transport::{Incoming, TransportError},
    },
    endpoint::{Spec, answer::file::ExpectedFile, upload::OnProgress},
    error::Tried,
};

/// What answers bytes that can be read while they come in: a log, what a process printed, a profile.
pub trait Readable: Send + Sized {
    /// The endpoint that answers them.
    type Endpoint: Endpoint;

    /// Does what must be done before they are there.
    fn ready<M: Mode>(
        self,
        client: &Client<M>,
        options: CallOptions,
    ) -> impl Future<Output = Result<Self::Endpoint>> + Send;
}

impl<E: Endpoint<Response = Text>> Readable for E {
    type Endpoint = E;

    async fn ready<M: Mode>(self, _: &Client<M>, _: CallOptions) -> Result<E> {
        Ok(self)
    }
}

impl<M: Mode, R: Readable> Call<M, R> {
    /// Gives the answer while it comes in, however large it is. The call's time limit is one for its beginning, and then
    /// for each pause; the [client's](crate::ClientBuilder::deadline) is for all of it.
    ///
    /// Flink sends of a log what was there when it was asked; [following](crate::follow) a log gives more.
    pub fn stream(self) -> Call<M, Streamed<R>> {
        self.map(Streamed)
    }

    /// Writes the answer into a file, however large it is, and gives its size in bytes. A [`timeout`](Self::timeout) that is
    /// set is for all of it; else the client's limit is for its beginning, and then for each pause.
    ///
    /// The file is there as a whole or not at all: it is written beside its place, under another name, and put there at
    /// the end. One that was there before is replaced then. On an error nothing stays behind.
    pub fn save(self, path: impl Into<PathBuf>) -> Call<M, Saved<R>> {
        self.map(|source| Saved { source, path: path.into(), progress: None })
    }
}

/// Gives an answer while it comes in; see [`Call::stream`].
#[derive(Clone, Debug)]
pub struct Streamed<R>(R);

impl<R: Readable> Action for Streamed<R> {
    type Output<M: Mode> = Download<M>;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<Download<M>> {
        let endpoint = self.0.ready(&client, options).await?;
        let body = client.download(&endpoint, options).await?;
        Ok(Download { body, unread: Bytes::new(), mode: client.mode })
    }
}

/// Writes an answer into a file; see [`Call::save`].
#[derive(Clone)]
pub struct Saved<R> {
    source: R,
    path: PathBuf,
    progress: Option<OnProgress>,
}

impl<M: Mode, R: Readable> Call<M, Saved<R>> {
    /// Calls back with the bytes written so far and, if the server told it, the size of the whole.
    ///
    /// The function runs inside the transfer, after each piece, which is too often for a thread of its own. It must not block:
    /// as long as it does, nothing is transferred and no time limit ends the call. A channel hands on what takes time.
    pub fn on_progress(mut self, progress: impl Fn(u64, Option<u64>) + Send + Sync + 'static) -> Self {
        self.action.progress = Some(Arc::new(progress));
        self
    }
}

impl<R: Readable> Action for Saved<R> {
    type Output<M: Mode> = u64;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<u64> {
        // First of all: a place that cannot be written to is no reason to ask the server.
        let mut file = Partial::create(self.path)?;
        let endpoint = self.source.ready(&client, options).await?;
        let mut body = client.download(&endpoint, options).await?;
        let what = body.what.clone();
        let written = async {
            while let Some(chunk) = body.next().await? {
                file.write(&chunk).await?;
                if let Some(progress) = &self.progress {
                    progress(body.received, body.size);
                }
            }
            Ok(())
        };
        match options.timeout {
            Some(after) => {
                let written = tokio::time::timeout_at(options.deadline(after).at, written).await;
                written.unwrap_or_else(|_| Err(Error::timeout(what, after)))?;
            }
            None => written.await?,
        }
        file.put_in_place().await?;
        Ok(body.received)
    }
}

impl<M: Mode> Client<M> {
    /// The answer of an endpoint, with its bytes still to be read.
    pub(crate) async fn download<E: Endpoint>(&self, endpoint: &E, options: CallOptions) -> Result<Body> {
        let request = self.check(endpoint.request()?, options).await?;
        let (head, incoming) = self.open_one(&request, options).await?.into_parts();
        let expected = self.expected_file(&request, head.status, &head.headers);
        let (spec, limit) = (request.spec, options.timeout.unwrap_or(self.shared.timeout));
        let what = format!("{} at {}", spec.name, self.address());
        let length = head.headers.get(http::header::CONTENT_LENGTH);
        let size = length.and_then(|length| length.to_str().ok()?.parse().ok());
        let incoming = Some(incoming);
        let (url, deadline) = (self.address().into(), self.shared.deadline);
        Ok(Body { spec, what, url, incoming, expected, received: 0, size, limit, deadline, pause: None })
    }
}

/// The bytes of an answer, and what must be true of them.
pub(crate) struct Body {
    spec: &'static Spec,
    what: String,
    url: String,
    /// None after the end, or an error.
    incoming: Option<Incoming>,
    /// Checks the first bytes; none after them.
    expected: Option<ExpectedFile>,
    pub(crate) received: u64,
    pub(crate) size: Option<u64>,
    /// How long the next bytes may take.
    limit: Duration,
    /// When the last bytes must be there.
    deadline: Option<Deadline>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Body {
    /// The next bytes; none at the end, and after an error.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        std::future::poll_fn(|context| self.poll(context)).await.transpose()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let Some(incoming) = &mut self.incoming else { return Poll::Ready(None) };
        let is_late = |deadline: Deadline| deadline.at <= Instant::now();
        let next = match incoming.as_mut().poll_next(context) {
            // Bytes that drip end no pause, and yet the time is over.
            _ if self.deadline.is_some_and(is_late) => Some(Err(self.late())),
            Poll::Ready(next) => self.take(next),
            Poll::Pending => {
                let end = Instant::now() + self.limit.min(CENTURY);
                let end = self.deadline.map_or(end, |deadline| deadline.at.min(end));
                let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
                ready!(pause.as_mut().poll(context));
                Some(Err(self.late()))
            }
        };
        self.pause = None;
        if !matches!(next, Some(Ok(_))) {
            self.incoming = None;
        }
        Poll::Ready(next)
    }

    fn late(&self) -> Error {
        let what = format!("{} after {} bytes", self.what, self.received);
        let over = self.deadline.filter(|deadline| deadline.at <= Instant::now());
        Error::timeout(what, over.map_or(self.limit, |deadline| deadline.after))
    }

    fn take(&mut self, next: Option<Result<Bytes, TransportError>>) -> Option<Result<Bytes>> {
        let error = match next {
            Some(Ok(bytes)) => {
                self.received += bytes.len() as u64;
                let checked = self.expected.take().map_or(Ok(()), |expected| expected.check(&bytes));
                return Some(checked.map(|()| bytes));
            }
            Some(Err(error)) => error,
            None => {
                // What was cut off must not be taken for the whole.
                let size = self.size.filter(|size| self.received < *size)?;
                let reason = format!("the answer ended after {} of {size} bytes", self.received);
                TransportError::new(TransportErrorKind::Interrupted, reason)
            }
        };
        let (endpoint, url) = (self.spec.name, self.url.clone());
        Some(Err(Error::Transport {
            endpoint,
            url,
            kind: error.kind,
            tried: Tried::default(),
            source: error.source,
        }))
    }
}

/// An answer that comes in. Dropping it gives the rest up.
///
/// Async code takes the [next chunk](Self::next_chunk), or uses it as a [`Stream`]; for blocking code it is an
/// [`Iterator`] of chunks and a [`std::io::Read`]. An answer that ends early is an error.
#[must_use = "the answer comes in as it is read"]
pub struct Download<M> {
    body: Body,
    /// What a [`std::io::Read`] had no room for.
    unread: Bytes,
    mode: M,
}

impl<M> Download<M> {
    /// The size of the whole in bytes, if the server told it.
    pub fn size(&self) -> Option<u64> {
        self.body.size
    }

    /// The bytes that have come in so far.
    pub fn received(&self) -> u64 {
        self.body.received
    }
}

impl Download<Async> {
    /// The next bytes; none at the end. Dropping the future loses nothing.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>> {
        self.body.next().await
    }
}

impl Stream for Download<Async> {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.body.poll(context)
    }
}

impl<M> fmt::Debug for Download<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Body { what, received, size, .. } = &self.body;
        f.debug_struct("Download").field("of", what).field("received", received).field("size", size).finish()
    }
}

#[cfg(feature = "blocking")]
mod blocking {
    use std::io::{self, Read};

    use bytes::Buf;

    use super::*;
    use crate::client::blocking::Blocking;

    impl Download<Blocking> {
        /// The next bytes; none at the end.
        pub fn next_chunk(&mut self) -> Result<Option<Bytes>> {
            if !self.unread.is_empty() {
                return Ok(Some(std::mem::take(&mut self.unread)));
            }
            let Self { body, mode, .. } = self;
            mode.block_on(body.next())
        }
    }

    impl Iterator for Download<Blocking> {
        type Item = Result<Bytes>;

        fn next(&mut self) -> Option<Self::Item> {
            self.next_chunk().transpose()
        }
    }

    impl Read for Download<Blocking> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            while self.unread.is_empty() {
                match self.next_chunk() {
                    Ok(Some(chunk)) => self.unread = chunk,
                    Ok(None) => return Ok(0),
                    Err(error) if error.is_timeout() => {
                        return Err(io::Error::new(io::ErrorKind::TimedOut, error));
                    }
                    Err(error) => return Err(io::Error::other(error)),
                }
            }
            let size = buffer.len().min(self.unread.len());
            self.unread.split_to(size).copy_to_slice(&mut buffer[..size]);
            Ok(size)
        }
    }
}
