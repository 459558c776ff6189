//! What stands at a place in the server's JSON, as rows.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{plain, secrets::hide};
use crate::{
    error::{Exit, Failure, Result},
    view::{Column, Part, Show},
};

/// Most characters of a text that is repeated in many rows.
const MAX_REPEATED: usize = 256;

/// The elements at this place; below `*`, what each of them has, with those of these members that only the whole has.
fn elements_at<'a>(value: &Value, at: &str, members: impl Iterator<Item = &'a str> + Clone) -> Vec<Value> {
    let Some((outer, inner)) = at.split_once("/*") else { return elements(value.pointer(at)) };
    let mut all = Vec::new();
    for whole in elements(value.pointer(outer)) {
        let of_whole: Vec<_> =
            members.clone().filter_map(|name| Some((name, repeated(whole.get(name)?)?))).collect();
        for mut part in elements(whole.pointer(inner)) {
            if let Some(part) = part.as_object_mut() {
                of_whole.iter().for_each(|(name, value)| {
                    part.entry(*name).or_insert_with(|| value.clone());
                });
            }
            all.push(part);
        }
    }
    all
}

/// A value that can be repeated in each of many rows: one that is short, or the beginning of a text.
fn repeated(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => Some(label(text).into()),
        Value::Array(_) | Value::Object(_) => None,
        value => Some(value.clone()),
    }
}

/// A name that is repeated in many rows, cut if it is longer than any that a person would choose.
pub(crate) fn label(name: &str) -> String {
    // Half a secret would not be known for one.
    let name = hide(name);
    let cut = if name.chars().nth(MAX_REPEATED).is_some() { "…" } else { "" };
    name.chars().take(MAX_REPEATED).collect::<String>() + cut
}

/// The elements that a part shows, in its order, if it shows several. These fields are wanted besides its columns.
pub(super) fn of_part(value: &Value, part: &Part, fields: &[String]) -> Option<Vec<Value>> {
    let columns = part
        .columns()
        .unwrap_or_default()
        .iter()
        .flat_map(|column| std::iter::once(&column.at).chain(column.or));
    let columns = columns.map(|at| at.trim_start_matches('/').split('/').next().unwrap_or_default());
    let members = columns.chain(fields.iter().map(|field| field.split('.').next().unwrap_or_default()));
    match part {
        Part::Sorted(at, columns) => Some(sorted(elements_at(value, at, members), columns)),
        Part::Downstream(at, _) => Some(downstream(elements_at(value, at, members))),
        Part::Rows(at, _) | Part::Texts(at, _) | Part::Chapters(at, ..) => {
            Some(elements_at(value, at, members))
        }
        Part::Fields(_) | Part::Made(_) | Part::All(_) | Part::Body | Part::Said(_) => None,
    }
}

/// The rows in the order of their ids, as far as those are texts.
fn sorted(mut rows: Vec<Value>, columns: &[Column]) -> Vec<Value> {
    let id = columns.iter().find(|column| column.show == Show::Id);
    rows.sort_by_cached_key(|row| id.and_then(|id| id.find(row)?.as_str().map(str::to_owned)));
    rows
}

/// The rows in an order in which each comes behind those that its `inputs` name. Flink tells them from the sinks up.
fn downstream(rows: Vec<Value>) -> Vec<Value> {
    fn id(row: &Value) -> &str {
        row.get("id").and_then(Value::as_str).unwrap_or_default()
    }
    let mut rows: Vec<_> = rows.into_iter().rev().map(Some).collect();
    // How many rows of an id are still to come, which rows wait for it, and for how many rows each waits.
    let (mut left, mut waiting) = (HashMap::<_, usize>::new(), HashMap::<_, Vec<usize>>::new());
    rows.iter().flatten().for_each(|row| *left.entry(id(row).to_owned()).or_default() += 1);
    let mut inputs = vec![0_usize; rows.len()];
    for (number, (row, count)) in rows.iter().flatten().zip(&mut inputs).enumerate() {
        let named = row.get("inputs").and_then(Value::as_array).into_iter().flatten().map(id);
        for input in named.filter(|input| left.contains_key(*input)) {
            *count += 1;
            waiting.entry(input.to_owned()).or_default().push(number);
        }
    }
    let mut ordered = Vec::new();
    let mut ready: Vec<_> =
        inputs.iter().enumerate().filter(|(_, count)| **count == 0).map(|(number, _)| number).collect();
    while !ready.is_empty() {
        let mut next = Vec::new();
        for row in ready.into_iter().filter_map(|number| rows.get_mut(number)?.take()) {
            let last = left.get_mut(id(&row)).is_none_or(|left| {
                *left = left.saturating_sub(1);
                *left == 0
            });
            for number in if last { waiting.remove(id(&row)) } else { None }.into_iter().flatten() {
                if let Some(count) = inputs.get_mut(number) {
                    *count -= 1;
                    next.extend((*count == 0).then_some(number));
                }
            }
            ordered.push(row);
        }
        next.sort_unstable();
        ready = next;
    }
    // Iterations go in circles.
    ordered.extend(rows.into_iter().flatten());
    ordered
}

