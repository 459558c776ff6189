//! A request is data: what an endpoint is, and how a struct becomes a request. Nothing here does I/O.

pub(crate) mod answer;
mod builder;
mod repeat;
mod request;
pub(crate) mod upload;

use http::Method;
use serde::{Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};

#[doc(hidden)]
pub use crate::endpoint::builder::RequestBuilder;
use crate::{Answer, ApiError, Error, Result};
pub use crate::{
    endpoint::{
        repeat::{Recognised, Repeat},
        request::{Body, Limit, Request},
    },
    value::open_enum::Word,
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

/// An HTTP API, to which endpoints belong.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "as `Spec`")]
pub struct Api {
    /// The beginning of all its paths, which names a version.
    pub prefix: &'static str,
    /// Asks for the server's release and features.
    pub config: fn() -> Result<Request>,
    /// Asks for the options of the server's configuration.
    pub settings: fn() -> Result<Request>,
}

/// What can be known of an endpoint without calling it.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "the derive writes it, in other crates too")]
pub struct Spec {
    /// The name of the struct, which is also the name for calls by name.
    pub name: &'static str,
    /// The API that it belongs to.
    pub api: &'static Api,
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
    /// How much of the answer are metrics.
    pub measured: Measured,
    /// The answer that Flink means by a refusal, where it refuses what is no error.
    #[doc(hidden)]
    pub meant: Option<fn(&ApiError) -> Option<&'static str>>,
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

impl Spec {
    /// The answer that Flink means by this refusal.
    pub(crate) fn answer_meant_by(&self, error: &Error) -> Option<&'static str> {
        match error {
            Error::Api(error) => self.meant?(error),
            _ => None,
        }
    }
}

/// How much of an answer are metrics, which Flink collects only when it is asked; see
/// [`Client::refresh_metrics`](crate::Client::refresh_metrics).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Measured {
    /// Nothing.
    Not,
    /// Some values, beside what is always up to date.
    Partly,
    /// All of it. Typed calls make Flink collect first.
    Wholly,
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
    /// Whether it is an id by which the server knows a second request again, and who chooses it.
    pub token: Option<Token>,
    /// Flink's former key for it, and the last release that calls it so; empty if it was the whole body.
    pub formerly: Option<(&'static str, &'static str)>,
    /// The words that it can be, if it is one of a few.
    pub words: &'static [Word],
    /// The field's documentation.
    pub doc: &'static str,
}

impl Param {
    /// Whether some supported Flink does not know it.
    pub(crate) fn is_limited(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }
}

/// Who chooses the id by which the server knows a second request again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "the derive names its variants, in other crates too")]
pub enum Token {
    /// The client, unless the caller gives one: the id changes nothing else.
    Chosen,
    /// The caller alone: the id changes what the request does. Flink gives a `jobId` to every job of a program, so that a
    /// program with several jobs loses all but the first.
    Given,
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
    endpoint_from_json::<E>(values)?.request()
}

/// A struct whose fields are given as JSON.
#[doc(hidden)]
pub fn endpoint_from_json<E: FromParams>(values: Map<String, Value>) -> Result<E> {
    let mut params = Params { spec: E::SPEC, values };
    let is_known = |name: &str| params.spec.params.iter().any(|param| param.name == name);
    if let Some(name) = params.values.keys().find(|name| !is_known(name)) {
        let known: Vec<_> = params.spec.params.iter().map(|param| param.name).collect();
        let known = if known.is_empty() { "none".into() } else { known.join(", ") };
        return Err(params.invalid(name, format!("no such parameter; there are: {known}")));
    }
    E::from_params(&mut params)
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
