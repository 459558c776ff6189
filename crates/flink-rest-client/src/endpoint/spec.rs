//! All that can be known of an endpoint without calling it.

use std::fmt;

use http::Method;
use serde_json::{Map, Value};

use super::{Repeat, Request, answer::shape::Telling};
use crate::{ApiError, Error, Result, value::kind::Kind};

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

/// An endpoint as data, known without calling it.
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
    /// The call on a client: `job(id).metrics()`.
    pub handle: Option<&'static str>,
    /// Its name in the Python package `flink-rest-client`.
    pub python: Option<&'static str>,
    /// Effect of a second request if the first one arrived after all.
    pub repeat: Repeat,
    /// Whether the answer holds values of metrics, which Flink collects only when it is asked: a call makes it collect
    /// first; see [`Client::refresh_metrics`](crate::Client::refresh_metrics).
    pub measured: bool,
    /// The answer that Flink means by a refusal, where it refuses what is no error.
    #[doc(hidden)]
    pub meant: Option<fn(&ApiError) -> Option<&'static str>>,
    /// The type of the answer.
    pub answer: AnswerType,
    /// Parameters in the order of the struct's fields.
    pub params: &'static [Param],
    /// The struct's documentation.
    pub doc: &'static str,
    /// The request from a JSON object of parameters; see [`Client::request_by_name`](crate::Client::request_by_name).
    #[doc(hidden)]
    pub from_json: fn(Map<String, Value>) -> Result<Request>,
}

/// The type of an answer.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "as `Spec`")]
pub struct AnswerType {
    /// Its name; that of its items, if it is a list.
    pub name: &'static str,
    /// Whether it is a list.
    pub is_list: bool,
    /// Its format.
    pub kind: AnswerKind,
    /// Members that tell it from an answer of another system.
    #[doc(hidden)]
    pub telling: Telling,
}

/// The format of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "as `Spec`")]
pub enum AnswerKind {
    /// JSON.
    Json,
    /// The bytes of a file: a log, what a process printed, a profile.
    File,
}

impl AnswerType {
    /// Whether it is the bytes of a file.
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
    /// Whether it only reads: a second request changes nothing either.
    pub fn reads(&self) -> bool {
        self.repeat.reads()
    }

    /// The answer that Flink means by this refusal.
    pub(crate) fn answer_meant_by(&self, error: &Error) -> Option<&'static str> {
        match error {
            Error::Api(error) => self.meant?(error),
            _ => None,
        }
    }
}

/// One parameter of an endpoint.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "the derive writes it, in other crates too")]
pub struct Param {
    /// The struct's field, which is also the key for calls by name.
    pub name: &'static str,
    /// Flink's own key for it; empty if it is the whole body.
    pub key: &'static str,
    /// Its place in the request.
    pub place: Place,
    /// The number of its values.
    pub shape: Shape,
    /// The kind of its value, or of each of its values.
    pub kind: Kind,
    /// First Flink release that knows it; none: as the endpoint.
    pub since: Option<&'static str>,
    /// Last Flink release that knows it; none: as the endpoint.
    pub until: Option<&'static str>,
    /// Whether it is an id by which the server knows a second request again, and who chooses it.
    pub token: Option<Token>,
    /// Flink's former key for it, and the last release that calls it so; empty if it was the whole body.
    pub formerly: Option<(&'static str, &'static str)>,
    /// The field's documentation.
    pub doc: &'static str,
}

impl Param {
    /// Whether a request must have it.
    pub fn is_required(&self) -> bool {
        self.shape == Shape::One
    }

    /// Whether some supported Flink does not know it.
    pub(crate) fn is_limited(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }
}

/// The number of values that a parameter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "as `Spec`")]
pub enum Shape {
    /// One.
    One,
    /// One or none.
    Optional,
    /// Any number, in their order.
    List,
    /// Any number, each under a key of the caller's choice.
    Map,
}

/// Chooser of the id by which the server knows a second request again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "the derive names its variants, in other crates too")]
pub enum Token {
    /// The client, unless the caller gives one: the id changes nothing else.
    Chosen,
    /// The caller alone: the id changes what the request does. Flink gives a `jobId` to every job of a program, so that a
    /// program with several jobs loses all but the first.
    Given,
}

/// The place of a parameter in a request.
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
