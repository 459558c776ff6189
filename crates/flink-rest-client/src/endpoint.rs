//! A request is data: what an endpoint is, and how a struct becomes a request. Nothing here does I/O.

use std::{collections::BTreeSet, fmt::Display};

use bytes::Bytes;
use http::Method;
use serde::{Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    Answer, Error, FlinkVersion, JobId, Result,
    retry::Repeat,
    upload::{Files, Upload},
};

/// One endpoint of Flink's REST API, with the values for one request.
///
/// Implemented by `#[derive(Endpoint)]`; see the structs of this crate for examples.
pub trait Endpoint: Send + Sync {
    /// What the server answers.
    type Response: FromAnswer + Send;

    /// The request, checked: bad values are refused here, before anything is sent.
    fn request(&self) -> Result<Request>;
}

/// What can be known of an endpoint without calling it.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "the derive writes it, in other crates too")]
pub struct Spec {
    /// The name of the struct, which is also the name for calls by name.
    pub name: &'static str,
    /// HTTP method.
    pub method: Method,
    /// Path below the version prefix, parameters in braces: `/jobs/{job}`.
    pub path: &'static str,
    /// First Flink release that has it; none: all from 1.13.
    pub since: Option<&'static str>,
    /// Last Flink release that has it; none: the newest.
    pub until: Option<&'static str>,
    /// How it is called on a client: `job(id).metrics()`.
    pub handle: Option<&'static str>,
    /// What the Python package `flink-rest-client` calls it.
    pub python: Option<&'static str>,
    /// What a second request does if the first one arrived after all.
    pub repeat: Repeat,
    /// The type of the answer.
    pub response: &'static str,
    /// Parameters in the order of the struct's fields.
    pub params: &'static [Param],
    /// The struct's documentation.
    pub doc: &'static str,
    /// The request from a JSON object of parameters; see [`Client::request_by_name`](crate::Client::request_by_name).
    #[doc(hidden)]
    pub from_json: fn(Map<String, Value>) -> Result<Request>,
}

/// One parameter of an endpoint.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "the derive writes it, in other crates too")]
pub struct Param {
    /// The struct's field, which is also the key for calls by name.
    pub name: &'static str,
    /// Flink's own key for it; empty if it is the whole body.
    pub key: &'static str,
    /// Where it goes.
    pub place: Place,
    /// Whether a request must have it.
    pub required: bool,
    /// Its Rust type.
    pub ty: &'static str,
    /// First Flink release that knows it; none: as the endpoint.
    pub since: Option<&'static str>,
    /// Last Flink release that knows it; none: as the endpoint.
    pub until: Option<&'static str>,
    /// Whether it is an id by which the server knows a second request again. The client chooses one if none is set.
    pub token: bool,
    /// Flink's former key for it, and the last release that calls it so; empty if it was the whole body.
    pub formerly: Option<(&'static str, &'static str)>,
    /// The words that it can be, if it is one of a few.
    pub words: &'static [Word],
    /// The field's documentation.
    pub doc: &'static str,
}

/// One of the words that a parameter can be.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "`open_enum!` writes it")]
pub struct Word {
    /// Flink's own word.
    pub text: &'static str,
    /// First Flink release that knows it; none: as the parameter.
    pub since: Option<&'static str>,
}

/// What can be any text has no words: an enum's own `WORDS` goes before this one.
#[doc(hidden)]
pub trait AnyText {
    const WORDS: &'static [Word] = &[];
}

impl<T> AnyText for T {}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The query; lists are joined by commas.
    Query,
    /// A member of the JSON body.
    Body,
    /// A file of the multipart body, with its name in the JSON beside it; alone, if it has no key.
    File,
    /// The same, and it must be a jar.
    Jar,
}

/// A request as data: what will be sent, apart from the server's address.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// The endpoint.
    pub spec: &'static Spec,
    /// Path below the version prefix, percent-encoded.
    pub path: String,
    /// Query, percent-encoded and without its `?`; empty if there is none.
    pub query: String,
    /// What is sent along.
    pub body: Body,
    /// What it uses that not every Flink has.
    pub limited: Vec<Limit>,
    /// The id by which the server knows a second one again; see [`Param::token`].
    pub token: Option<String>,
    /// What a second one would do.
    pub repeat: Repeat,
    /// Whether an earlier one with the same token may have arrived.
    pub(crate) maybe_done: bool,
}

/// Something that a request uses and not every Flink has.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limit {
    /// The parameter.
    pub param: &'static Param,
    /// What it says, if it is the word that not every Flink has.
    pub word: Option<&'static Word>,
}

