//! A request, and what a server's release makes of it.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{
    Error, FlinkVersion, JobId, Result, Upload,
    endpoint::{Param, Repeat, Spec, Token, Word},
};

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
    /// The version prefix.
    pub(crate) prefix: &'static str,
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

impl Request {
    /// The request for a server of this release. Refuses what it does not have: Flink loses silently what it does not
    /// know (1.20+). Of a release that cannot be read, only what could be lost so is refused.
    pub fn for_version(mut self, server: &FlinkVersion) -> Result<Self> {
        let endpoint = self.spec.name;
        let refuse = |what, needs| Err(Error::Unsupported { what, needs, server: server.clone() });
        if let Some(needs) = server.lacks(self.spec.since, self.spec.until) {
            return refuse(endpoint.into(), needs);
        }
        for Limit { param, word } in &self.limited {
            let lacks = |since, until| server.lacks(since, until).or_else(|| server.may_ignore(since, until));
            if let Some(needs) = lacks(param.since, param.until) {
                return refuse(format!("`{}` of {endpoint}", param.name), needs);
            }
            if let Some(word) = word
                && let Some(needs) = server.lacks(word.since, None)
            {
                return refuse(format!("`{}` as `{}` of {endpoint}", word.text, param.name), needs);
            }
            if let Some((formerly, until)) = param.formerly
                && server.release().is_some()
                && server.lacks(None, Some(until)).is_none()
            {
                self.body.move_member(param.key, formerly);
            }
        }
        Ok(self)
    }

    /// Whether the answer holds values of metrics. Without names of metrics, it holds the names alone.
    pub fn reads_metrics(&self) -> bool {
        let is_by_name = self.spec.params.iter().any(|param| param.key == "get");
        self.spec.measured && (!is_by_name || self.query.contains("get="))
    }

    /// Whether some supported Flink does not have all that this request uses, or would know a second one again.
    pub(crate) fn is_version_dependent(&self) -> bool {
        self.spec.since.is_some()
            || self.spec.until.is_some()
            || !self.limited.is_empty()
            || match self.missing_token() {
                Some((_, Token::Given)) => false,
                Some((param, Token::Chosen)) if param.is_limited() => true,
                _ => matches!(self.repeat, Repeat::Refused(recognised) if recognised.since.is_some()),
            }
    }

    /// The parameter for an id by which the server knows a second one again, if there is one and it is not set.
    fn missing_token(&self) -> Option<(&'static Param, Token)> {
        let mut tokens = self.spec.params.iter().filter_map(|param| Some((param, param.token?)));
        tokens.next().filter(|_| self.token.is_none())
    }

    /// Makes it one that can be sent again, as far as a server of this version allows; none: as they all do.
    pub(crate) fn make_repeatable(&mut self, server: Option<&FlinkVersion>) {
        // A release that cannot be read may be one that refuses a token.
        let is_known = |since: Option<&str>, until: Option<&str>| match server {
            Some(server) if server.release().is_none() => since.is_none() && until.is_none(),
            server => server.is_none_or(|server| server.lacks(since, until).is_none()),
        };
        if let Some((param, token)) = self.missing_token() {
            match &self.body {
                _ if token == Token::Given => self.repeat = Repeat::NewJobs,
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

    /// A member of the JSON.
    pub(crate) fn member(&self, key: &str) -> Option<Value> {
        let (Self::Json(json) | Self::Form { request: Some(json), .. }) = self else { return None };
        serde_json::from_slice::<Map<String, Value>>(json).ok()?.remove(key)
    }

    /// Sets a member of the JSON, if there is any.
    pub(crate) fn set_member(&mut self, key: &str, value: Value) {
        let (Self::Json(json) | Self::Form { request: Some(json), .. }) = self else { return };
        if let Ok(mut members) = serde_json::from_slice::<Map<String, Value>>(json) {
            members.insert(key.into(), value);
            *json = Value::Object(members).to_string().into();
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
