//! Credentials of the clients of this process: what is shown of a server's words is shown without them.

use std::{
    borrow::Cow,
    sync::{Mutex, PoisonError},
};

use flink_rest_client::FlinkRestClient;
use serde_json::Value;

use super::json::{Tokens, unquoted};

static CLIENTS: Mutex<Vec<FlinkRestClient>> = Mutex::new(Vec::new());

/// What this client sends is hidden from now on.
pub(crate) fn keep_secrets(client: &FlinkRestClient) {
    CLIENTS.lock().unwrap_or_else(PoisonError::into_inner).push(client.clone());
}

/// The same text without them.
pub(crate) fn hide(text: &str) -> Cow<'_, str> {
    let clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    clients.iter().fold(text.into(), |text, client| client.hide_secrets(text))
}

/// JSON as the server wrote it, but for the strings that hold one.
pub(super) fn hide_in_json(text: &str) -> Cow<'_, str> {
    hide_in_strings(text, hide)
}

fn hide_in_strings<'a>(text: &'a str, hide: impl Fn(&str) -> Cow<'_, str>) -> Cow<'a, str> {
    let (mut shown, mut from) = (String::new(), 0);
    for token in Tokens::of(text) {
        let literal = text.get(token.clone()).unwrap_or_default();
        if let Some(decoded) = unquoted(literal)
            && let Cow::Owned(hidden) = hide(&decoded)
            && hidden != decoded
        {
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

/// A text that comes in pieces and goes on without secrets, line by line; what is no UTF-8 goes on as it is.
#[derive(Debug, Default)]
pub(crate) struct Lines(Vec<u8>);

impl Lines {
    /// Bytes of a line that are kept at once.
    const MOST: usize = 1 << 20;

    /// What may go on after this piece.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.0.extend_from_slice(bytes);
        let end = self.0.iter().rposition(|byte| *byte == b'\n').map(|end| end + 1);
        let end = end.or_else(|| (self.0.len() > Self::MOST).then_some(self.0.len()));
        let rest = self.0.split_off(end.unwrap_or(0));
        Self(std::mem::replace(&mut self.0, rest)).finish()
    }

    /// The last of it.
    pub(crate) fn finish(self) -> Vec<u8> {
        let hidden = std::str::from_utf8(&self.0).ok().and_then(|text| match hide(text) {
            Cow::Owned(hidden) => Some(hidden.into_bytes()),
            Cow::Borrowed(_) => None,
        });
        hidden.unwrap_or(self.0)
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
    fn json_stays_what_it_was_but_for_strings_with_a_secret() {
        let hidden = |text| {
            hide_in_strings(text, |string| match string.contains("a\\b\"c") {
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
        assert_eq!(hidden(r#"{"cut": "a\\b\"c"#), r#"{"cut": "a\\b\"c"#);
    }
}
