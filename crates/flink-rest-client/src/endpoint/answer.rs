//! Answers, before and after decoding.

pub(crate) mod file;
pub(crate) mod foreign;
pub(crate) mod shape;

use std::{fmt, ops::Deref, sync::Arc};

use bytes::Bytes;
use http::StatusCode;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::Value;

use crate::{
    Error, Result,
    endpoint::{AnswerKind, FromAnswer, Spec, answer::shape::telling},
    value::secrets::Secrets,
};

/// A successful answer as the server sent it; nothing is lost or renamed.
#[derive(Clone)]
#[non_exhaustive]
pub struct Answer {
    /// The endpoint of the request.
    pub endpoint: &'static Spec,
    /// The HTTP status, always 2xx; other statuses are errors.
    pub status: StatusCode,
    /// The whole body.
    pub body: Bytes,
    /// The secrets to hide when it is shown.
    pub(crate) secrets: Arc<Secrets>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, status, body, secrets } = self;
        let body = secrets.hide(String::from_utf8_lossy(body));
        f.debug_struct("Answer")
            .field("endpoint", &endpoint.name)
            .field("status", status)
            .field("body", &body)
            .finish()
    }
}

impl Answer {
    /// Decodes the body as JSON.
    pub fn json(&self) -> Result<Value> {
        self.decode()
    }

    /// Decodes the body as any type.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        // One check for UTF-8 costs less than a check of each string.
        let decoded = match str::from_utf8(&self.body) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(&self.body),
        };
        decoded.or_else(|_| self.decode_slowly())
    }

    /// Returns the answer if it has a member that every release sends. Otherwise it comes from a gateway or a login
    /// page, and is an error.
    pub(crate) fn checked(self) -> Result<Self> {
        if self.endpoint.answer.telling.fits(&self.body) {
            return Ok(self);
        }
        // Broken JSON is a different error.
        self.decode::<IgnoredAny>()?;
        let found = foreign::described(&self.body, &self.secrets);
        Err(Error::not_flink(self.endpoint.name, self.status, found))
    }

    /// Decodes again, with a larger depth, and the path of an error. It is slow, so it is done only after a failure.
    fn decode_slowly<T: DeserializeOwned>(&self) -> Result<T> {
        let endpoint = self.endpoint.name;
        if let Some(found) = foreign::not_json(&self.body, &self.secrets) {
            return Err(Error::not_flink(endpoint, self.status, found));
        }
        let mut deserializer = serde_json::Deserializer::from_slice(&self.body);
        if depth(&self.body) <= MAX_DEPTH {
            deserializer.disable_recursion_limit();
        }
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let at = match error.path().to_string() {
                top if top == "." => "(the whole)".into(),
                at => self.secrets.hide(at).into_owned(),
            };
            Error::Decode { endpoint, at, source: self.without_secrets(error.into_inner()) }
        })?;
        deserializer.end().map_err(|source| Error::Decode { endpoint, at: "its end".into(), source })?;
        Ok(value)
    }

    /// Hides secrets that the error quotes.
    fn without_secrets(&self, error: serde_json::Error) -> serde_json::Error {
        let text = error.to_string();
        match self.secrets.hide(&text) {
            same if same == text => error,
            // serde_json parses line and column from the text.
            other => serde::de::Error::custom(other),
        }
    }
}

/// Maximum depth of JSON. A flame graph has two levels for each of the up to 100 methods of a stack trace
/// (`rest.flamegraph.stack-depth`), and serde_json allows only 128 by default. Much deeper JSON would overflow the
/// stack.
const MAX_DEPTH: usize = 512;

/// The nesting depth of arrays and objects.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

impl FromAnswer for Answer {
    fn from_answer(answer: Answer) -> Result<Self> {
        Ok(answer)
    }
}

impl<T: DeserializeOwned> FromAnswer for T {
    fn from_answer(answer: Answer) -> Result<Self> {
        answer.decode()
    }

