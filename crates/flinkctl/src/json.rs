//! JSON as the server wrote it. Values are slices of the text: an answer takes no memory besides its text, and numbers
//! keep all their digits.

use std::{borrow::Cow, ops::Range, str::FromStr};

use flink_rest_client::Answer;
use serde::de::IgnoredAny;

use crate::error::{Exit, Failure, Result};

/// Depth of nested arrays and objects: twice that of a flame graph.
const MAX_DEPTH: usize = 512;

/// Returns the text of an answer, which must be JSON.
pub(crate) fn of_answer(answer: &Answer) -> Result<Cow<'_, str>> {
    answer.decode::<IgnoredAny>()?;
    Ok(String::from_utf8_lossy(&answer.body))
}

/// A value in the text of a JSON document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    pub(crate) const NULL: Self = Self("null");

    /// Creates the value of a document. Checks its depth, not its syntax.
    pub(crate) fn of(document: &'a str) -> Result<Self> {
        let mut depth = 0_usize;
        for token in Tokens::of(document) {
            match document.as_bytes().get(token.start) {
                Some(b'[' | b'{') => depth += 1,
                Some(b']' | b'}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_DEPTH {
                return Err(Failure::new(Exit::Failed, "this answer is nested too deep to be shown")
                    .hint("-o json is the server's own answer"));
            }
        }
        Ok(Self(document.trim()))
    }

    /// Returns the JSON text.
    pub(crate) fn text(self) -> &'a str {
        self.0
    }

    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    pub(crate) fn is_array(self) -> bool {
        self.0.starts_with('[')
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Returns true for arrays and objects.
    pub(crate) fn is_nested(self) -> bool {
        self.is_array() || self.is_object()
    }

    /// Returns the text of a string; none for other values.
    pub(crate) fn as_str(self) -> Option<Cow<'a, str>> {
        unquoted(self.0)
    }

    /// Returns a number; none if the value is no number, or does not fit the type.
    pub(crate) fn number<T: FromStr>(self) -> Option<T> {
        self.0.parse().ok()
    }

    /// Returns the text of a string, or the JSON of another value without whitespace.
    pub(crate) fn shown(self) -> Cow<'a, str> {
        match self.as_str() {
            Some(text) => text,
            None if self.is_nested() => self.tokens().collect::<String>().into(),
            None => self.0.into(),
        }
    }

    /// Returns the tokens: brackets, commas, colons, strings with their quotes, and other values.
    pub(crate) fn tokens(self) -> impl Iterator<Item = &'a str> {
        Tokens::of(self.0).map(move |token| self.0.get(token).unwrap_or_default())
    }

    /// Returns the elements of an array; none for other values.
    pub(crate) fn elements(self) -> impl Iterator<Item = Self> + Clone {
        Parts(self.inside('['))
    }

    /// Returns the names and values of an object; none for other values.
    pub(crate) fn members(self) -> impl Iterator<Item = (Self, Self)> + Clone {
        let mut parts = Parts(self.inside('{'));
        std::iter::from_fn(move || Some((parts.next()?, parts.next()?)))
    }

    /// Returns the element or member of this name; of duplicates the last, as other readers do.
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        match self.is_array() {
            true => self.elements().nth(name.parse().ok()?),
            false => {
                self.members().filter(|(key, _)| key.as_str().is_some_and(|key| key == name)).last()?.1.into()
            }
        }
    }

    /// Returns the value at a JSON pointer.
    pub(crate) fn pointer(self, at: &str) -> Option<Self> {
        at.split('/')
            .skip(1)
            .try_fold(self, |json, name| json.get(&name.replace("~1", "/").replace("~0", "~")))
    }

    fn inside(self, bracket: char) -> Tokens<'a> {
        Tokens::of(self.0.strip_prefix(bracket).unwrap_or_default())
    }
}

/// Returns the text of a string literal. Escapes that are no valid text, such as half a surrogate, stay escaped.
pub(crate) fn unquoted(literal: &str) -> Option<Cow<'_, str>> {
    let text = literal.strip_prefix('"')?.strip_suffix('"')?;
    if !text.contains('\\') {
        return Some(text.into());
    }
    Some(serde_json::from_str::<String>(literal).map_or(text.into(), Cow::Owned))
}

