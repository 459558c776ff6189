//! Losses of decoding: parts of a response that the types do not keep. For tests, and for recordings of users'
//! clusters.

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use crate::{
    Answer, Error, Result,
    client::refusal,
    endpoint::{AnswerKind, FromAnswer, Spec},
    rest::registry::{self, WithAnswerType},
    value::secrets::Secrets,
};

impl Spec {
    /// Decodes and encodes a response of this endpoint and returns what was lost, with the path of each place. A loss
    /// is a field that no type keeps, a value that changes, or a word that no enum knows. A response that cannot be
    /// decoded is an error.
    #[doc(hidden)]
    pub fn losses(&'static self, body: impl Into<Bytes>) -> Result<Vec<String>> {
        let answer =
            Answer { endpoint: self, status: StatusCode::OK, body: body.into(), secrets: Arc::default() };
        let answer = answer.checked()?;
        let sent = match self.answer.kind {
            AnswerKind::File => raw(&String::from_utf8_lossy(&answer.body)),
            AnswerKind::Json => answer.decode::<Box<RawValue>>(),
        }?;
        let unknown = || Error::UnknownEndpoint { name: self.name.into(), suggestion: None };
        let (kept, mut losses) =
            registry::with_answer_type(self.name, RoundTrip(answer)).ok_or_else(unknown)??;
        compare("", &sent, &kept, &mut losses);
        Ok(losses)
    }

    /// Returns the error that a response with a status other than 2xx becomes.
    #[doc(hidden)]
    pub fn refusal(&'static self, status: StatusCode, body: &[u8]) -> Error {
        let (mut head, ()) = http::Response::new(()).into_parts();
        head.status = status;
        refusal::error(self, self.path, &head, body, &Secrets::default())
    }
}

/// A round trip: decodes a response and encodes it again, and finds words that no enum knows.
struct RoundTrip(Answer);

impl WithAnswerType for RoundTrip {
    type Output = Result<(Value, Vec<String>)>;

    fn visit<T: FromAnswer + Serialize + Debug>(self) -> Self::Output {
        let Self(answer) = self;
        let endpoint = answer.endpoint.name;
        let failed = |source| Error::Decode { endpoint, at: "its encoding".into(), source };
        let value = T::from_answer(answer)?;
        // `open_enum!` keeps an unknown word in `Other`. Inside a string the quote would be escaped.
        let shown = format!("{value:?}");
        let others = shown.split("Other(\"").skip(1).filter_map(|rest| rest.split('"').next());
        let others = others.map(|word| format!("`{word}`: no enum has this word")).collect();
        Ok((serde_json::to_value(value).map_err(failed)?, others))
    }
}

/// Wraps a text as JSON.
fn raw(text: &str) -> Result<Box<RawValue>> {
    serde_json::value::to_raw_value(text).map_err(|source| Error::Decode {
        endpoint: "Text",
        at: "its encoding".into(),
        source,
    })
}

/// Compares the raw response with what the types keep of it. Parsing both sides with the same parser would hide numbers
/// that the parser changes.
fn compare(at: &str, sent: &RawValue, kept: &Value, losses: &mut Vec<String>) {
    match kept {
        Value::Object(kept) => {
            if let Ok(sent) = serde_json::from_str::<BTreeMap<String, &RawValue>>(sent.get()) {
                let inner = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
                for (key, value) in &sent {
                    match kept.get(key) {
                        Some(kept) => compare(&inner(key), value, kept, losses),
                        None => losses.push(format!("{}: no type keeps it", inner(key))),
                    }
                }
                let invented = kept.iter().filter(|(key, _)| !sent.contains_key(*key));
                losses.extend(invented.map(|(key, value)| format!("{}: invented as {value}", inner(key))));
                return;
            }
        }
        Value::Array(kept) => {
            let sent = serde_json::from_str::<Vec<&RawValue>>(sent.get());
            if let Some(sent) = sent.ok().filter(|sent| sent.len() == kept.len()) {
                for (index, (sent, kept)) in sent.iter().zip(kept).enumerate() {
                    compare(&format!("{at}[{index}]"), sent, kept, losses);
                }
                return;
            }
        }
        Value::Number(kept) if is_same_number(sent.get(), &kept.to_string()) => return,
        kept if serde_json::from_str::<Value>(sent.get()).is_ok_and(|sent| sent == *kept) => return,
        _ => {}
    }
    losses.push(format!("{at}: {} comes back as {kept}", sent.get()));
}

/// Returns true if both texts are the same number: integers to their last digit, others as doubles.
fn is_same_number(one: &str, other: &str) -> bool {
    match (one.parse::<i128>(), other.parse::<i128>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one.parse::<f64>().is_ok_and(|one| other.parse() == Ok(one)),
    }
}

#[cfg(test)]
mod tests {
    use super::is_same_number;
    use crate::{
        Error,
        rest::{
            jobmanager::GetJobManagerLog,
            jobs::{GetJobs, backpressure::GetJobVertexBackPressure, metrics::GetAggregatedJobMetrics},
        },
    };

    #[test]
    fn a_lost_field_is_reported_with_its_path() {
        let job = r#"{"id":"00000000000000000000000000000001","status":"RUNNING","new":{"a":1}}"#;
        let losses = |body: String| GetJobs::SPEC.losses(body);
        assert_eq!(losses(format!(r#"{{"jobs":[{job}]}}"#)).unwrap(), ["jobs[0].new: no type keeps it"]);
        assert!(losses(r#"{"jobs":[]}"#.into()).unwrap().is_empty());
        assert!(matches!(losses(r#"{"jobs":[1]}"#.into()).unwrap_err(), Error::Decode { .. }));
        assert!(matches!(losses(r#"{"jobs":1}"#.into()).unwrap_err(), Error::NotFlink { .. }));
    }

    #[test]
    fn a_changed_value_is_a_loss() {
        let losses =
            GetJobVertexBackPressure::SPEC.losses(r#"{"status":"deprecated","subtasks":null}"#).unwrap();
        assert_eq!(losses, ["subtasks: no type keeps it"]);
    }

    /// Without serde_json's `float_roundtrip`, one double in twelve comes back as its neighbour.
    #[test]
    fn no_double_changes_in_the_round_trip() {
        let (mut seed, mut wrong) = (1_u64, Vec::new());
        for _ in 0..2000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let double = f64::from_bits(seed);
            if double.is_finite() {
                let metric = format!(r#"[{{"id":"a","min":{double:e}}}]"#);
                wrong.extend(GetAggregatedJobMetrics::SPEC.losses(metric).unwrap());
            }
        }
        assert!(wrong.is_empty(), "{} of them: {wrong:?}", wrong.len());
    }

    #[test]
    fn integers_are_compared_exactly() {
        assert!(is_same_number("9007199254740993", "9007199254740993"));
        assert!(!is_same_number("9007199254740993", "9007199254740992"));
        assert!(is_same_number("1.0E-5", "0.00001") && !is_same_number("1.0", "\"1.0\""));
    }

    #[test]
    fn an_unknown_enum_word_is_reported() {
        let job = r#"{"jobs":[{"id":"00000000000000000000000000000001","status":"NEW"}]}"#;
        assert_eq!(GetJobs::SPEC.losses(job).unwrap(), ["`NEW`: no enum has this word"]);
    }

    #[test]
    fn text_is_kept_whole() {
        assert!(GetJobManagerLog::SPEC.losses(&b"no \xff JSON"[..]).unwrap().is_empty());
    }
}
