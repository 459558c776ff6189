//! Splitting bytes into lines, and the times of lines.

use std::sync::Arc;

use bytes::Bytes;
use jiff::{Timestamp, civil, tz::Offset};

use crate::value::secrets::Secrets;

/// Maximum length of a line. A longer one is split, so that memory is bounded.
const MAX_LINE_BYTES: usize = 1 << 20;

/// A line of a file, without its line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) bytes: Bytes,
    /// True if lines before it may be missing.
    pub(crate) gap: bool,
}

/// Splits bytes into lines.
#[derive(Debug)]
pub(crate) struct Lines {
    /// Maximum length of a piece.
    max_bytes: usize,
    /// The line that has not ended yet.
    partial: Vec<u8>,
    /// True if the beginning of this line was emitted already.
    is_continuation: bool,
    /// A line is not split within a secret: the pieces could not be masked.
    secrets: Arc<Secrets>,
}

impl Lines {
    pub(crate) fn new(secrets: Arc<Secrets>) -> Self {
        Self::up_to(MAX_LINE_BYTES, secrets)
    }

    /// Splits lines that are longer than this, in bytes.
    pub(crate) fn up_to(max_bytes: usize, secrets: Arc<Secrets>) -> Self {
        Self { max_bytes, partial: Vec::new(), is_continuation: false, secrets }
    }

    /// Moves the splitter out, for a callback that borrows its owner.
    pub(crate) fn take(&mut self) -> Self {
        Self { partial: std::mem::take(&mut self.partial), secrets: self.secrets.clone(), ..*self }
    }

    /// Emits the lines that end in these bytes, and keeps the rest.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], mut emit: impl FnMut(&[u8])) {
        while !bytes.is_empty() {
            let room = bytes.get(..self.max_bytes - self.partial.len()).unwrap_or(bytes);
            let end = room.iter().position(|byte| *byte == b'\n');
            let part = &room[..end.unwrap_or(room.len())];
            bytes = &bytes[end.map_or(room.len(), |end| end + 1)..];
            let is_whole = end.is_some() && self.partial.is_empty();
            if !is_whole {
                self.partial.extend_from_slice(part);
            }
            if end.is_some() && self.is_continuation && self.partial.is_empty() && part.is_empty() {
                self.is_continuation = false;
            } else if is_whole {
                // Most lines are not copied.
                emit(part);
                self.is_continuation = false;
            } else if end.is_some() || self.partial.len() == self.max_bytes {
                let cut = end.map_or_else(|| self.secrets.end_outside(&self.partial), |_| self.partial.len());
                // A piece that is one secret as a whole has to be split all the same.
                let cut = if cut == 0 { self.partial.len() } else { cut };
                emit(&self.partial[..cut]);
                self.partial.drain(..cut);
                self.is_continuation = end.is_none();
            }
        }
    }

    /// Returns the last line if it has no line end.
    pub(crate) fn finish(&mut self) -> Option<Bytes> {
        self.is_continuation = false;
        let line = Bytes::copy_from_slice(&self.partial);
        self.partial.clear();
        (!line.is_empty()).then_some(line)
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.partial.is_empty()
    }
}

/// Returns the time at the beginning of a line: `2026-11-23 14:34:10,310`, as Flink's default log4j and logback
/// configurations write it, or `2026-11-23T14:34:10.310Z`. A time without a zone is read in this one.
fn time(line: &[u8], zone: Offset) -> Option<Timestamp> {
    const SECONDS: usize = "2026-11-23 14:34:10".len();
    let is_time = line.get(4) == Some(&b'-') && line.get(10).is_some_and(|byte| b" T".contains(byte));
    let rest = line.get(SECONDS..).filter(|_| is_time)?;
    let fraction = rest.iter().take_while(|byte| byte.is_ascii_digit() || b",.".contains(byte)).count();
    let zoned = rest.get(fraction).is_some_and(|byte| b"Z+-".contains(byte));
    let suffix = rest.get(fraction..).filter(|_| zoned).unwrap_or_default();
    let suffix = suffix.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
    let text = std::str::from_utf8(line.get(..SECONDS + fraction + suffix)?).ok()?;
    match zoned {
        true => text.parse().ok(),
        false => zone.to_timestamp(text.parse::<civil::DateTime>().ok()?).ok(),
    }
}

/// Parses the times of many lines. Consecutive lines often have the same second, which is parsed once.
#[derive(Debug)]
pub(crate) struct TimeParser {
    zone: Offset,
    /// Text and value of the latest second.
    second: Option<([u8; 19], Timestamp)>,
}

impl TimeParser {
    pub(crate) fn new(zone: Offset) -> Self {
        Self { zone, second: None }
    }

