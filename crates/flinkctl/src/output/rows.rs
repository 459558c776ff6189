//! What stands at a place in the server's JSON, as rows.

use std::{collections::HashSet, mem};

use serde_json::{Value, json};

use super::plain;
use crate::view::{Column, Part, Show};

/// The elements at this place; below `*`, what each of them has, as one with what it is a part of.
fn elements_at(value: &Value, at: &str) -> Vec<Value> {
    let Some((outer, inner)) = at.split_once("/*") else { return elements(value.pointer(at)) };
    let parts = |whole: Value| {
        let merged = |mut part: Value| {
            if let (Some(part), Some(whole)) = (part.as_object_mut(), whole.as_object()) {
                whole.iter().for_each(|(key, value)| _ = part.entry(key).or_insert_with(|| value.clone()));
            }
            part
        };
        elements(whole.pointer(inner)).into_iter().map(merged).collect::<Vec<_>>()
    };
    elements(value.pointer(outer)).into_iter().flat_map(parts).collect()
}

/// The elements that a part shows, in its order, if it shows several.
pub(super) fn of_part(value: &Value, part: &Part) -> Option<Vec<Value>> {
    match part {
        Part::Sorted(at, columns) => Some(sorted(elements_at(value, at), columns)),
        Part::Downstream(at, _) => Some(downstream(elements_at(value, at))),
        Part::Rows(at, _) | Part::Texts(at, _) | Part::Chapters(at, ..) => Some(elements_at(value, at)),
        Part::Fields(_) | Part::All(_) | Part::Body | Part::Said(_) => None,
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
    let id = |row: &Value| row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let inputs = |row: &Value| elements(row.get("inputs")).iter().map(id).collect::<Vec<_>>();
    let mut waiting: Vec<_> = rows.into_iter().rev().map(|row| (id(&row), inputs(&row), row)).collect();
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let left: HashSet<_> = waiting.iter().map(|(id, ..)| id.clone()).collect();
        let is_ready =
            |(_, inputs, _): &(String, Vec<String>, Value)| inputs.iter().all(|input| !left.contains(input));
        let (mut ready, others): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_ready);
        // Iterations go in circles.
        waiting = if ready.is_empty() { mem::replace(&mut ready, others) } else { others };
        ordered.extend(ready.into_iter().map(|(.., row)| row));
    }
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

/// Each value with the names that lead to it.
pub(super) fn flatten(value: &Value, name: String, lines: &mut Vec<(String, String)>) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        // What is one value comes first, then what has parts: Flink's own order is that of a Java map.
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, value)| (value.is_object() || value.is_array(), *key));
            members.into_iter().for_each(|(key, value)| flatten(value, below(key), lines));
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                flatten(value, below(&index.to_string()), lines);
            }
        }
        value => lines.push((plain(&name.into()), plain(value))),
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
    }

    #[test]
    fn what_stands_below_each_of_several_is_one_with_what_it_is_a_part_of() {
        let value = json!({"subtasks": [
            {"subtask": 0, "name": "outer", "all": [{"name": "a"}, {"name": "b"}]},
            {"subtask": 1, "all": [{"name": "a"}]}, {"subtask": 2},
        ]});
        let rows = elements_at(&value, "/subtasks/*/all");
        let rows: Vec<_> = rows.iter().map(|row| (&row["subtask"], &row["name"])).collect();
        assert_eq!(rows, [(&json!(0), &json!("a")), (&json!(0), &json!("b")), (&json!(1), &json!("a"))]);
    }
}