/// What is sent along with a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Body {
    /// Nothing.
    Empty,
    /// A JSON text.
    Json(Bytes),
    /// Files as `multipart/form-data`.
    #[non_exhaustive]
    Form {
        /// A JSON text that goes before them, as the part `request`.
        request: Option<Bytes>,
        /// The files.
        files: Vec<Upload>,
    },
}

impl Param {
    /// Whether some supported Flink does not know it.
    pub(crate) fn is_limited(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }
}

impl Request {
    /// The request for a server of this release. Refuses what it does not have: Flink loses silently what it does not
    /// know (1.20+).
    pub fn for_version(mut self, server: &FlinkVersion) -> Result<Self> {
        let endpoint = self.spec.name;
        let refuse = |what, needs| Err(Error::Unsupported { what, needs, server: server.clone() });
        if let Some(needs) = server.lacks(self.spec.since, self.spec.until) {
            return refuse(endpoint.into(), needs);
        }
        for Limit { param, word } in &self.limited {
            if let Some(needs) = server.lacks(param.since, param.until) {
                return refuse(format!("`{}` of {endpoint}", param.name), needs);
            }
            if let Some(word) = word
                && let Some(needs) = server.lacks(word.since, None)
            {
                return refuse(format!("`{}` as `{}` of {endpoint}", word.text, param.name), needs);
            }
            if let Some((formerly, until)) = param.formerly
                && server.lacks(None, Some(until)).is_none()
            {
                self.body.move_member(param.key, formerly);
            }
        }
        Ok(self)
    }

    /// Whether some supported Flink does not have all that this request uses, or would know a second one again.
    pub(crate) fn is_version_dependent(&self) -> bool {
        self.spec.since.is_some()
            || self.spec.until.is_some()
            || !self.limited.is_empty()
            || self.token_to_choose().is_some_and(Param::is_limited)
            || matches!(self.repeat, Repeat::Refused(recognised) if recognised.since.is_some())
    }

    /// The parameter for an id by which the server knows a second one again, if there is one and it is not set.
    fn token_to_choose(&self) -> Option<&'static Param> {
        self.spec.params.iter().find(|param| param.token).filter(|_| self.token.is_none())
    }

    /// Makes it one that can be sent again, as far as a server of this version allows; none: as they all do.
    pub(crate) fn make_repeatable(&mut self, server: Option<&FlinkVersion>) {
        let is_known = |since, until| server.is_none_or(|server| server.lacks(since, until).is_none());
        if let Some(param) = self.token_to_choose() {
            match &self.body {
                Body::Json(json) if is_known(param.since, param.until) => {
                    let mut members: Map<String, Value> = serde_json::from_slice(json).unwrap_or_default();
                    let token = JobId::random().to_string();
                    members.insert(param.key.into(), token.clone().into());
                    self.body = Body::Json(Value::Object(members).to_string().into());
                    self.token = Some(token);
                }
                // Without a token, a second one is something else.
                _ => self.repeat = Repeat::Another,
            }
        }
        if let Repeat::Refused(recognised) = self.repeat
            && !is_known(recognised.since, None)
        {
            self.repeat = Repeat::Found(recognised);
        }
    }
}

impl Body {
    /// Whether it can be sent a second time.
    pub(crate) fn is_repeatable(&self) -> bool {
        match self {
            Self::Form { files, .. } => files.iter().all(Upload::is_repeatable),
            Self::Empty | Self::Json(_) => true,
        }
    }

    /// Gives a member of the JSON another key, or makes it the whole, if that is empty.
    fn move_member(&mut self, key: &str, to: &str) {
        let (Self::Json(json) | Self::Form { request: Some(json), .. }) = self else { return };
        if let Ok(mut members) = serde_json::from_slice::<Map<String, Value>>(json)
            && let Some(value) = members.remove(key)
        {
            *json = if to.is_empty() {
                value.to_string().into()
            } else {
                members.insert(to.into(), value);
                Value::Object(members).to_string().into()
            };
        }
    }
}

/// Puts a request together from the values of a struct's fields, given in the order of [`Spec::params`].
#[doc(hidden)]
#[derive(Debug)]
pub struct RequestBuilder {
    request: Request,
    params: std::slice::Iter<'static, Param>,
    current: &'static str,
    /// The members of the JSON, if there is to be one.
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
                maybe_done: false,
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
        if matches!(value.as_str(), "" | "." | "..") {
            return self.refuse(format!("`{value}` cannot be a part of a path"));
        }
        // Encoded one by one, before they are joined: a value must not change the path around it.
        let placeholder = format!("{{{}}}", param.name);
        self.request.path = self.request.path.replacen(&placeholder, &encode(&value), 1);
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
            // Flink splits lists at commas after decoding, so a comma may stand as it is.
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

