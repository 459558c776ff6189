//! The builder that makes a request from the fields of an endpoint struct.

use std::{collections::BTreeSet, fmt::Display};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    Error, Request, Result, Upload,
    endpoint::{Body, Limit, Param, Place, Spec, Word, upload::Files},
    value::{id::is_part_of_path, stack_trace},
};

/// Builds a request from the values of a struct's fields, given in the order of [`Spec::params`].
#[doc(hidden)]
#[derive(Debug)]
pub struct RequestBuilder {
    request: Request,
    params: std::slice::Iter<'static, Param>,
    current: &'static str,
    /// The members of the JSON body, if there is one.
    json: Option<Map<String, Value>>,
    files: Vec<Upload>,
    error: Option<Error>,
}

#[doc(hidden)]
impl RequestBuilder {
    #[must_use]
    pub fn new(spec: &'static Spec) -> Self {
        let has_json = spec.params.iter().any(|param| param.place == Place::Body);
        Self {
            request: Request {
                spec,
                path: spec.path.into(),
                query: String::new(),
                body: Body::Empty,
                limited: Vec::new(),
                token: None,
                repeat: spec.repeat,
                prefix: spec.api.prefix,
                may_have_arrived: false,
            },
            params: spec.params.iter(),
            current: "",
            json: has_json.then(Map::new),
            files: Vec::new(),
            error: None,
        }
    }

    #[must_use]
    pub fn path(mut self, value: &impl Display) -> Self {
        let Some(param) = self.next() else { return self };
        let value = value.to_string();
        if !is_part_of_path(&value) {
            return self.refuse(format!("`{}` cannot be part of a path", stack_trace::printable(&value)));
        }
        // Each value is encoded before it is inserted: it must not change the path around it.
        let placeholder = format!("{{{}}}", param.name);
        self.request.path = self.request.path.replacen(&placeholder, &encode_part(&value), 1);
        self
    }

    #[must_use]
    pub fn query(self, value: &impl Serialize) -> Self {
        self.value(value, |builder, param, value| {
            let text = match value {
                Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
                single => text(&single),
            };
            let query = &mut builder.request.query;
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(param.key);
            query.push('=');
            // Flink splits lists at commas after decoding, so commas need no encoding.
            query.push_str(&encode(&text).replace("%2C", ","));
        })
    }

    #[must_use]
    pub fn body(self, value: &impl Serialize) -> Self {
        self.value(value, |builder, param, value| {
            let json = builder.json.get_or_insert_default();
            match value {
                Value::Object(members) if param.key.is_empty() => json.extend(members),
                value => _ = json.insert(param.key.into(), value),
            }
        })
    }

    #[must_use]
    pub fn file(mut self, value: &impl Files) -> Self {
        self.files.extend(value.uploads());
        self.value(&value.names(), |builder, param, names| {
            if !param.key.is_empty() {
                builder.json.get_or_insert_default().insert(param.key.into(), names);
            }
        })
    }

    #[must_use]
    pub fn jar(self, value: &impl Files) -> Self {
        let others = self.files.len();
        let mut builder = self.file(value);
        builder.files.iter_mut().skip(others).for_each(Upload::must_be_a_jar);
        builder
    }

    /// Refuses the last value if its check failed.
    #[must_use]
    pub fn check(self, result: Result<(), String>) -> Self {
        match result {
            Ok(()) => self,
            Err(reason) => self.refuse(reason),
        }
    }

    pub fn finish(mut self) -> Result<Request> {
        let mut names = BTreeSet::new();
        let twice = self.files.iter().map(Upload::file_name).find(|name| !names.insert(name.clone()));
        if let Some(name) = twice {
            self.current = "files";
            self = self.refuse(format!("two files are named `{name}`; Flink requires different names"));
        }
        let json = self.json.take().map(|members| Value::Object(members).to_string().into());
        self.request.body = match json {
            request if !self.files.is_empty() => Body::Form { request, files: self.files },
            Some(json) => Body::Json(json),
            None => Body::Empty,
        };
        self.error.map_or(Ok(self.request), Err)
    }

    fn next(&mut self) -> Option<&'static Param> {
        let param = self.params.next()?;
        self.current = param.name;
        Some(param)
    }

    /// Puts a value into the request if it is set: Flink treats a missing member and an empty one differently.
    fn value(mut self, value: &impl Serialize, put: impl FnOnce(&mut Self, &'static Param, Value)) -> Self {
        let Some(param) = self.next() else { return self };
        match serde_json::to_value(value) {
            Ok(Value::Null) => {}
            Ok(Value::Array(items)) if items.is_empty() => {}
            Ok(Value::Object(members)) if members.is_empty() => {}
            Ok(value) => {
                self.request.limited.extend(limits(param, &value));
                if param.token.is_some() {
                    self.request.token = Some(text(&value));
                }
                put(&mut self, param, value);
            }
            Err(error) => return self.refuse(error.to_string()),
        }
        self
    }

    fn refuse(mut self, reason: String) -> Self {
        let (endpoint, parameter) = (self.request.spec.name.into(), self.current.into());
        self.error.get_or_insert(Error::InvalidParameter { endpoint, parameter, reason });
        self
    }
}

/// The text of a query value: strings without their quotes.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Encodes a segment of a path. Flink decodes segments twice, the second time like a query. Characters that the second
/// decoding would change are encoded twice.
fn encode_part(text: &str) -> String {
    let encoded = encode(text);
    if !text.contains(['%', '+', '?']) {
        return encoded;
    }
    encoded.replace("%25", "%2525").replace("%2B", "%252B").replace("%3F", "%253F")
}

fn encode(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The limits of a parameter and its value: those that not every supported release of Flink knows.
fn limits(param: &'static Param, value: &Value) -> Vec<Limit> {
    let said = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let is_said =
        |word: &&Word| said.iter().filter_map(Value::as_str).any(|text| text.eq_ignore_ascii_case(word.text));
    let is_limited = param.is_limited() || param.formerly.is_some();
    let itself = is_limited.then_some(Limit { param, word: None });
    let words = param.kind.words().iter().filter(|word| word.since.is_some()).filter(is_said);
    itself.into_iter().chain(words.map(|word| Limit { param, word: Some(word) })).collect()
}
