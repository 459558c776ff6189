//! Short descriptions of bodies that are not Flink's: a page, a text, or a gateway's JSON with its reason.

use serde_json::Value;

use crate::value::{secrets::Secrets, stack_trace};

/// Maximum number of bytes of a body that are read. It is more than is shown, so that no secret is cut in two.
const MAX_READ_BYTES: usize = 128 * 1024;

/// Maximum number of characters that are shown.
const MAX_SHOWN_CHARS: usize = 200;

/// The members in which gateways give their reasons, general ones first: those of RFC 9457 (`title`, `detail`),
/// Kubernetes (`reason`, `message`), OAuth (`error`, `error_description`), Spring and others.
const REASON_MEMBERS: &[&str] = &[
    "title",
    "fault",
    "faultstring",
    "error",
    "errors",
    "reason",
    "message",
    "msg",
    "detail",
    "details",
    "error_description",
    "description",
];

/// Describes a body that is not JSON, judged by its start. Returns `None` for JSON.
pub(crate) fn not_json(body: &[u8], secrets: &Secrets) -> Option<String> {
    let body = body.trim_ascii_start();
    let text = secrets.hide(String::from_utf8_lossy(body.get(..MAX_READ_BYTES).unwrap_or(body)));
    let start = text.trim_start();
    if start.is_empty() {
        return Some("an empty body".into());
    }
    if !start.starts_with('<') {
        return (!start.starts_with(['{', '[', '"', '-', 't', 'f', 'n'])
            && !start.starts_with(|c: char| c.is_ascii_digit()))
        .then(|| format!("`{}`", first_line(start)));
    }
    let title =
        start.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map(|(title, _)| title);
    Some(match title {
        Some(title) => format!("an HTML page titled “{}”", first_line(title.trim())),
        None => "an HTML page".into(),
    })
}

/// Describes a body that is not Flink's: the reason that it gives, or its start.
pub(crate) fn described(body: &[u8], secrets: &Secrets) -> String {
    if let Some(found) = not_json(body, secrets) {
        return found;
    }
    let json =
        body.get(..MAX_READ_BYTES).is_none().then(|| serde_json::from_slice::<Value>(body).ok()).flatten();
    let Some(mut json) = json else {
        let text = String::from_utf8_lossy(body.get(..MAX_READ_BYTES).unwrap_or(body));
        return format!("`{}`", first_line(&secrets.hide(text)));
    };
    // Hidden in the decoded strings, because JSON may encode a secret differently.
    hide(&mut json, secrets);
    let mut reasons = Vec::new();
    collect(&json, &mut reasons);
    match reasons.is_empty() {
        true => format!("`{}`", first_line(&json.to_string())),
        false => format!("JSON that says “{}”", first_line(&reasons.join(": ").replace(['\r', '\n'], " "))),
    }
}

/// Collects the strings in the members for reasons, without duplicates.
fn collect<'a>(json: &'a Value, reasons: &mut Vec<&'a str>) {
    match json {
        Value::String(text) => {
            let text = text.trim();
            if !text.is_empty() && !reasons.contains(&text) && reasons.len() < MAX_SHOWN_CHARS {
                reasons.push(text);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, reasons)),
        Value::Object(members) => {
            for reason in REASON_MEMBERS {
                let named = members.iter().filter(|(key, _)| key.eq_ignore_ascii_case(reason));
                named.for_each(|(_, value)| collect(value, reasons));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn hide(json: &mut Value, secrets: &Secrets) {
    match json {
        Value::String(text) => *text = secrets.hide(std::mem::take(text)).into_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, secrets)),
        Value::Object(members) => {
            let all = std::mem::take(members).into_iter().map(|(key, mut value)| {
                hide(&mut value, secrets);
                (secrets.hide(key).into_owned(), value)
            });
            members.extend(all);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The first line, truncated to a length that fits into an error.
fn first_line(text: &str) -> String {
    let line = stack_trace::printable(text.lines().next().unwrap_or_default());
    match line.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_found_in_the_json_of_any_gateway() {
        for (json, reason) in [
            (r#"{"error":"access denied"}"#, "access denied"),
            (r#"{"code":401,"msg":"not logged in"}"#, "not logged in"),
            (r#"{"Message":"not authorized"}"#, "not authorized"),
            (r#"{"errors":[{"message":"a"},{"message":"b"}]}"#, "a: b"),
            (r#"{"errors":["a","b"]}"#, "a: b"),
            (
                r#"{"type":"about:blank","title":"Forbidden","status":403,"detail":"read only"}"#,
                "Forbidden: read only",
            ),
            (
                r#"{"kind":"Status","status":"Failure","reason":"Forbidden","message":"no","code":403}"#,
                "Forbidden: no",
            ),
            (r#"{"error":{"code":403,"message":"nested"}}"#, "nested"),
            (r#"{"error":"Forbidden","message":"Forbidden","path":"/x"}"#, "Forbidden"),
            (r#"["a","b"]"#, "a: b"),
            (r#"{"error":"two\nlines"}"#, "two lines"),
        ] {
            let expected = format!("JSON that says “{reason}”");
            assert_eq!(described(json.as_bytes(), &Secrets::default()), expected, "{json}");
        }
    }

    #[test]
    fn without_a_reason_the_json_itself_is_shown() {
        let described = |json: &str| described(json.as_bytes(), &Secrets::default());
        assert_eq!(described(r#"{ "code": 401, "error": null }"#), r#"`{"code":401,"error":null}`"#);
        assert_eq!(described("[]"), "`[]`");
        assert_eq!(described("null"), "`null`");
        let long = described(&format!(r#"{{"a":"{}"}}"#, "é".repeat(500)));
        assert!(long.ends_with("…`") && long.chars().count() < 210, "{long}");
        assert_eq!(
            described(&format!(r#"{{"message":"{}"}}"#, "x".repeat(MAX_READ_BYTES))).chars().count(),
            203
        );
    }
}
