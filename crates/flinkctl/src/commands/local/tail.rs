//! The last lines of a file, read from its end, in bounded memory.

use std::{
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    str,
};

use crate::output::sanitize;

/// Bytes that are read at once.
const BLOCK: usize = 64 << 10;

/// Copies the last lines of a file, or all, sanitized. A line of more than 64 KiB is copied in pieces.
pub(super) fn copy(
    file: &mut (impl Read + Seek),
    lines: Option<usize>,
    out: &mut impl Write,
) -> io::Result<()> {
    let start = lines.map_or(Ok(0), |lines| start_of_last(file, lines))?;
    file.seek(SeekFrom::Start(start))?;
    let (mut reader, mut piece, mut is_line_open) = (BufReader::new(file), Vec::new(), false);
    loop {
        let limit = u64::try_from(BLOCK).unwrap_or(u64::MAX);
        let read = reader.by_ref().take(limit).read_until(b'\n', &mut piece)?;
        let is_line_end = piece.ends_with(b"\n");
        // A character may continue in the next piece.
        let end = if is_line_end || read == 0 { piece.len() } else { whole_characters(&piece) };
        let rest = piece.split_off(end);
        let text = String::from_utf8_lossy(&piece);
        let text = text.strip_suffix("\r\n").or(text.strip_suffix('\n')).unwrap_or(&text);
        out.write_all(sanitize(text).as_bytes())?;
        is_line_open = !is_line_end && (is_line_open || !text.is_empty());
        if is_line_end || (read == 0 && is_line_open) {
            out.write_all(b"\n")?;
        }
        if read == 0 {
            return Ok(());
        }
        piece = rest;
    }
}

/// Returns the length without an incomplete character at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    let last = bytes.utf8_chunks().last().map_or(0, |chunk| chunk.invalid().len());
    let is_cut = bytes
        .get(bytes.len() - last..)
        .is_some_and(|end| str::from_utf8(end).is_err_and(|error| error.error_len().is_none()));
    if is_cut { bytes.len() - last } else { bytes.len() }
}

/// Returns the offset of the last lines, in bytes.
fn start_of_last(file: &mut (impl Read + Seek), lines: usize) -> io::Result<u64> {
    let mut at = file.seek(SeekFrom::End(0))?;
    let (mut block, mut ends, size) = (vec![0; BLOCK], 0, at);
    if lines == 0 {
        return Ok(size);
    }
    while at > 0 {
        let length = usize::try_from(at).unwrap_or(BLOCK).min(BLOCK);
        at -= length as u64;
        file.seek(SeekFrom::Start(at))?;
        block.truncate(length);
        file.read_exact(&mut block)?;
        for (place, _) in block.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n') {
            let next = at + place as u64 + 1;
            // The end of the last line is the beginning of none.
            if next < size {
                ends += 1;
            }
            if ends == lines {
                return Ok(next);
            }
        }
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(text: &[u8], lines: Option<usize>) -> String {
        let mut out = Vec::new();
        copy(&mut io::Cursor::new(text), lines, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_last_lines_are_read_from_the_end() {
        for text in ["one\ntwo\nthree\n", "one\ntwo\r\nthree"] {
            let all = ["", "three\n", "two\nthree\n", "one\ntwo\nthree\n", "one\ntwo\nthree\n"];
            for (lines, expected) in all.iter().enumerate() {
                assert_eq!(last(text.as_bytes(), Some(lines)), *expected, "{lines}");
            }
            assert_eq!(last(text.as_bytes(), None), all[4]);
        }
        assert_eq!(
            (last(b"", None), last(b"\n\n", Some(1)), last(b"\n\n", None)),
            ("".into(), "\n".into(), "\n\n".into())
        );
        assert_eq!(last(b"\x1b[2J\xff", None), "\u{fffd}[2J\u{fffd}\n");
    }

    #[test]
    fn lines_across_blocks_stay_whole() {
        let line = "ü".repeat(BLOCK) + "\n";
        let text = format!("x{line}{line}");
        assert_eq!(last(text.as_bytes(), Some(1)), line);
        assert_eq!(last(text.as_bytes(), Some(9)), text);
        let many: String = (0..20_000).map(|number| format!("line {number}\n")).collect();
        let expected: String = (5_000..20_000).map(|number| format!("line {number}\n")).collect();
        assert!(last(many.as_bytes(), Some(15_000)) == expected);
    }
}
