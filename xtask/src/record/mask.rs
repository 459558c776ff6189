//! Removes secrets and local paths from recordings.

use std::path::Path;

use flink_recordings::Recording;
use serde_json::Value;

/// Words in the names of secret options: Flink's own list, and some more.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "credential",
    "apikey",
    "api-key",
    "api_key",
    "auth-params",
    "basic-auth",
    "service-key",
    "account.key",
    "access-key",
    "accesskey",
    "access_key",
    "private-key",
    "jaas.config",
    "http-headers",
];

const HIDDEN: &str = "******";

/// Strings and their replacements.
#[derive(Clone, Default)]
pub(super) struct Masks(Vec<(String, String)>);

impl Masks {
    /// Replaces the path of a folder.
    pub(super) fn folder(mut self, folder: &Path, instead: &str) -> Self {
        let mut spellings = vec![folder.to_owned()];
        spellings.extend(folder.canonicalize());
        for spelling in spellings.iter().map(|path| path.display().to_string()).filter(|text| text.len() > 1)
        {
            self.0.push((spelling, instead.to_owned()));
        }
        self
    }

    pub(super) fn apply(&self, recording: &mut Recording) {
        recording.params.values_mut().for_each(|value| self.mask(value));
        self.mask(&mut recording.answer);
    }

    fn mask(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                *text = self.0.iter().fold(hide_properties(text), |text, (from, to)| text.replace(from, to));
            }
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.mask(element)),
            Value::Object(members) => {
                // An option is a member by its name, or a `key` and a `value`.
                let named = members.get("key").and_then(Value::as_str).is_some_and(is_secret);
                for (key, member) in members {
                    match member {
                        Value::String(text) if is_secret(key) || (named && key == "value") => {
                            *text = HIDDEN.into()
                        }
                        member => self.mask(member),
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET.iter().any(|word| name.contains(word))
}

/// Hides the values of `-Dname=value` and `name: value` in strings: command lines and logs contain options, too.
fn hide_properties(text: &str) -> String {
    let mut hidden = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let name_and_value = word.split_once('=').filter(|(name, _)| is_secret(name));
        match name_and_value {
            Some((name, value)) => {
                let blank = &value[value.trim_end().len()..];
                hidden.extend([name, "=", HIDDEN, blank]);
            }
            None => hidden.push_str(word),
        }
    }
    hidden
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn masked(masks: &Masks, answer: Value) -> Value {
        let mut recording = Recording {
            endpoint: "GetConfig".into(),
            params: [("jar".to_owned(), json!("/home/me/app.jar"))].into_iter().collect(),
            request: "GET /config".into(),
            status: 200,
            answer,
            left_out: BTreeMap::new(),
        };
        masks.apply(&mut recording);
        recording.answer
    }

    #[test]
    fn secrets_are_hidden_in_all_notations_of_options() {
        let answer = json!({
            "config": [{"key": "s3.secret-key", "value": "abc"}, {"key": "rest.port", "value": "8081"}],
            "user-config": {"db.password": "abc", "topic": "orders"},
            "options": ["-Djavax.net.ssl.keyStorePassword=abc", "-Xmx1g"],
            "log": "Program arguments:\n -Dfs.apiKey=abc\n -Drest.port=1\n",
        });
        let expected = json!({
            "config": [{"key": "s3.secret-key", "value": "******"}, {"key": "rest.port", "value": "8081"}],
            "user-config": {"db.password": "******", "topic": "orders"},
            "options": ["-Djavax.net.ssl.keyStorePassword=******", "-Xmx1g"],
            "log": "Program arguments:\n -Dfs.apiKey=******\n -Drest.port=1\n",
        });
        assert_eq!(masked(&Masks::default(), answer), expected);
    }

    #[test]
    fn folders_are_replaced() {
        let masks = Masks::default().folder(Path::new("/home/me"), "/home");
        assert_eq!(masked(&masks, json!(["file:/home/me/x:/home/me/y"])), json!(["file:/home/x:/home/y"]));
    }
}
