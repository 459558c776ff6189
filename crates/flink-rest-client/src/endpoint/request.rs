//! Requests, and their adaptation to the server's release.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{
    Error, FlinkVersion, JobId, Result, Upload,
    endpoint::{Param, Repeat, Spec, Token, Word},
};

/// A request as data, without the server's address.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// The endpoint.
    pub spec: &'static Spec,
    /// The path below the version prefix, percent-encoded.
    pub path: String,
    /// The query, percent-encoded and without its `?`; empty if there is none.
    pub query: String,
    /// The body.
    pub body: Body,
    /// The parameters and words in use that not every supported release knows.
    pub limited: Vec<Limit>,
    /// The id by which the server recognises a repeated request; see [`Param::token`].
    pub token: Option<String>,
    /// The effect of a second request.
    pub repeat: Repeat,
    /// The version prefix.
    pub(crate) prefix: &'static str,
    /// True if an earlier request with the same token may have arrived.
    pub(crate) may_have_arrived: bool,
}

/// A parameter or word of a request that not every supported release knows.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limit {
    /// The parameter.
    pub param: &'static Param,
    /// The word, if the limit applies only to it.
    pub word: Option<&'static Word>,
}

/// The body of a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Body {
    /// No body.
    Empty,
    /// JSON.
    Json(Bytes),
    /// Files as `multipart/form-data`.
    #[non_exhaustive]
    Form {
        /// JSON that precedes the files, as the part `request`.
        request: Option<Bytes>,
        /// The files.
        files: Vec<Upload>,
    },
}

impl Request {
    /// Adapts the request to a server of this release.
    ///
    /// Refuses a request with parameters that the release lacks, because Flink ignores unknown ones silently (1.20+).
    /// For an unreadable release, it refuses only parameters that could be ignored in this way.
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

    /// Returns true if the answer holds metric values. A request without names of metrics gets only their names.
    pub fn reads_metrics(&self) -> bool {
        let is_by_name = self.spec.params.iter().any(|param| param.key == "get");
        self.spec.measured && (!is_by_name || self.query.contains("get="))
    }

    /// Returns true if the server's release matters: not all supported releases know everything in the request, or
    /// recognise a repeated one.
    pub(crate) fn is_version_dependent(&self) -> bool {
        self.spec.since.is_some()
            || self.spec.until.is_some()
            || !self.limited.is_empty()
            || match self.missing_token() {
                Some((_, Token::Given)) => false,
                Some((param, Token::Chosen)) if param.is_limited() => true,
                _ => {
                    matches!(self.repeat, Repeat::Refused(duplicate_check) if duplicate_check.since.is_some())
                }
            }
    }

    /// The parameter for the id by which the server recognises a repeated request, if it exists and is not set.
    fn missing_token(&self) -> Option<(&'static Param, Token)> {
        let mut tokens = self.spec.params.iter().filter_map(|param| Some((param, param.token?)));
        tokens.next().filter(|_| self.token.is_none())
    }

    /// Makes the request safe to repeat, as far as the release allows. `None` stands for what all releases allow.
    pub(crate) fn make_repeatable(&mut self, server: Option<&FlinkVersion>) {
        // An unreadable release may be one that refuses a token.
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
                // Without a token, a second request starts the work again.
                _ => self.repeat = Repeat::Another,
            }
        }
        if let Repeat::Refused(duplicate_check) = self.repeat
            && !is_known(duplicate_check.since, None)
        {
            self.repeat = Repeat::Found(duplicate_check);
        }
    }
}

impl Body {
    /// Returns true if it can be sent a second time.
    pub(crate) fn is_repeatable(&self) -> bool {
        match self {
            Self::Form { files, .. } => files.iter().all(Upload::is_repeatable),
            Self::Empty | Self::Json(_) => true,
        }
    }

    /// Returns a member of the JSON.
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

    /// Renames a member of the JSON. With an empty new key, its value becomes the whole JSON.
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
