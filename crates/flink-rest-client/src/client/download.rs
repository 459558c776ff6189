//! Downloads: responses that are read chunk by chunk, or saved to a file.

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
    error::AttemptSummary,
};

/// An action whose response is a file that can be read while it is received: a log, the output of a process, a profile.
pub trait Readable: Send + Sized {
    /// The endpoint of the file.
    type Endpoint: Endpoint;

    /// Does the work that must be done before the file is available.
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
    /// Returns the response as a stream, whatever its size. The call's timeout applies to the start of the response,
    /// and then to each gap between chunks; the client's [deadline](crate::ClientBuilder::deadline) applies to the
    /// whole.
    ///
    /// Flink sends a log up to its size at the time of the request. To read on, [follow](crate::follow) the log.
    pub fn stream(self) -> Call<M, Streamed<R>> {
        self.map(Streamed)
    }

    /// Saves the response to a file, whatever its size, and returns the size in bytes. A [`timeout`](Self::timeout)
    /// that is set applies to the whole. Otherwise the client's timeout applies to the start of the response, and then
    /// to each gap between chunks.
    ///
    /// The file is written completely or not at all: the data goes to a temporary file next to it, which is moved to
    /// its place at the end and replaces an existing file. After an error nothing is left behind.
    pub fn save(self, path: impl Into<PathBuf>) -> Call<M, Saved<R>> {
        self.map(|source| Saved { source, path: path.into(), progress: None })
    }
}

/// Returns a response as a stream; see [`Call::stream`].
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

/// Saves a response to a file; see [`Call::save`].
#[derive(Clone)]
pub struct Saved<R> {
    source: R,
    path: PathBuf,
    progress: Option<OnProgress>,
}

impl<M: Mode, R: Readable> Call<M, Saved<R>> {
    /// Calls the function with the number of bytes written so far and, if the server sent it, the total size.
    ///
    /// The function runs inside the transfer, after each chunk. It must not block: while it does, nothing is
    /// transferred, and no timeout ends the call. Use a channel for work that takes time.
    pub fn on_progress(mut self, progress: impl Fn(u64, Option<u64>) + Send + Sync + 'static) -> Self {
        self.action.progress = Some(Arc::new(progress));
        self
    }
}

impl<R: Readable> Action for Saved<R> {
    type Output<M: Mode> = u64;

    async fn run<M: Mode>(self, client: Client<M>, options: CallOptions) -> Result<u64> {
        // First, so that nothing is sent if the file cannot be written.
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
    /// Requests a file, and returns its body unread.
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

/// The body of a file, and the checks that apply to it.
pub(crate) struct Body {
    spec: &'static Spec,
    what: String,
    url: String,
    /// `None` after the end, or an error.
    incoming: Option<Incoming>,
    /// The check of the first bytes; `None` after it.
    expected: Option<ExpectedFile>,
    pub(crate) received: u64,
    pub(crate) size: Option<u64>,
    /// Timeout for the next bytes.
    limit: Duration,
    /// Deadline for the last bytes.
    deadline: Option<Deadline>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Body {
    /// Returns the next bytes; `None` at the end, and after an error.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        std::future::poll_fn(|context| self.poll(context)).await.transpose()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let Some(incoming) = &mut self.incoming else { return Poll::Ready(None) };
        let is_late = |deadline: Deadline| deadline.at <= Instant::now();
        let next = match incoming.as_mut().poll_next(context) {
            // Checked first: a slow stream of bytes never runs into the timeout of a gap.
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
                // A truncated body must not pass for a complete one.
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
            attempts: AttemptSummary::default(),
            source: error.source,
        }))
    }
}

/// A response that is being received. Dropping it cancels the rest.
///
/// In async code it is a [`Stream`] of chunks, also read by [`next_chunk`](Self::next_chunk). In blocking code it is an
/// [`Iterator`] of chunks and a [`std::io::Read`]. A response that ends early is an error.
#[must_use = "the response is received only as it is read"]
pub struct Download<M> {
    body: Body,
    /// Bytes that did not fit into the buffer of a [`std::io::Read`].
    unread: Bytes,
    mode: M,
}

impl<M> Download<M> {
    /// Returns the total size in bytes, if the server sent it.
    pub fn size(&self) -> Option<u64> {
        self.body.size
    }

    /// Returns the number of bytes received so far.
    pub fn received(&self) -> u64 {
        self.body.received
    }
}

impl Download<Async> {
    /// Returns the next chunk; `None` at the end. Dropping the future loses no data.
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
        /// Returns the next chunk; `None` at the end.
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
