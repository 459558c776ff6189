//! The folder of recordings. A recording is kept only if no other has the same shape.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use anyhow::{Context, Result};
use flink_recordings::Recording;
use serde_json::{Map, Value, json};

use super::shorten::shorten;

/// A folder of recordings.
pub(super) struct Archive {
    folder: PathBuf,
    /// Number of times each file name was requested.
    names: RefCell<BTreeMap<String, usize>>,
    /// Endpoint, status and shape of the kept recordings.
    kept: RefCell<BTreeSet<(String, u16, String)>>,
}

impl Archive {
    pub(super) fn new(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self { folder, names: RefCell::default(), kept: RefCell::default() })
    }

    /// The number of kept recordings.
    pub(super) fn len(&self) -> usize {
        self.kept.borrow().len()
    }

    /// Keeps a recording, unless one of the same shape exists.
    pub(super) fn keep(&self, mut recording: Recording, state: &str) -> Result<()> {
        recording.left_out = shorten(&mut recording.answer);
        let shape = shape(&recording.answer).to_string();
        if !self.kept.borrow_mut().insert((recording.endpoint.clone(), recording.status, shape)) {
            return Ok(());
        }
        let mut name = recording.endpoint.clone();
        if !state.is_empty() {
            name = format!("{name}-{state}");
        }
        let mut names = self.names.borrow_mut();
        let times = names.entry(name.clone()).or_default();
        *times += 1;
        if *times > 1 {
            name = format!("{name}-{times}");
        }
        recording.write(&self.folder.join(name + ".json"))
    }
}

/// The shape of a response: its keys, the kinds of its values, and Flink's constants.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(number) if number.as_i64().is_some_and(|number| number < 0 || number == i64::MAX) => {
            value.clone()
        }
        Value::Number(_) => json!("a number"),
        Value::String(text) if is_word(text) => value.clone(),
        Value::String(_) => json!("a text"),
        Value::Array(elements) => {
            let shapes = elements.iter().map(shape).map(|shape| (shape.to_string(), shape));
            Value::Array(shapes.collect::<BTreeMap<_, _>>().into_values().collect())
        }
        Value::Object(members) => {
            let key = |key: &String| if is_id(key) { "an id".to_owned() } else { key.clone() };
            Value::Object(
                members.iter().map(|(name, value)| (key(name), shape(value))).collect::<Map<_, _>>(),
            )
        }
    }
}

/// Tells if a string is a constant, such as `RUNNING`, `NaN`, `(unassigned)` or `ok`.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() < 40 && text.chars().all(|c| c.is_ascii_alphabetic() || "_()".contains(c))
}

fn is_id(key: &str) -> bool {
    key.len() == 32 && key.chars().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_responses_have_a_shape() {
        let deep = (0..200).fold(json!("a"), |inner, _| json!([inner]));
        assert_eq!(shape(&deep), deep);
    }

    #[test]
    fn values_of_the_same_kind_have_the_same_shape() {
        let one = json!({"id": "a1", "at": 5, "tasks": {"0123456789abcdef0123456789abcdef": [1]}, "state": "RUNNING"});
        let other = json!({"id": "b2", "at": 0, "tasks": {"1123456789abcdef0123456789abcdef": [2, 3]}, "state": "RUNNING"});
        assert_eq!(shape(&one), shape(&other));
        for (key, value) in
            [("state", json!("FAILED")), ("at", json!(-1)), ("tasks", json!({})), ("new", json!(1))]
        {
            let mut another = one.clone();
            another[key] = value;
            assert_ne!(shape(&one), shape(&another), "{key}");
        }
    }
}
