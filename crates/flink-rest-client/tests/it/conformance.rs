//! Compares [`ENDPOINTS`] with Flink's own description of its REST API, in both directions, for each release.
//!
//! `cargo xtask spec` extracts the description. Bodies and responses in it are samples made by Flink's own classes, in
//! which an enum's value is all its constants, joined by bars. The first sample of a response has every field set.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use flink_rest_client::{
    ENDPOINTS, Error, FlinkVersion,
    endpoint::{Body, Kind, Param, Place, Spec},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Known differences: the beginning of the finding, and the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "GET /jars/:jarid/plan: body is missing",
        "a GET with a body: proxies drop it, and the query can say it",
    ),
    ("GET /jars/:jarid/plan: query parameter `program-args`", ONE_STRING),
    ("POST /jars/:jarid/plan: member `programArgs`", ONE_STRING),
    ("POST /jars/:jarid/run: member `programArgs`", ONE_STRING),
    ("POST /jars/:jarid/plan: query parameter", "the body has it"),
    ("POST /jars/:jarid/run: query parameter", "the body has it"),
    ("POST /jars/:jarid/run-application: query parameter", "the body has it"),
    ("POST /jars/:jarid/run: member `restoreMode` is missing", "`claimMode` is its name from 1.20 on"),
    ("PATCH /jobs/:jobid: word of `mode` `stop`", "refused by every release: it stands for `POST …/stop`"),
    (
        "PATCH /jobs/:jobid/clientHeartbeat: body is not readable",
        "up to 1.19 Flink takes the bare number only; see `heartbeat.rs`, and the live test",
    ),
];

const ONE_STRING: &str =
    "removed in 2.0: one string that Flink splits at spaces; `programArgsList` works on all releases";

/// A string in the samples that is also a valid id.
const TEXT: &str = "0123456789abcdef0123456789abcdef";

/// Flink's description of an endpoint.
#[derive(Deserialize)]
struct Flinks {
    #[serde(default)]
    query_parameters: Vec<QueryParameter>,
    body: Option<Value>,
    #[serde(default)]
    is_body_readable: bool,
    #[serde(default)]
    takes_files: bool,
    status: Option<u16>,
    /// Empty if the response is not JSON.
    #[serde(default)]
    answers: Vec<Value>,
}

#[derive(Deserialize)]
struct QueryParameter {
    key: String,
    is_mandatory: bool,
    r#type: String,
}

#[test]
fn the_endpoints_are_those_of_flink() {
    let mut findings = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for version in flink_local::VERSIONS {
        let file = flink_workspace::root().join(format!("crates/flink-rest-client/spec/{version}.json"));
        let flinks = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        for finding in Release(version.parse().unwrap()).compare(&flinks) {
            match EXCEPTIONS.iter().find(|(known, _)| finding.starts_with(known)) {
                Some((known, _)) => _ = seen.insert(known),
                None => _ = findings.insert(format!("{finding} ({version})")),
            }
        }
    }
    assert!(findings.is_empty(), "{findings:#?}");
    let stale: Vec<_> = EXCEPTIONS.iter().filter(|(known, _)| !seen.contains(known)).collect();
    assert!(stale.is_empty(), "obsolete exceptions: {stale:#?}");
}

/// A release to compare the crate with.
struct Release(FlinkVersion);

impl Release {
    fn compare(&self, flinks: &BTreeMap<String, Flinks>) -> Vec<String> {
        let ours: BTreeMap<_, _> = ENDPOINTS
            .iter()
            .filter(|spec| self.has(spec.since, spec.until))
            .map(|spec| (shape(&format!("{} {}", spec.method, spec.path)), *spec))
            .collect();
        let mut findings =
            differences("endpoint", flinks.keys().map(|name| shape(name)), ours.keys().cloned());
        for (name, flinks) in flinks {
            let Some(spec) = ours.get(&shape(name)) else { continue };
            let all = [
                self.compare_query(spec, flinks),
                self.compare_body(spec, flinks),
                compare_answers(spec, flinks),
            ];
            findings.extend(all.iter().flatten().map(|finding| format!("{name}: {finding}")));
        }
        findings
    }