/// The elements of an array; an object's members as `key` and `value`.
pub(super) fn elements(value: Option<&Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(elements)) => elements.clone(),
        Some(Value::Object(members)) => {
            members.iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
        }
        _ => Vec::new(),
    }
}

/// Most bytes of flattened names: each value repeats all names above it, so a small answer can make any number of them.
const MAX_FLATTENED: usize = 16 << 20;

/// Each value with the names that lead to it.
pub(super) fn flattened(value: &Value) -> Result<Vec<(String, String)>> {
    let (mut lines, mut bytes) = (Vec::new(), 0);
    flatten(value, String::new(), &mut lines, &mut bytes);
    if bytes > MAX_FLATTENED {
        return Err(Failure::new(Exit::Failed, "this answer is too large to be shown value by value")
            .hint("-o json is the server's own answer"));
    }
    Ok(lines)
}

fn flatten(value: &Value, name: String, lines: &mut Vec<(String, String)>, bytes: &mut usize) {
    if *bytes > MAX_FLATTENED {
        return;
    }
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        // What is one value comes first, then what has parts: Flink's own order is that of a Java map.
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, value)| (value.is_object() || value.is_array(), *key));
            members.into_iter().for_each(|(key, value)| flatten(value, below(key), lines, bytes));
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                flatten(value, below(&index.to_string()), lines, bytes);
            }
        }
        value => {
            *bytes += name.len();
            lines.push((plain(&name.into()), plain(value)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_comes_behind_its_inputs() {
        let row = |id: &str, inputs: &[&str]| json!({"id": id, "inputs": inputs.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()});
        let ids = |rows: Vec<Value>| rows.iter().map(|row| plain(&row["id"])).collect::<String>();
        let rows = vec![
            row("e", &["c", "d"]),
            row("d", &["b"]),
            row("c", &["a", "b"]),
            row("b", &[]),
            row("a", &[]),
        ];
        assert_eq!(ids(downstream(rows.clone())), "abcde");
        assert_eq!(ids(downstream(rows.into_iter().rev().collect())), "badce");
        assert_eq!(ids(downstream(vec![row("b", &["a"]), row("a", &["b"])])), "ab");
        assert_eq!(downstream(vec![json!(7)]), [json!(7)]);
        assert_eq!(ids(downstream(vec![row("b", &["a", "a"]), row("a", &[]), row("a", &[])])), "aab");
    }

    #[test]
    fn a_long_chain_from_the_sinks_up_is_turned_round_in_one_go() {
        let row =
            |number: u32| json!({"id": number.to_string(), "inputs": [{"id": (number + 1).to_string()}]});
        let rows = downstream((0..100_000).rev().map(row).collect());
        assert_eq!((rows.len(), &rows[0]["id"]), (100_000, &json!("99999")));
    }

    #[test]
    fn what_is_repeated_in_each_row_is_short() {
        let parts: Vec<_> = (0..1000).map(|number| json!({"part": number})).collect();
        let value =
            json!({"all": [{"name": "n".repeat(1_000_000), "other": "o".repeat(1_000_000), "parts": parts}]});
        let rows = elements_at(&value, "/all/*/parts", ["part", "name", "parts"].into_iter());
        let bytes: usize = rows.iter().map(|row| row.to_string().len()).sum();
        assert!(rows.len() == 1000 && bytes < 300_000, "{bytes}");
    }

    #[test]
    fn names_that_are_repeated_without_end_are_refused() {
        let all: Vec<_> = (0..1000).collect();
        assert_eq!(flattened(&json!({"n": all})).unwrap().len(), 1000);
        assert!(flattened(&json!({"n".repeat(100_000): all})).unwrap_err().hint.unwrap().contains("-o json"));
    }

    #[test]
    fn what_stands_below_each_of_several_is_one_with_what_it_is_a_part_of() {
        let value = json!({"subtasks": [
            {"subtask": 0, "name": "outer", "all": [{"name": "a"}, {"name": "b"}]},
            {"subtask": 1, "all": [{"name": "a"}]}, {"subtask": 2},
        ]});
        let rows = elements_at(&value, "/subtasks/*/all", ["subtask", "name"].into_iter());
        let rows: Vec<_> = rows.iter().map(|row| (&row["subtask"], &row["name"])).collect();
        assert_eq!(rows, [(&json!(0), &json!("a")), (&json!(0), &json!("b")), (&json!(1), &json!("a"))]);
    }
}
