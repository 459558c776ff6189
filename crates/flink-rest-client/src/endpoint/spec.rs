//! The description of endpoints as data.

use std::fmt;

use http::Method;
use serde_json::{Map, Value};

use super::{Repeat, Request, answer::shape::Telling};
use crate::{ApiError, Error, Result, value::kind::Kind};

/// An HTTP API to which endpoints belong.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "as `Spec`")]
pub struct Api {
    /// The version prefix of all its paths.
    pub prefix: &'static str,
    /// The request for the server's release and features.
    pub config: fn() -> Result<Request>,
    /// The request for the options of the server's configuration.
    pub settings: fn() -> Result<Request>,
}

/// The description of an endpoint, available without calling it.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "the derive writes it, in other crates too")]
pub struct Spec {
    /// The name of the struct, also used for calls by name.
    pub name: &'static str,
    /// The API of the endpoint.
    pub api: &'static Api,
    /// The HTTP method.
    pub method: Method,
    /// The path below the version prefix, with parameters in braces: `/jobs/{job}`.
    pub path: &'static str,
    /// First Flink release that has it; `None` for all from 1.13.
    pub since: Option<&'static str>,
    /// Last Flink release that has it; `None` for the newest.
    pub until: Option<&'static str>,
    /// The call on a client: `job(id).metrics()`.
    pub handle: Option<&'static str>,
    /// The name in the Python package `flink-rest-client`.
    pub python: Option<&'static str>,
    /// The effect of a second request, if the first one arrived.
    pub repeat: Repeat,
    /// True if the answer holds metric values. Flink collects them only on request, so a call makes it collect first;
    /// see [`Client::refresh_metrics`](crate::Client::refresh_metrics).
    pub measured: bool,
    /// Converts a refusal to the answer that Flink means by it, where Flink refuses a valid request.
    #[doc(hidden)]
    pub meant: Option<fn(&ApiError) -> Option<&'static str>>,
    /// The type of the answer.
    pub answer: AnswerType,
    /// The parameters, in the order of the struct's fields.
    pub params: &'static [Param],
    /// The struct's documentation.
    pub doc: &'static str,
    /// Creates a request from a JSON object of parameters; see
    /// [`Client::request_by_name`](crate::Client::request_by_name).
    #[doc(hidden)]
    pub from_json: fn(Map<String, Value>) -> Result<Request>,
}

/// The type of an answer.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "as `Spec`")]
pub struct AnswerType {
    /// The name of the type; for a list, that of its items.
    pub name: &'static str,
    /// True for a list.
    pub is_list: bool,
    /// The format.
    pub kind: AnswerKind,
    /// The members that distinguish it from an answer of another system.
    #[doc(hidden)]
    pub telling: Telling,
}

/// The format of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "as `Spec`")]
pub enum AnswerKind {
    /// JSON.
    Json,
    /// The bytes of a file: a log, the output of a process, a profile.
    File,
}

impl AnswerType {
    /// Returns true for the bytes of a file.
    pub fn is_file(&self) -> bool {
        self.kind == AnswerKind::File
    }
}

/// `JobDetails`, `Vec<Metric>`.
impl fmt::Display for AnswerType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_list {
            true => write!(f, "Vec<{}>", self.name),
            false => f.write_str(self.name),
        }
    }
}

impl Spec {
    /// Returns true if the endpoint only reads, so that repeating it is harmless.
    pub fn reads(&self) -> bool {
        self.repeat.reads()
    }

    /// The answer that Flink means by this refusal, if any.
    pub(crate) fn answer_meant_by(&self, error: &Error) -> Option<&'static str> {
        match error {
            Error::Api(error) => self.meant?(error),
            _ => None,
        }
    }
}

/// A parameter of an endpoint.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "the derive writes it, in other crates too")]
pub struct Param {
    /// The name of the struct's field, also used for calls by name.
    pub name: &'static str,
    /// Flink's key; empty if the parameter is the whole body.
    pub key: &'static str,
    /// The place in the request.
    pub place: Place,
    /// The number of values.
    pub shape: Shape,
    /// The kind of the value, or of each value.
    pub kind: Kind,
    /// First Flink release that knows it; `None` for the first release of the endpoint.
    pub since: Option<&'static str>,
    /// Last Flink release that knows it; `None` for the last release of the endpoint.
    pub until: Option<&'static str>,
    /// For an id by which the server recognises a repeated request: who chooses it.
    pub token: Option<Token>,
    /// Flink's former key, and the last release with it. The key is empty if the parameter was the whole body.
    pub formerly: Option<(&'static str, &'static str)>,
    /// The field's documentation.
    pub doc: &'static str,
}

impl Param {
    /// Returns true if a request must have it.
    pub fn is_required(&self) -> bool {
        self.shape == Shape::One
    }

    /// Returns true if not every supported release knows it.
    pub(crate) fn is_limited(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }
}

/// The number of values of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "as `Spec`")]
pub enum Shape {
    /// One.
    One,
    /// One or none.
    Optional,
    /// Any number, in order.
    List,
    /// Any number, each with a key that the caller chooses.
    Map,
}

/// The chooser of an id by which the server recognises a repeated request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "the derive names its variants, in other crates too")]
pub enum Token {
    /// The client, unless the caller sets the id: it has no other effect.
    Chosen,
    /// Only the caller, because the id changes what the request does: Flink gives a `jobId` to every job of a program,
    /// so that a program with several jobs loses all but the first.
    Given,
}

/// The place of a parameter in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The query; lists are joined with commas.
    Query,
    /// A member of the JSON body.
    Body,
    /// A file of the multipart body. The JSON part names it, unless the parameter has no key.
    File,
    /// As `File`, for a jar.
    Jar,
}