    /// The verdict on the value that was just given.
    #[must_use]
    pub fn check(self, verdict: Result<(), String>) -> Self {
        match verdict {
            Ok(()) => self,
            Err(reason) => self.refuse(reason),
        }
    }

    pub fn finish(mut self) -> Result<Request> {
        let mut names = BTreeSet::new();
        let twice = self.files.iter().map(Upload::file_name).find(|name| !names.insert(name.clone()));
        if let Some(name) = twice {
            self.current = "files";
            self = self.refuse(format!("two are named `{name}`; Flink tells them apart by their names"));
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

    /// Hands a value on if it is set: Flink treats a missing member and an empty one differently.
    fn value(mut self, value: &impl Serialize, put: impl FnOnce(&mut Self, &'static Param, Value)) -> Self {
        let Some(param) = self.next() else { return self };
        match serde_json::to_value(value) {
            Ok(Value::Null) => {}
            Ok(Value::Array(items)) if items.is_empty() => {}
            Ok(Value::Object(members)) if members.is_empty() => {}
            Ok(value) => {
                self.request.limited.extend(limits(param, &value));
                if param.token {
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

/// A value of a query as text: strings without their quotes.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn encode(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, RESERVED).to_string()
}

/// What not every Flink has: the parameter itself, and the words that it says.
fn limits(param: &'static Param, value: &Value) -> Vec<Limit> {
    let said = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let is_said =
        |word: &&Word| said.iter().filter_map(Value::as_str).any(|text| text.eq_ignore_ascii_case(word.text));
    let is_limited = param.is_limited() || param.formerly.is_some();
    let itself = is_limited.then_some(Limit { param, word: None });
    let words = param.words.iter().filter(|word| word.since.is_some()).filter(is_said);
    itself.into_iter().chain(words.map(|word| Limit { param, word: Some(word) })).collect()
}

/// A check for `#[endpoint]` fields: Flink answers 400 to zero, after the upload.
pub(crate) fn at_least_one(number: &u32) -> Result<(), String> {
    if *number == 0 { Err("it must be at least 1".into()) } else { Ok(()) }
}

/// An endpoint struct that can be made from JSON parameters.
#[doc(hidden)]
pub trait FromParams: Endpoint + Sized {
    const SPEC: &'static Spec;
    fn from_params(params: &mut Params) -> Result<Self>;
}

/// The parameters of a call by name.
#[doc(hidden)]
#[derive(Debug)]
pub struct Params {
    spec: &'static Spec,
    values: Map<String, Value>,
}

#[doc(hidden)]
impl Params {
    pub fn required<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T> {
        let value = self.values.remove(name).ok_or_else(|| self.invalid(name, "it is missing".into()))?;
        serde_json::from_value(value).map_err(|error| self.invalid(name, error.to_string()))
    }

    pub fn optional<T: DeserializeOwned + Default>(&mut self, name: &'static str) -> Result<T> {
        match self.values.remove(name) {
            None | Some(Value::Null) => Ok(T::default()),
            Some(value) => {
                serde_json::from_value(value).map_err(|error| self.invalid(name, error.to_string()))
            }
        }
    }

    fn invalid(&self, name: &str, reason: String) -> Error {
        Error::InvalidParameter { endpoint: self.spec.name.into(), parameter: name.into(), reason }
    }
}

/// The request of a struct whose fields are given as JSON.
#[doc(hidden)]
pub fn request_from_json<E: FromParams>(values: Map<String, Value>) -> Result<Request> {
    let mut params = Params { spec: E::SPEC, values };
    let is_known = |name: &str| params.spec.params.iter().any(|param| param.name == name);
    if let Some(name) = params.values.keys().find(|name| !is_known(name)) {
        let known: Vec<_> = params.spec.params.iter().map(|param| param.name).collect();
        let known = if known.is_empty() { "none".into() } else { known.join(", ") };
        return Err(params.invalid(name, format!("no such parameter; there are: {known}")));
    }
    E::from_params(&mut params)?.request()
}

/// How an answer becomes a value.
pub trait FromAnswer: Sized {
    /// Decodes the answer to a request of this endpoint.
    fn from_answer(answer: Answer) -> Result<Self>;

    /// Decodes JSON in a way of the caller's own; none if answers of this type are no JSON.
    #[doc(hidden)]
    fn from_json<'de, D: Deserializer<'de>>(json: D) -> Result<Option<Self>, D::Error> {
        let _ = json;
        Ok(None)
    }
}