    fn compare_query(&self, spec: &Spec, flinks: &Flinks) -> Vec<String> {
        let ours: Vec<_> = self.params(spec).filter(|param| param.place == Place::Query).collect();
        let theirs = &flinks.query_parameters;
        let keys = theirs.iter().map(|parameter| &parameter.key);
        let mut findings = differences("query parameter", keys, ours.iter().map(|param| param.key));
        for parameter in theirs {
            let Some(param) = ours.iter().find(|param| param.key == parameter.key) else { continue };
            if param.is_required() != parameter.is_mandatory {
                findings.push(format!("whether `{}` is mandatory", param.key));
            }
            findings.extend(self.compare_words(param, &parameter.r#type));
        }
        findings
    }

    fn compare_body(&self, spec: &Spec, flinks: &Flinks) -> Vec<String> {
        let is_file = |param: &&Param| matches!(param.place, Place::File | Place::Jar);
        let ours: Vec<_> =
            self.params(spec).filter(|param| param.place == Place::Body || is_file(param)).collect();
        if ours.iter().any(is_file) != flinks.takes_files {
            return vec!["differs in taking files".into()];
        }
        let ours: Vec<_> =
            ours.into_iter().filter(|param| !(is_file(param) && param.key.is_empty())).collect();
        let Some(sample) = &flinks.body else {
            return if ours.is_empty() { vec![] } else { vec!["body is invented".into()] };
        };
        if ours.is_empty() {
            return vec!["body is missing".into()];
        }
        if !flinks.is_body_readable {
            return vec!["body is not readable".into()];
        }
        let mut findings = Vec::new();
        if let (Value::Object(members), false) = (sample, ours.iter().any(|param| param.key.is_empty())) {
            findings = differences("member", members.keys(), ours.iter().map(|param| self.key(param)));
            for param in &ours {
                if let Some(Value::String(words)) = members.get(self.key(param)) {
                    findings.extend(self.compare_words(param, words));
                }
            }
        }
        for sample in in_all_words(sample) {
            match self.send(spec, &ours, sample.clone()) {
                Ok((sent, expected)) if sent == expected => {}
                Ok((sent, _)) => findings.push(format!("body is sent as {sent}")),
                Err(error) => findings.push(format!("body cannot be sent: {error}")),
            }
        }
        findings
    }

    /// Makes a request from a sample. Returns its body and the body that the sample requires.
    fn send(&self, spec: &Spec, ours: &[&Param], sample: Value) -> Result<(Value, Value), Error> {
        let mut params = Map::new();
        for param in spec.params.iter().filter(|param| param.place == Place::Path || param.is_required()) {
            params.insert(
                param.name.into(),
                if matches!(param.kind, Kind::Number) { json!(1) } else { json!(TEXT) },
            );
        }
        let mut expected = Map::new();
        for param in ours {
            let value = match param.key {
                "" => sample.clone(),
                _ => sample.get(self.key(param)).cloned().unwrap_or_default(),
            };
            // File names must differ.
            let own = value.to_string().replace(TEXT, &format!("{TEXT}.{}", param.key));
            let value = if param.place == Place::Body { value } else { serde_json::from_str(&own).unwrap() };
            params.insert(param.name.into(), value.clone());
            match value {
                Value::Object(members) if param.key.is_empty() => expected.extend(members),
                Value::Null => {}
                value => _ = expected.insert(self.key(param).into(), value),
            }
        }
        let request = (spec.from_json)(params)?.for_version(&self.0)?;
        let (Body::Json(json) | Body::Form { request: Some(json), .. }) = request.body else {
            return Ok((Value::Null, expected.into()));
        };
        Ok((serde_json::from_slice(&json).unwrap(), expected.into()))
    }

    fn compare_words(&self, param: &Param, theirs: &str) -> Vec<String> {
        let theirs = theirs.split('|').filter(|_| theirs.contains('|'));
        let ours = param.kind.words().iter().filter(|word| self.has(word.since, None));
        differences(&format!("word of `{}`", param.key), theirs, ours.map(|word| word.text))
    }

    /// The endpoint's parameters in this release.
    fn params(&self, spec: &Spec) -> impl Iterator<Item = &'static Param> {
        spec.params.iter().filter(|param| self.has(param.since, param.until))
    }

    /// The name of a parameter in this release.
    fn key(&self, param: &Param) -> &'static str {
        match param.formerly {
            Some((key, until)) if self.has(None, Some(until)) => key,
            _ => param.key,
        }
    }

    fn has(&self, since: Option<&str>, until: Option<&str>) -> bool {
        let release = |text: &str| text.parse::<FlinkVersion>().unwrap();
        since.is_none_or(|first| release(first) <= self.0) && until.is_none_or(|last| self.0 <= release(last))
    }
}

/// Normalizes a path: `GET /jobs/*` for both `GET /jobs/:jobid` and `GET /jobs/{job}`.
fn shape(name: &str) -> String {
    let part = |part: &str| if part.starts_with([':', '{']) { "*".to_owned() } else { part.to_owned() };
    name.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn differences<A: ToString, B: ToString>(
    what: &str,
    theirs: impl IntoIterator<Item = A>,
    ours: impl IntoIterator<Item = B>,
) -> Vec<String> {
    let theirs: BTreeSet<_> = theirs.into_iter().map(|name| name.to_string()).collect();
    let ours: BTreeSet<_> = ours.into_iter().map(|name| name.to_string()).collect();
    let missing = theirs.difference(&ours).map(|name| format!("{what} `{name}` is missing"));
    missing.chain(ours.difference(&theirs).map(|name| format!("{what} `{name}` is invented"))).collect()
}

fn compare_answers(spec: &'static Spec, flinks: &Flinks) -> Vec<String> {
    let mut findings = Vec::new();
    if flinks.status.is_some_and(|status| !(200..300).contains(&status)) {
        findings.push("its status is an error".into());
    }
    if flinks.answers.is_empty() != spec.answer.is_file() && spec.answer.name != "Empty" {
        findings.push("differs in responding with JSON".into());
    }
    for answer in flinks.answers.iter().flat_map(in_all_words) {
        match spec.losses(answer.to_string()) {
            // Some of Flink's strings are enums in the crate.
            Ok(losses) => findings.extend(losses.into_iter().filter(|loss| !loss.contains(TEXT))),
            Err(error) => findings.push(format!("{error}: {}", error.root_cause())),
        }
    }
    findings
}

/// One sample per enum constant, as many as the largest enum has.
fn in_all_words(sample: &Value) -> Vec<Value> {
    (0..most_words(sample)).map(|turn| in_words(sample, turn)).collect()
}

fn most_words(sample: &Value) -> usize {
    match sample {
        Value::String(text) => text.split('|').count(),
        Value::Array(items) => items.iter().map(most_words).max().unwrap_or(1),
        Value::Object(members) => members.values().map(most_words).max().unwrap_or(1),
        _ => 1,
    }
}

fn in_words(sample: &Value, turn: usize) -> Value {
    match sample {
        Value::String(text) => text.split('|').cycle().nth(turn).into(),
        Value::Array(items) => items.iter().map(|item| in_words(item, turn)).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), in_words(value, turn))).collect()
        }
        other => other.clone(),
    }
}
