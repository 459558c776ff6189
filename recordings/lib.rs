//! Recorded answers of Flink, and checks that the client's types keep all of their data.
//!
//! The format is described in `crates/flink-rest-client/fixtures/README.md`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use flink_rest_client::{ENDPOINTS, Error, Request, endpoint::Spec, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A recorded request to Flink, and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::exhaustive_structs, reason = "the file format, whole")]
pub struct Recording {
    /// The endpoint's name.
    pub endpoint: String,
    /// The parameters, as for calls by name.
    pub params: Map<String, Value>,
    /// Method, path and query.
    pub request: String,
    /// HTTP status.
    pub status: u16,
    /// The server's JSON, or text as a JSON string.
    pub answer: Value,
    /// Truncated places in the answer, each with the number of missing elements, characters or lines at its end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, usize>,
}

impl Recording {
    /// Reads a recording from a file.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is not a recording", file.display()))
    }

    /// Writes the recording to a file.
    pub fn write(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    /// The description of the endpoint.
    pub fn spec(&self) -> Result<&'static Spec> {
        let spec = ENDPOINTS.iter().copied().find(|spec| spec.name == self.endpoint);
        spec.with_context(|| format!("the client has no endpoint {}", self.endpoint))
    }

    /// The request that the client would send.
    pub fn to_request(&self) -> Result<Request> {
        Ok((self.spec()?.from_json)(self.params.clone())?)
    }

    /// Returns true if the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as the server sent it, apart from white space.
    pub fn body(&self) -> Vec<u8> {
        match (&self.answer, self.spec()) {
            (Value::String(text), Ok(spec)) if spec.answer.is_file() => text.clone().into_bytes(),
            (json, _) => json.to_string().into_bytes(),
        }
    }

    /// Faults of the client: a different request, a field that no type keeps, a value that does not survive
    /// deserialization and serialization, an error without a reason.
    pub fn faults(&self) -> Vec<String> {
        self.find_faults().unwrap_or_else(|error| vec![format!("{error:#}")])
    }

    fn find_faults(&self) -> Result<Vec<String>> {
        let (spec, request) = (self.spec()?, self.to_request()?);
        let mut faults = Vec::new();
        if line(&request) != self.request {
            faults.push(format!("the client would send {}", line(&request)));
        }
        if self.is_success() {
            faults.extend(spec.losses(self.body()).map_err(|error| anyhow::anyhow!("{error:?}"))?);
        } else {
            let error = spec.refusal(StatusCode::from_u16(self.status)?, &self.body());
            faults.extend(without_reason(&error));
        }
        Ok(faults)
    }
}

/// Method, path and query of a request.
pub fn line(request: &Request) -> String {
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    format!("{} {}{query}", request.spec.method, request.path)
}

/// The fault of an error that the client made from a refusal, if it has one.
fn without_reason(error: &Error) -> Option<String> {
    let cause = error.root_cause();
    let is_frame = cause.trim_start().starts_with("at ") || cause.contains("\tat ");
    match error {
        Error::Api(_) if cause.is_empty() || cause == "no reason given" => {
            Some("an error without a reason".into())
        }
        Error::Api(_) if is_frame || cause.contains('\n') => Some(format!("no root cause: {cause}")),
        Error::Api(_) => None,
        other => Some(format!("not an error of Flink: {other}")),
    }
}

/// The folder of this project's recordings, with a folder for each release.
pub fn fixtures() -> PathBuf {
    flink_workspace::root().join("crates/flink-rest-client/fixtures")
}

/// All recordings in a folder and its subfolders, sorted by name.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(files)
}
