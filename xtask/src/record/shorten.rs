//! Shortens long responses without changing their structure.

use std::collections::BTreeMap;

use serde_json::Value;

/// Maximum number of elements of a list.
const MAX_ELEMENTS: usize = 6;

/// Maximum depth of lists with elements; deeper ones are emptied, because flame graphs are deep.
const MAX_LEVELS: usize = 20;

/// Maximum number of characters of a string.
const MAX_CHARACTERS: usize = 600;

/// Maximum number of characters of a string with stack traces, and of frames in each of its traces.
const MAX_TRACE_CHARACTERS: usize = 3000;
const MAX_FRAMES: usize = 2;

/// Shortens lists, strings and stack traces. Returns the number of removed elements or characters by JSON pointer.
pub(super) fn shorten(answer: &mut Value) -> BTreeMap<String, usize> {
    let mut left_out = BTreeMap::new();
    shorten_below(String::new(), answer, &mut left_out);
    left_out
}

fn shorten_below(at: String, value: &mut Value, left_out: &mut BTreeMap<String, usize>) {
    match value {
        Value::Array(elements) => {
            let maximum = if at.matches('/').count() < MAX_LEVELS { MAX_ELEMENTS } else { 0 };
            if elements.len() > maximum {
                left_out.insert(at.clone(), elements.len() - maximum);
                elements.truncate(maximum);
            }
            for (index, element) in elements.iter_mut().enumerate() {
                shorten_below(format!("{at}/{index}"), element, left_out);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                shorten_below(format!("{at}/{key}"), member, left_out);
            }
        }
        Value::String(text) => {
            let short = shorten_text(text);
            if short.len() < text.len() {
                left_out.insert(at, text.chars().count() - short.chars().count());
                *text = short;
            }
        }
        _ => {}
    }
}

fn shorten_text(text: &str) -> String {
    let mut frames = 0;
    let is_kept = |line: &&str| {
        frames = if line.starts_with("\tat ") { frames + 1 } else { 0 };
        frames <= MAX_FRAMES
    };
    let maximum = if text.contains("\n\tat ") { MAX_TRACE_CHARACTERS } else { MAX_CHARACTERS };
    text.split_inclusive('\n').filter(is_kept).collect::<String>().chars().take(maximum).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn short_values_stay() {
        let mut answer =
            json!({"jobs": [1, 2, 3], "text": "a\nb", "trace": "E: x\n\tat a\n\tat b\nCaused by: y"});
        let before = answer.clone();
        assert!(shorten(&mut answer).is_empty());
        assert_eq!(answer, before);
    }

    #[test]
    fn deep_values_are_cut_and_counted() {
        let mut answer = (0..30).fold(json!([]), |children, _| json!({ "children": [children] }));
        let left_out = shorten(&mut answer);
        let counts: Vec<_> = left_out.into_iter().collect();
        assert_eq!(counts, [(format!("{}/children", "/children/0".repeat(10)), 1)]);
    }

    #[test]
    fn long_values_are_cut_and_counted() {
        let trace = "E: x\n\tat a\n\tat b\n\tat c\nCaused by: y\n\tat d\n\t... 3 more\n";
        let mut answer =
            json!({"list": (0..9).collect::<Vec<_>>(), "a/b": ["ä".repeat(601)], "trace": trace});
        let left_out = shorten(&mut answer);
        assert_eq!(answer["list"], json!([0, 1, 2, 3, 4, 5]));
        assert_eq!(answer["a/b"][0].as_str().unwrap().chars().count(), 600);
        assert_eq!(answer["trace"], "E: x\n\tat a\n\tat b\nCaused by: y\n\tat d\n\t... 3 more\n");
        let counts = [("/a~1b/0", 1), ("/list", 3), ("/trace", 6)].map(|(at, gone)| (at.to_owned(), gone));
        assert_eq!(left_out, BTreeMap::from(counts));
    }
}