    fn from_json<'de, D: Deserializer<'de>>(json: D) -> Result<Option<Self>, D::Error> {
        Self::deserialize(json).map(Some)
    }
}

/// A value that Flink may leave out or send as `null`. Both are `None`, and each is serialized as it was received.
///
/// It dereferences to an `Option`: `checkpoint.external_path.as_deref()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nullable<T> {
    value: Option<T>,
    is_sent: bool,
}

impl<T> Nullable<T> {
    /// For `skip_serializing_if`, together with `default`.
    pub(crate) fn is_left_out(&self) -> bool {
        !self.is_sent
    }
}

impl<T> Default for Nullable<T> {
    fn default() -> Self {
        Self { value: None, is_sent: false }
    }
}

impl<T> Deref for Nullable<T> {
    type Target = Option<T>;

    fn deref(&self) -> &Option<T> {
        &self.value
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| Self { value, is_sent: true })
    }
}

/// Reads a list without spare capacity, for the many lists of large answers. A growing `Vec` takes up to twice the
/// memory, and room for four items at least.
pub(crate) fn exact<'de, T: Deserialize<'de>, D: Deserializer<'de>>(json: D) -> Result<Vec<T>, D::Error> {
    let mut list = Vec::deserialize(json)?;
    list.shrink_to_fit();
    Ok(list)
}

/// The answer of endpoints that send only their status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Empty {}

telling!(Empty: Empty);

/// The answer of log endpoints: bytes, mostly text, but not always UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Bytes);

impl Text {
    /// Returns the bytes as the server sent them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the bytes without a copy.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// Returns the text; bytes that are not UTF-8 become `\u{fffd}`.
    pub fn to_string_lossy(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string_lossy())
    }
}

impl FromAnswer for Text {
    const KIND: AnswerKind = AnswerKind::File;

    fn from_answer(answer: Answer) -> Result<Self> {
        Ok(Self(answer.body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::jobs::flame_graph::{GetJobVertexFlameGraph, VertexFlameGraph};

    fn flame_graph(methods: usize) -> Answer {
        let (head, tail) = (r#"{"name":"\"[{","value":1,"children":["#, "]}");
        let body = format!(r#"{{"endTimestamp":1,"data":{}{}}}"#, head.repeat(methods), tail.repeat(methods));
        Answer {
            endpoint: GetJobVertexFlameGraph::SPEC,
            status: StatusCode::OK,
            body: body.into(),
            secrets: Arc::default(),
        }
    }

    #[test]
    fn a_list_takes_no_more_memory_than_its_items() {
        let mut json = serde_json::Deserializer::from_str("[1, 2, 3, 4, 5]");
        assert_eq!(exact::<u64, _>(&mut json).unwrap().capacity(), 5);
    }

    #[test]
    fn a_text_that_is_not_utf_8_is_an_error_only_where_it_is_read() {
        #[derive(serde::Deserialize)]
        struct Known {
            known: u8,
        }
        let answer = |body: &'static [u8]| Answer {
            endpoint: GetJobVertexFlameGraph::SPEC,
            status: StatusCode::OK,
            body: body.into(),
            secrets: Arc::default(),
        };
        let decoded = answer(b"{\"known\": 1, \"other\": \"\xff\"}").decode::<Known>();
        assert_eq!(decoded.unwrap().known, 1);
        assert!(answer(b"[\"\xff\"]").decode::<Vec<String>>().is_err());
    }

    #[test]
    fn deep_flame_graphs_are_read() {
        let answer = flame_graph(255);
        assert_eq!(depth(&answer.body), 511);
        assert!(answer.decode::<VertexFlameGraph>().unwrap().data.is_some());
        assert!(answer.json().is_ok());
        assert!(matches!(answer.decode::<String>().unwrap_err(), Error::Decode { .. }));
    }

    #[test]
    fn what_is_too_deep_is_an_error() {
        let error = flame_graph(1_000_000).decode::<VertexFlameGraph>().unwrap_err();
        assert!(matches!(error, Error::Decode { .. }), "{error}");
    }
}
