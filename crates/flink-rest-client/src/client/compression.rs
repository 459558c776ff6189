//! Compressed responses. The client does not ask for compression, but some gateways use it.

use std::{io::Write, mem};

use bytes::Bytes;
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use futures_util::stream;
use http::{HeaderMap, header};

use crate::{
    TransportErrorKind,
    client::transport::{Incoming, TransportError},
};

/// Number of compressed bytes that are decoded at once. They expand to at most a thousand times as many, so that a
/// small body cannot fill the memory.
const CHUNK_SIZE: usize = 4096;

/// Returns the decompressed body, or the name of an unknown compression as error.
///
/// Headers that describe only the compressed body are removed.
pub(crate) fn decoded(headers: &mut HeaderMap, body: Incoming) -> Result<Incoming, String> {
    let all: Vec<_> = headers.get_all(header::CONTENT_ENCODING).iter().collect();
    let names = all.iter().map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase());
    let names = names.collect::<Vec<_>>().join(",");
    let names = names.split(',').map(str::trim).filter(|name| !matches!(*name, "" | "identity"));
    let decoder = match names.collect::<Vec<_>>().as_slice() {
        [] => return Ok(body),
        ["gzip" | "x-gzip"] => Decoder::Gzip(MultiGzDecoder::new(Vec::new())),
        ["deflate"] => Decoder::Deflate,
        others => return Err(others.join(", ")),
    };
    headers.remove(header::CONTENT_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    let state = State { body, decoder, rest: Bytes::new(), is_empty: true, has_ended: false };
    Ok(Box::pin(stream::unfold(state, |mut state| async move { Some((state.next().await?, state)) })))
}

struct State {
    body: Incoming,
    decoder: Decoder,
    /// Received bytes that are still to be decoded.
    rest: Bytes,
    is_empty: bool,
    has_ended: bool,
}

enum Decoder {
    Gzip(MultiGzDecoder<Vec<u8>>),
    /// With the zlib header that RFC 9110 requires, or without it as some servers send it; the first byte tells.
    Deflate,
    Zlib(ZlibDecoder<Vec<u8>>),
    Bare(DeflateDecoder<Vec<u8>>),
}

impl State {
    /// Returns the next decoded bytes; `None` at the end, and after an error.
    async fn next(&mut self) -> Option<Result<Bytes, TransportError>> {
        while !self.has_ended {
            let decoded = if self.rest.is_empty() {
                match std::future::poll_fn(|context| self.body.as_mut().poll_next(context)).await {
                    Some(Ok(chunk)) => {
                        self.is_empty &= chunk.is_empty();
                        self.rest = chunk;
                        continue;
                    }
                    Some(Err(error)) => {
                        self.has_ended = true;
                        return Some(Err(error));
                    }
                    None => {
                        self.has_ended = true;
                        // A response without a body may still name a compression.
                        if self.is_empty { Ok(Bytes::new()) } else { self.decoder.finish() }
                    }
                }
            } else {
                let step = self.rest.split_to(self.rest.len().min(CHUNK_SIZE));
                self.decoder.decode(&step)
            };
            match decoded {
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => return Some(Ok(bytes)),
                Err(error) => {
                    self.has_ended = true;
                    let reason = format!("the compressed answer is broken: {error}");
                    return Some(Err(TransportError::new(TransportErrorKind::Interrupted, reason)));
                }
            }
        }
        None
    }
}

impl Decoder {
    fn decode(&mut self, bytes: &[u8]) -> std::io::Result<Bytes> {
        if let Self::Deflate = self {
            // In RFC 1950, the low bits of the first byte are 8. A stream without the header rarely starts so.
            *self = match bytes.first().is_some_and(|first| first & 0x0f == 8) {
                true => Self::Zlib(ZlibDecoder::new(Vec::new())),
                false => Self::Bare(DeflateDecoder::new(Vec::new())),
            };
        }
        match self {
            Self::Gzip(decoder) => decoder.write_all(bytes).map(|()| mem::take(decoder.get_mut()).into()),
            Self::Zlib(decoder) => decoder.write_all(bytes).map(|()| mem::take(decoder.get_mut()).into()),
            Self::Bare(decoder) => decoder.write_all(bytes).map(|()| mem::take(decoder.get_mut()).into()),
            Self::Deflate => Ok(Bytes::new()),
        }
    }

    fn finish(&mut self) -> std::io::Result<Bytes> {
        match self {
            Self::Gzip(decoder) => decoder.try_finish().map(|()| mem::take(decoder.get_mut()).into()),
            Self::Zlib(decoder) => decoder.try_finish().map(|()| mem::take(decoder.get_mut()).into()),
            Self::Bare(decoder) => decoder.try_finish().map(|()| mem::take(decoder.get_mut()).into()),
            Self::Deflate => Ok(Bytes::new()),
        }
    }
}
