//! JSON as YAML: no quotes where none are needed, and long texts line by line.

use std::fmt::Write;

use serde_json::Value;

use super::tame::{is_wild, json};

/// The value as a YAML document.
pub(super) fn document(value: &Value) -> String {
    let mut text = String::new();
    block(&mut text, value, 0, false);
    text.drain(..text.len() - text.trim_start().len());
    text + "\n"
}

/// Writes what follows `key:` or `-`. The first member stands beside a dash.
fn block(text: &mut String, value: &Value, depth: usize, mut is_beside: bool) {
    let mut line = |text: &mut String, what: &str| {
        if std::mem::take(&mut is_beside) {
            text.push(' ');
            return text.push_str(what);
        }
        let _ = write!(text, "\n{:depth$}{what}", "", depth = depth * 2);
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, value) in members {
                line(text, &format!("{}:", string(key)));
                block(text, value, depth + 1, false);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for value in elements {
                line(text, "-");
                block(text, value, depth + 1, value.is_object() || value.is_array());
            }
        }
        Value::String(string) if is_lines(string) => {
            text.push_str(if string.ends_with('\n') { " |" } else { " |-" });
            let whole = string.strip_suffix('\n').unwrap_or(string);
            whole.split('\n').for_each(|one| if one.is_empty() { text.push('\n') } else { line(text, one) });
        }
        Value::String(one) => _ = write!(text, " {}", string(one)),
        other => _ = write!(text, " {other}"),
    }
}

/// Whether it can be written line by line, as stack traces are.
fn is_lines(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.ends_with("\n\n")
        && !text.chars().any(|c| is_wild(c) && !matches!(c, '\n' | '\t'))
}

/// A text in one line, quoted as JSON does it if YAML would read something else in it.
fn string(text: &str) -> String {
    const WORDS: [&str; 10] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan"];
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '.' | '/' | '-' | '$'))
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.into() } else { json(&Value::from(text)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nested_values_are_indented() {
        let value = json!({
            "jobs": [{"id": "a1", "tasks": {"running": 2}}, {"id": "12", "tasks": {}}],
            "name": "Source: Orders", "none": null, "on": "no", "trace": "a\n\tat b\n\nc\n", "empty": [], "": "",
        });
        assert_eq!(
            document(&value),
            "\"\": \"\"\nempty: []\njobs:\n  - id: a1\n    tasks:\n      running: 2\n  - id: \"12\"\n    tasks: {}\n\
             name: \"Source: Orders\"\nnone: null\n\"on\": \"no\"\ntrace: |\n  a\n  \tat b\n\n  c\n"
        );
        assert_eq!(document(&json!([[1, 2], []])), "- - 1\n  - 2\n- []\n");
        assert_eq!(document(&json!({"deep": "x\ny"})), "deep: |-\n  x\n  y\n");
        assert_eq!(document(&json!({"\u{9b}": "x\n\u{202e}"})), "\"\\u009b\": \"x\\n\\u202e\"\n");
    }
}
