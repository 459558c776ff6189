//! Hiding of credentials: text of a server is shown without those that this process sends.

use std::{
    borrow::Cow,
    sync::{Mutex, PoisonError},
};

use flink_rest_client::FlinkRestClient;
use serde_json::Value;

use crate::json::{Tokens, unquoted};

static CLIENTS: Mutex<Vec<FlinkRestClient>> = Mutex::new(Vec::new());

/// The crate's replacement of a secret.
const HIDDEN: &str = "******";

/// Hides the credentials of this client from now on.
pub(crate) fn keep_secrets(client: &FlinkRestClient) {
    CLIENTS.lock().unwrap_or_else(PoisonError::into_inner).push(client.clone());
}

/// Returns the text without credentials.
pub(crate) fn hide(text: &str) -> Cow<'_, str> {
    let clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    clients.iter().fold(text.into(), |text, client| client.hide_secrets(text))
}

/// Replaces strings that contain a credential, and numbers that are one. The rest stays as the server wrote it.
pub(super) fn hide_in_json(text: &str) -> Cow<'_, str> {
    hide_in_values(text, hide)
}

fn hide_in_values<'a>(text: &'a str, hide: impl Fn(&str) -> Cow<'_, str>) -> Cow<'a, str> {
    let (mut shown, mut from) = (String::new(), 0);
    for token in Tokens::of(text) {
        let literal = text.get(token.clone()).unwrap_or_default();
        let hidden = match unquoted(literal) {
            Some(decoded) => Some(hide(&decoded)).filter(|hidden| **hidden != *decoded).map(Cow::into_owned),
            // A password may be all digits.
            None if literal.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
                (hide(literal) == HIDDEN).then(|| HIDDEN.to_owned())
            }
            None => None,
        };
        if let Some(hidden) = hidden {
            shown += text.get(from..token.start).unwrap_or_default();
            shown += &Value::from(hidden).to_string();
            from = token.end;
        }
    }
    match from {
        0 => text.into(),
        from => (shown + text.get(from..).unwrap_or_default()).into(),
    }
}

/// A filter for text that arrives in pieces: passes it on line by line, without credentials.
#[derive(Debug, Default)]
pub(crate) struct Lines(Vec<u8>);

impl Lines {
    /// Bytes of a line that are buffered.
    const MAX_BYTES: usize = 1 << 20;

    /// Adds a piece, and returns the bytes that can be passed on.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.0.extend_from_slice(bytes);
        let end = self.0.iter().rposition(|byte| *byte == b'\n').map(|end| end + 1);
        let end = end.or_else(|| (self.0.len() > Self::MAX_BYTES).then(|| end_outside(&self.0)));
        let rest = self.0.split_off(end.unwrap_or(0));
        Self(std::mem::replace(&mut self.0, rest)).finish()
    }

    /// Returns the remaining bytes.
    pub(crate) fn finish(self) -> Vec<u8> {
        let clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
        clients.iter().fold(self.0, |bytes, client| match client.hide_secrets_in_bytes(&bytes) {
            Cow::Owned(hidden) => hidden,
            Cow::Borrowed(_) => bytes,
        })
    }
}

/// Returns where an incomplete line can be cut without splitting the secret of a client.
fn end_outside(line: &[u8]) -> usize {
    let clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut end = line.len();
    // A cut before one client's secret may split another's.
    loop {
        let before =
            |client: &FlinkRestClient| client.bytes_before_open_secret(line.get(..end).unwrap_or(line));
        match clients.iter().map(before).min().filter(|before| *before < end) {
            // The whole line would be one secret; none is that long.
            Some(0) => return line.len(),
            Some(before) => end = before,
            None => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_line_go_on_together() {
        let mut lines = Lines::default();
        let pieces = ["a\nb", "c", "\u{ff}\nd"].map(|piece| lines.push(piece.as_bytes()));
        assert_eq!(pieces, [b"a\n".to_vec(), Vec::new(), "bc\u{ff}\n".as_bytes().to_vec()]);
        assert_eq!(lines.finish(), b"d");
    }

    #[test]
    fn json_stays_what_it_was_but_for_values_with_a_secret() {
        let hidden = |text| {
            hide_in_values(text, |string| match string.contains("a\\b\"c") {
                true => string.replace("a\\b\"c", "***").into(),
                false => string.into(),
            })
            .into_owned()
        };
        let plain = r#"{ "n": 1.50, "s":"\u0061\\", "t": ["a", ""] }"#;
        assert_eq!(hidden(plain), plain);
        assert_eq!(
            hidden(r#"{"x a\\b\"c": 1.0, "y": ["\u0061\\b\u0022c", "z"]}"#),
            r#"{"x ***": 1.0, "y": ["***", "z"]}"#
        );
        let number =
            |text| hide_in_values(text, |text| text.replace("12345678", "******").into()).into_owned();
        assert_eq!(
            number(r#"{"a":12345678,"b":[912345678, 1234567.8, -1e5],"12345678":1}"#),
            r#"{"a":"******","b":[912345678, 1234567.8, -1e5],"******":1}"#
        );
        assert_eq!(hidden(r#"{"cut": "a\\b\"c"#), r#"{"cut": "a\\b\"c"#);
    }
}
