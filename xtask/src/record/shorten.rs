//! Makes long answers short without changing their structure.

use std::collections::BTreeMap;

use serde_json::Value;

/// Elements that stay of each list.
const ELEMENTS: usize = 6;

/// Levels below which lists lose all of their elements: flame graphs are deep.
const LEVELS: usize = 20;

/// Characters that stay of each text.
const CHARACTERS: usize = 600;

/// Characters that stay of each text with stack traces, and frames of each run of them.
const TRACE: usize = 3000;
const FRAMES: usize = 2;

/// Cuts lists, texts and stack traces, and tells how many elements or characters are gone from which place, a JSON
/// pointer.
pub(super) fn shorten(answer: &mut Value) -> BTreeMap<String, usize> {
    let mut left_out = BTreeMap::new();
    shorten_below(String::new(), answer, &mut left_out);
    left_out
}

fn shorten_below(at: String, value: &mut Value, left_out: &mut BTreeMap<String, usize>) {
    match value {
        Value::Array(elements) => {
            let most = if at.matches('/').count() < LEVELS { ELEMENTS } else { 0 };
            if elements.len() > most {
                left_out.insert(at.clone(), elements.len() - most);
                elements.truncate(most);
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
        frames <= FRAMES
    };
    let most = if text.contains("\n\tat ") { TRACE } else { CHARACTERS };
    text.split_inclusive('\n').filter(is_kept).collect::<String>().chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_short_stays_as_it_is() {
        let mut answer =
            json!({"jobs": [1, 2, 3], "text": "a\nb", "trace": "E: x\n\tat a\n\tat b\nCaused by: y"});
        let before = answer.clone();
        assert!(shorten(&mut answer).is_empty());
        assert_eq!(answer, before);
    }

    #[test]
    fn what_is_deep_is_cut_and_told() {
        let mut answer = (0..30).fold(json!([]), |children, _| json!({ "children": [children] }));
        let left_out = shorten(&mut answer);
        let told: Vec<_> = left_out.into_iter().collect();
        assert_eq!(told, [(format!("{}/children", "/children/0".repeat(10)), 1)]);
    }

    #[test]
    fn what_is_long_is_cut_and_told() {
        let trace = "E: x\n\tat a\n\tat b\n\tat c\nCaused by: y\n\tat d\n\t... 3 more\n";
        let mut answer =
            json!({"list": (0..9).collect::<Vec<_>>(), "a/b": ["ä".repeat(601)], "trace": trace});
        let left_out = shorten(&mut answer);
        assert_eq!(answer["list"], json!([0, 1, 2, 3, 4, 5]));
        assert_eq!(answer["a/b"][0].as_str().unwrap().chars().count(), 600);
        assert_eq!(answer["trace"], "E: x\n\tat a\n\tat b\nCaused by: y\n\tat d\n\t... 3 more\n");
        let told = [("/a~1b/0", 1), ("/list", 3), ("/trace", 6)].map(|(at, gone)| (at.to_owned(), gone));
        assert_eq!(left_out, BTreeMap::from(told));
    }
}
