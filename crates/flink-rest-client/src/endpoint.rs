//! Endpoints, requests and answers as data. Nothing here does I/O.

pub(crate) mod answer;
mod builder;
mod repeat;
mod request;
mod spec;
pub(crate) mod upload;

use serde::{Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};

#[doc(hidden)]
pub use crate::endpoint::builder::RequestBuilder;
use crate::{Answer, Error, Result};
pub use crate::{
    endpoint::{
        answer::shape::{AnyAnswer, Member, Telling},
        repeat::{DuplicateCheck, Repeat},
        request::{Body, Limit, Request},
        spec::{AnswerKind, AnswerType, Api, Param, Place, Shape, Spec, Token},
    },
    value::{
        kind::{IdKind, Kind, ParamType},
        open_enum::Word,
    },
};

/// An endpoint of Flink's REST API, with the values for one request.
///
/// Implemented by `#[derive(Endpoint)]`; see the structs of this crate for examples.
pub trait Endpoint: Send + Sync {
    /// The type of the answer.
    type Response: FromAnswer + Send;

    /// Returns the checked request. Invalid values are refused here, before anything is sent.
    fn request(&self) -> Result<Request>;
}

/// A check for fields of endpoints. Flink would answer 400 to zero, after the upload, and to numbers beyond a Java
/// `int`.
pub(crate) fn at_least_one(number: &u32) -> Result<(), String> {
    match i32::try_from(*number) {
        Ok(1..) => Ok(()),
        Ok(_) => Err("it must be at least 1".into()),
        Err(_) => Err(format!("it must be at most {}", i32::MAX)),
    }
}

/// A check for fields of endpoints. Flink treats an empty text, such as that of an unset shell variable, as left out.
pub(crate) fn not_blank(text: &impl AsRef<str>) -> Result<(), String> {
    if text.as_ref().trim().is_empty() { Err("it is empty; leave it out instead".into()) } else { Ok(()) }
}

/// An endpoint struct that can be created from JSON parameters.
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

/// Creates a request from JSON parameters.
#[doc(hidden)]
pub fn request_from_json<E: FromParams>(values: Map<String, Value>) -> Result<Request> {
    endpoint_from_json::<E>(values)?.request()
}

/// Creates an endpoint struct from JSON parameters.
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

/// A type that can be decoded from an answer.
pub trait FromAnswer: Sized {
    /// The format of the answer.
    const KIND: AnswerKind = AnswerKind::Json;

    /// Decodes the answer to a request of this endpoint.
    fn from_answer(answer: Answer) -> Result<Self>;

    /// Decodes JSON with a deserializer of the caller. Returns `None` if answers of this type are not JSON.
    #[doc(hidden)]
    fn from_json<'de, D: Deserializer<'de>>(json: D) -> Result<Option<Self>, D::Error> {
        let _ = json;
        Ok(None)
    }
}