/// An iterator over the tokens of a JSON text, until its end or the first incomplete one.
#[derive(Clone, Debug)]
pub(crate) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let is_blank = |byte: &u8| byte.is_ascii_whitespace();
        let start = self.at + self.text.as_bytes().get(self.at..)?.iter().position(|byte| !is_blank(byte))?;
        let rest = self.text.get(start..)?;
        let length = match rest.bytes().next()? {
            b'"' => string_length(rest)?,
            b'[' | b']' | b'{' | b'}' | b',' | b':' => 1,
            _ => {
                let ends = |byte: &u8| is_blank(byte) || b"[]{},:\"".contains(byte);
                rest.as_bytes().iter().position(ends).unwrap_or(rest.len())
            }
        };
        self.at = start + length;
        Some(start..self.at)
    }
}

/// Returns the length of the string literal at the beginning, with its quotes.
fn string_length(json: &str) -> Option<usize> {
    let mut end = 1;
    loop {
        end += json.get(end..)?.find('"')?;
        let before = json.as_bytes().get(..end)?.iter().rev();
        let is_escaped = before.take_while(|byte| **byte == b'\\').count() % 2 == 1;
        end += 1;
        if !is_escaped {
            return Some(end);
        }
    }
}

/// An iterator over the values of an array, or the names and values of an object.
#[derive(Clone, Debug)]
struct Parts<'a>(Tokens<'a>);

impl<'a> Iterator for Parts<'a> {
    type Item = Json<'a>;

    fn next(&mut self) -> Option<Json<'a>> {
        let (mut start, mut depth) = (None, 0_usize);
        loop {
            let token = self.0.next()?;
            let start = *start.get_or_insert(token.start);
            match self.0.text.as_bytes().get(token.start) {
                Some(b'[' | b'{') => depth += 1,
                // The end of the enclosing value.
                Some(b']' | b'}') => depth = depth.checked_sub(1)?,
                _ => {}
            }
            if depth == 0 {
                // A comma or a colon.
                self.0.next();
                return self.0.text.get(start..token.end).map(Json);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#" { "a" : [ 1.50E+2, {"b/c": "x\"}]\u00e9"} , [ ] ], "n":null,"n": -0 } "#;

    fn json(document: &str) -> Json<'_> {
        Json::of(document).unwrap()
    }

    #[test]
    fn values_are_found_where_they_stand() {
        let at = |pointer| json(DOCUMENT).pointer(pointer).map(Json::shown);
        let found = ["/a/0", "/a/1/b~1c", "/a/2", "/n"].map(at).map(Option::unwrap);
        assert_eq!(found, ["1.50E+2", "x\"}]é", "[]", "-0"]);
        assert_eq!(at("").unwrap(), r#"{"a":[1.50E+2,{"b/c":"x\"}]\u00e9"},[]],"n":null,"n":-0}"#);
        for none in ["/b", "/a/3", "/a/x", "/n/0", "/a/0/b", "/a/2/0"] {
            assert_eq!(at(none), None, "{none}");
        }
        let names: Vec<_> = json(DOCUMENT).members().map(|(name, _)| name.shown()).collect();
        assert_eq!(names, ["a", "n", "n"]);
        assert_eq!(json(DOCUMENT).pointer("/a").unwrap().elements().count(), 3);
        assert_eq!(json("\"\\ud800\"").as_str().unwrap(), "\\ud800");
    }

    #[test]
    fn a_text_that_is_cut_off_ends_early() {
        for end in 0..DOCUMENT.len() {
            let Some(cut) = DOCUMENT.get(..end) else { continue };
            assert!(json(cut).members().flat_map(|(_, value)| value.elements()).count() <= 3, "{cut}");
        }
    }

    #[test]
    fn what_is_nested_without_end_is_refused() {
        assert!(Json::of(&"[".repeat(MAX_DEPTH)).is_ok());
        assert!(Json::of(&"[".repeat(1_000_000)).is_err());
    }
}
