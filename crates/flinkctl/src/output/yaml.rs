//! JSON as YAML: without needless quotes, and with multi-line texts as blocks.

use std::{
    borrow::Cow,
    io::{self, Write},
    iter::Peekable,
};

use serde_json::Value;

use super::sanitize::{is_unprintable, json};
use crate::json::{Json, unquoted};

/// Writes the value as a YAML document, without a final line break.
pub(super) fn write(out: &mut impl Write, value: Json<'_>) -> io::Result<()> {
    block(out, &mut value.tokens().peekable(), 0, Some(""))
}

/// Writes the next value, token by token. `before` is written before its first line; `None` is a line break.
fn block<'a>(
    out: &mut impl Write,
    tokens: &mut Peekable<impl Iterator<Item = &'a str>>,
    depth: usize,
    mut before: Option<&str>,
) -> io::Result<()> {
    let (is_object, end) = match tokens.next() {
        Some("{") => (true, "}"),
        Some("[") => (false, "]"),
        single => return scalar(out, single.unwrap_or_default(), depth, before.unwrap_or(" ")),
    };
    if tokens.next_if_eq(&end).is_some() {
        return write!(out, "{}{}{end}", before.unwrap_or(" "), if is_object { "{" } else { "[" });
    }
    loop {
        match before.take() {
            Some(before) => out.write_all(before.as_bytes())?,
            None => write!(out, "\n{:depth$}", "", depth = depth * 2)?,
        }
        if is_object {
            let key = tokens.next().and_then(unquoted).unwrap_or_default();
            write!(out, "{}:", string(&key))?;
            tokens.next();
            block(out, tokens, depth + 1, None)?;
        } else {
            out.write_all(b"-")?;
            // The first member follows on the line of the dash.
            block(out, tokens, depth + 1, Some(" "))?;
        }
        if tokens.next() != Some(",") {
            return Ok(());
        }
    }
}

fn scalar(out: &mut impl Write, literal: &str, depth: usize, before: &str) -> io::Result<()> {
    let Some(text) = unquoted(literal) else { return write!(out, "{before}{literal}") };
    if !is_lines(&text) {
        return write!(out, "{before}{}", string(&text));
    }
    write!(out, "{before}{}", if text.ends_with('\n') { "|" } else { "|-" })?;
    for line in text.strip_suffix('\n').unwrap_or(&text).split('\n') {
        let depth = if line.is_empty() { 0 } else { depth * 2 };
        write!(out, "\n{:depth$}{line}", "")?;
    }
    Ok(())
}

/// Returns true if the text can be a block, as stack traces are.
fn is_lines(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.ends_with("\n\n")
        && !text.chars().any(|c| is_unprintable(c) && !matches!(c, '\n' | '\t'))
}

/// Formats a text on one line, quoted as JSON if YAML would read another value.
fn string(text: &str) -> Cow<'_, str> {
    const WORDS: [&str; 10] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan"];
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '.' | '/' | '-' | '$'))
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.into() } else { json(&Value::from(text).to_string()).into_owned().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(json: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, Json::of(json).unwrap()).unwrap();
        String::from_utf8(out).unwrap() + "\n"
    }

    #[test]
    fn nested_values_are_indented() {
        let json = r#"{
            "jobs": [{"id": "a1", "tasks": {"running": 2}}, {"id": "12", "tasks": {}}], "name": "Source: Orders",
            "none": null, "on": "no", "trace": "a\n\tat b\n\nc\n", "empty": [], "": ""
        }"#;
        assert_eq!(
            document(json),
            "jobs:\n  - id: a1\n    tasks:\n      running: 2\n  - id: \"12\"\n    tasks: {}\n\
             name: \"Source: Orders\"\nnone: null\n\"on\": \"no\"\ntrace: |\n  a\n  \tat b\n\n  c\nempty: []\n\"\": \"\"\n"
        );
        assert_eq!(document("[[1, 2], []]"), "- - 1\n  - 2\n- []\n");
        assert_eq!(document(r#"["x\ny"]"#), "- |-\n  x\n  y\n");
        assert_eq!(document(r#"{"deep": "x\ny"}"#), "deep: |-\n  x\n  y\n");
        assert_eq!(document("{\"\u{9b}\": \"x\\n\u{202e}\"}"), "\"\\u009b\": \"x\\n\\u202e\"\n");
        assert_eq!([document("{}"), document("\"a\"")], ["{}\n", "a\n"]);
    }

    #[test]
    fn numbers_have_the_digits_that_were_sent() {
        let all = ["36893488147419103232", "-36893488147419103232", "0.10", "1.0E10", "1e999", "-0"];
        let yaml: String = all.iter().map(|number| format!("- {number}\n")).collect();
        assert_eq!(document(&format!("[{}]", all.join(","))), yaml);
    }
}