    /// The same as [`time`].
    pub(crate) fn time(&mut self, line: &[u8]) -> Option<Timestamp> {
        // The usual format: milliseconds, and no zone.
        let Some((second, [b',' | b'.', a, b, c, b' ', ..])) = line.split_first_chunk() else {
            return time(line, self.zone);
        };
        let digits = [*a, *b, *c];
        if !digits.iter().all(u8::is_ascii_digit) {
            return time(line, self.zone);
        }
        let start = match self.second {
            Some((known, start)) if known == *second => start,
            _ => {
                let start = time(second, self.zone)?;
                self.second = Some((*second, start));
                start
            }
        };
        let millis = digits.iter().fold(0, |millis, digit| millis * 10 + i64::from(digit - b'0'));
        start.checked_add(jiff::SignedDuration::from_millis(millis)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(chunks: &[&[u8]]) -> (Vec<Bytes>, Option<Bytes>) {
        let (mut lines, mut given) = (Lines::new(Arc::default()), Vec::new());
        chunks.iter().for_each(|chunk| lines.feed(chunk, |line| given.push(Bytes::copy_from_slice(line))));
        (given, lines.finish())
    }

    #[test]
    fn lines_are_cut_at_their_ends_wherever_chunks_end() {
        let (lines, partial) = split(&[b"a\xff\n", b"", b"b", b"c\n\n", b"\nd"]);
        assert_eq!(lines, [&b"a\xff"[..], b"bc", b"", b""]);
        assert_eq!(partial.unwrap(), "d");
    }

    #[test]
    fn a_line_without_end_comes_in_pieces() {
        let long = vec![b'x'; MAX_LINE_BYTES];
        assert_eq!(split(&[&long, b"\nb\n"]), (vec![long.clone().into(), "b".into()], None));
        let (lines, partial) = split(&[&long, b"yz\n\n"]);
        assert_eq!(lines, [&long[..], b"yz", b""]);
        assert_eq!(partial, None);
        let (lines, partial) = split(&[&long[1..], &long, b"yz"]);
        assert_eq!((lines.len(), partial.unwrap().len()), (2, 1));
    }

    #[test]
    fn no_piece_ends_within_a_secret() {
        let secrets = Secrets::new([http::HeaderValue::from_static("t0ken-of-a-client")]);
        let mut lines = Lines::up_to(1000, Arc::new(secrets));
        for before in 980..1005 {
            let line = format!("{}t0ken-of-a-client{}\nnext\n", "x".repeat(before), "y".repeat(2000));
            let mut pieces = Vec::new();
            line.as_bytes()
                .chunks(300)
                .for_each(|chunk| lines.feed(chunk, |piece| pieces.push(Bytes::copy_from_slice(piece))));
            assert_eq!((pieces.pop().unwrap(), lines.finish()), ("next".into(), None));
            assert_eq!(pieces.concat().len(), line.len() - "\nnext\n".len(), "{before}");
            let has_secret = |piece: &Bytes| piece.windows(17).any(|bytes| bytes == b"t0ken-of-a-client");
            assert!(pieces.len() < 6 && pieces.iter().any(has_secret), "{before}");
        }
    }

    #[test]
    fn times_are_those_at_the_beginning() {
        let time = |line: &str| time(line.as_bytes(), jiff::tz::offset(2)).map(|time| time.to_string());
        let cases = [
            ("2026-11-23 14:34:10,310 INFO  org.apache", Some("2026-11-23T12:34:10.31Z")),
            ("2026-11-23 14:34:10.310", Some("2026-11-23T12:34:10.31Z")),
            ("2026-11-23 14:34:10 WARN", Some("2026-11-23T12:34:10Z")),
            ("2026-11-23T14:34:10.310Z INFO", Some("2026-11-23T14:34:10.31Z")),
            ("2026-11-23T14:34:10,310+01:00 INFO", Some("2026-11-23T13:34:10.31Z")),
            ("2026-13-23 14:34:10,310 INFO", None),
            ("\tat org.apache.flink.Main.main(Main.java:1)", None),
            ("2026-11-23", None),
            ("", None),
            (" 2026-11-23 14:34:10,310 INFO", None),
            ("2026-11-23 14:34:10,,, INFO", None),
        ];
        for (line, expected) in cases {
            assert_eq!(time(line).as_deref(), expected, "{line}");
            // Read as one of many lines.
            let zone = jiff::tz::offset(2);
            let mut times = TimeParser::new(zone);
            for line in ["2026-11-23 14:34:10,311 INFO", line, line] {
                assert_eq!(times.time(line.as_bytes()), super::time(line.as_bytes(), zone), "{line}");
            }
        }
    }
}
