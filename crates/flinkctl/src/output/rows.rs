//! Rows of a table, from the elements of the server's JSON.

use std::{borrow::Cow, collections::HashMap, rc::Rc};

use serde_json::Value;

use super::{plain, secrets::hide};
use crate::json::Json;
use crate::{
    error::{Exit, Failure, Result},
    view::{Column, Part, Show},
};

/// Characters of a text that is repeated in many rows.
const MAX_REPEATED: usize = 256;

/// An element of a list.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    json: Json<'a>,
    members: Vec<(Cow<'a, str>, Json<'a>)>,
    /// Names and JSON of values of the enclosing element.
    whole: Option<Rc<Vec<(&'a str, String)>>>,
}

impl<'a> From<Json<'a>> for Row<'a> {
    fn from(json: Json<'a>) -> Self {
        let members = json.members().filter_map(|(name, value)| Some((name.as_str()?, value)));
        Self { json, members: members.collect(), whole: None }
    }
}

impl<'a> Row<'a> {
    /// Creates a row from a member of an object.
    fn member((key, value): (Json<'a>, Json<'a>)) -> Self {
        Self { json: value, members: vec![("key".into(), key), ("value".into(), value)], whole: None }
    }

    /// Adds a value.
    pub(super) fn with(mut self, name: &'static str, value: Json<'a>) -> Self {
        self.members.push((name.into(), value));
        self
    }

    /// Returns the value of a column, unless it is absent.
    pub(super) fn find(&self, column: &Column) -> Option<Json<'_>> {
        column.places().find_map(|at| self.pointer(at).filter(|value| !value.is_null()))
    }

    /// Returns the value at a JSON pointer.
    pub(super) fn pointer(&self, at: &str) -> Option<Json<'_>> {
        let Some(path) = at.strip_prefix('/') else { return Some(self.json) };
        let (name, below) = path.find('/').map_or((path, ""), |end| path.split_at(end));
        self.get(name)?.pointer(below)
    }

    /// Returns the value of this name, or the last of several.
    pub(super) fn get(&self, name: &str) -> Option<Json<'_>> {
        let own = self.members.iter().rfind(|(known, _)| known == name).map(|(_, value)| *value);
        let whole = || self.whole.iter().flat_map(|whole| whole.iter()).find(|(known, _)| *known == name);
        let own = own.or_else(|| self.json.is_array().then(|| self.json.get(name)).flatten());
        own.or_else(|| Json::of(&whole()?.1).ok())
    }

    /// Returns the names of all values.
    pub(super) fn names(&self) -> Vec<&str> {
        let whole = self.whole.iter().flat_map(|whole| whole.iter()).map(|(name, _)| *name);
        self.members.iter().map(|(name, _)| name.as_ref()).chain(whole).collect()
    }
}

/// An iterator over rows.
pub(super) type Rows<'a> = Box<dyn Iterator<Item = Row<'a>> + 'a>;

/// Returns the elements at a place. With `*` in it, returns the nested elements of each, with the named members of the
/// enclosing element that they lack themselves.
fn elements_at<'a>(json: Json<'a>, at: &str, members: Vec<&'a str>) -> Rows<'a> {
    let Some((outer, inner)) = at.split_once("/*") else { return elements(json.pointer(at)) };
    let inner = inner.to_owned();
    Box::new(elements(json.pointer(outer)).flat_map(move |whole| {
        let named = members.iter().filter_map(|name| Some((*name, repeated(whole.json.get(name)?)?)));
        let of_whole = Some(Rc::new(named.collect()));
        elements(whole.json.pointer(&inner)).map(move |part| Row { whole: of_whole.clone(), ..part })
    }))
}

/// Returns the JSON of a value that is repeated in many rows, shortened if it is a long text.
fn repeated(value: Json<'_>) -> Option<String> {
    match value.as_str() {
        Some(text) => Some(Value::from(label(&text)).to_string()),
        None if value.is_nested() => None,
        None => Some(value.shown().into_owned()),
    }
}

/// Shortens a name that is repeated in many rows to 256 characters.
pub(crate) fn label(name: &str) -> String {
    // Hidden before the cut: half a secret would not be recognised.
    let name = hide(name);
    let cut = if name.chars().nth(MAX_REPEATED).is_some() { "…" } else { "" };
    name.chars().take(MAX_REPEATED).collect::<String>() + cut
}

/// Returns the elements that a part shows, in its order; none if the part is no list. `fields` are needed besides its columns.
pub(super) fn of_part<'a>(json: Json<'a>, part: &Part, fields: &'a [String]) -> Option<Rows<'a>> {
    let columns = part.columns().unwrap_or_default().iter().flat_map(Column::places);
    let columns = columns.map(|at| at.trim_start_matches('/').split('/').next().unwrap_or_default());
    let fields = fields.iter().map(|field| field.split('.').next().unwrap_or_default());
    let members = columns.chain(fields).collect();
    match part {
        Part::Sorted(at, columns) => {
            Some(Box::new(sorted(json.pointer(at).unwrap_or(Json::NULL), columns).into_iter().map(Row::from)))
        }
        Part::Downstream(at, _) => {
            let rows = downstream(json.pointer(at).unwrap_or(Json::NULL));
            Some(Box::new(rows.into_iter().map(Row::from)))
        }
        Part::Rows(at, _) | Part::Texts(at, _) | Part::Chapters(at, ..) => {
            Some(elements_at(json, at, members))
        }
        Part::Fields(_) | Part::Made(_) | Part::All(_) | Part::Body | Part::Message(_) => None,
    }
}

/// Sorts the elements by their ids, where those are texts.
fn sorted<'a>(list: Json<'a>, columns: &[Column]) -> Vec<Json<'a>> {
    let id = columns.iter().find(|column| column.show == Show::Id);
    let mut elements: Vec<_> = list.elements().collect();
    elements.sort_by_cached_key(|element| id?.find(*element)?.as_str());
    elements
}

/// Sorts the elements so that each follows those that its `inputs` name. Flink lists sinks first.
fn downstream(list: Json<'_>) -> Vec<Json<'_>> {
    fn id(json: Json<'_>) -> Cow<'_, str> {
        json.get("id").and_then(Json::as_str).unwrap_or_default()
    }
    let mut rows: Vec<_> = list.elements().map(Some).collect();
    rows.reverse();
    // `left`: remaining rows per id. `waiting`: rows that wait for an id. `inputs`: ids that each row waits for.
    let (mut left, mut waiting) = (HashMap::<_, usize>::new(), HashMap::<_, Vec<usize>>::new());
    rows.iter().flatten().for_each(|row| *left.entry(id(*row)).or_default() += 1);
    let mut inputs = vec![0_usize; rows.len()];
    for (number, (row, count)) in rows.iter().flatten().zip(&mut inputs).enumerate() {
        let named = row.get("inputs").into_iter().flat_map(Json::elements).map(id);
        for input in named.filter(|input| left.contains_key(input)) {
            *count += 1;
            waiting.entry(input).or_default().push(number);
        }
    }
    let mut ordered = Vec::new();
    let mut ready: Vec<_> =
        inputs.iter().enumerate().filter(|(_, count)| **count == 0).map(|(number, _)| number).collect();
    while !ready.is_empty() {
        let mut next = Vec::new();
        for row in ready.into_iter().filter_map(|number| rows.get_mut(number)?.take()) {
            let last = left.get_mut(&id(row)).is_none_or(|left| {
                *left = left.saturating_sub(1);
                *left == 0
            });
            for number in if last { waiting.remove(&id(row)) } else { None }.into_iter().flatten() {
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
    // Iterations form cycles; their rows come last.
    ordered.extend(rows.into_iter().flatten());
    ordered
}

/// Returns the elements of an array, or the members of an object as `key` and `value`.
pub(super) fn elements(json: Option<Json<'_>>) -> Rows<'_> {
    match json {
        Some(json) if json.is_object() => Box::new(json.members().map(Row::member)),
        json => Box::new(json.into_iter().flat_map(Json::elements).map(Row::from)),
    }
}

/// Bytes of flattened names. Each value repeats all names above it, so a small answer could produce any number.
const MAX_FLATTENED: usize = 16 << 20;

/// Depth of flattened values; deeper ones are shown as JSON.
const MAX_NAMES: usize = 32;

/// Returns each leaf value with its path.
pub(super) fn flattened(json: Json<'_>) -> Result<Vec<(String, String)>> {
    let (mut lines, mut bytes) = (Vec::new(), 0);
    flatten(json, String::new(), 0, &mut lines, &mut bytes);
    if bytes > MAX_FLATTENED {
        return Err(Failure::new(Exit::Failed, "this answer is too large to be shown value by value")
            .hint("-o json is the server's own answer"));
    }
    Ok(lines)
}

fn flatten(json: Json<'_>, name: String, depth: usize, lines: &mut Vec<(String, String)>, bytes: &mut usize) {
    if *bytes > MAX_FLATTENED {
        return;
    }
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    if json.is_object() && depth < MAX_NAMES {
        // Plain values come first, then nested ones: Flink's own order is that of a Java hash map.
        let members = json.members().filter_map(|(key, value)| Some((key.as_str()?, value)));
        let mut members: Vec<_> = members.collect();
        members.sort_by(|(key, value), (other_key, other)| {
            (value.is_nested(), key).cmp(&(other.is_nested(), other_key))
        });
        for (key, value) in members {
            flatten(value, below(&key), depth + 1, lines, bytes);
        }
    } else if json.is_array() && depth < MAX_NAMES {
        for (index, value) in json.elements().enumerate() {
            flatten(value, below(&index.to_string()), depth + 1, lines, bytes);
        }
    } else {
        *bytes += name.len();
        lines.push((plain(&name), plain(&json.shown())));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ids(rows: &[Value]) -> String {
        let text = Value::from(rows).to_string();
        let rows = downstream(Json::of(&text).unwrap());
        rows.iter().filter_map(|row| row.get("id")).map(|id| id.shown().into_owned()).collect()
    }

    #[test]
    fn each_comes_behind_its_inputs() {
        let row = |id: &str, inputs: &[&str]| json!({"id": id, "inputs": inputs.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()});
        let mut rows = vec![
            row("e", &["c", "d"]),
            row("d", &["b"]),
            row("c", &["a", "b"]),
            row("b", &[]),
            row("a", &[]),
        ];
        assert_eq!(ids(&rows), "abcde");
        rows.reverse();
        assert_eq!(ids(&rows), "badce");
        assert_eq!(ids(&[row("b", &["a"]), row("a", &["b"])]), "ab");
        assert_eq!(downstream(Json::of("[7]").unwrap()).len(), 1);
        assert_eq!(ids(&[row("b", &["a", "a"]), row("a", &[]), row("a", &[])]), "aab");
    }

    #[test]
    fn a_long_chain_from_the_sinks_up_is_turned_round_in_one_go() {
        let row =
            |number: u32| json!({"id": number.to_string(), "inputs": [{"id": (number + 1).to_string()}]});
        let text = (0..20_000).rev().map(row).collect::<Value>().to_string();
        let rows = downstream(Json::of(&text).unwrap());
        assert_eq!((rows.len(), rows[0].get("id").unwrap().shown().as_ref()), (20_000, "19999"));
    }

    #[test]
    fn what_is_repeated_in_each_row_is_short() {
        let parts: Vec<_> = (0..1000).map(|number| json!({"part": number})).collect();
        let value =
            json!({"all": [{"name": "n".repeat(1_000_000), "other": "o".repeat(1_000_000), "parts": parts}]});
        let text = value.to_string();
        let rows = elements_at(Json::of(&text).unwrap(), "/all/*/parts", vec!["part", "name", "parts"]);
        let bytes: Vec<_> = rows.map(|row| row.get("name").unwrap().shown().len()).collect();
        assert!(bytes.len() == 1000 && bytes.iter().sum::<usize>() < 300_000, "{}", bytes.len());
    }

    #[test]
    fn names_that_are_repeated_without_end_are_refused() {
        let all: Vec<_> = (0..1000).collect();
        let flattened = |value: Value| flattened(Json::of(&value.to_string())?);
        assert_eq!(flattened(json!({"n": all})).unwrap().len(), 1000);
        assert!(flattened(json!({"n".repeat(100_000): all})).unwrap_err().hint.unwrap().contains("-o json"));
    }

    #[test]
    fn what_lies_deep_is_shown_as_json() {
        let text = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let lines = flattened(Json::of(&text).unwrap()).unwrap();
        assert_eq!(lines, [(vec!["0"; MAX_NAMES].join("."), "[".repeat(68) + &"]".repeat(68))]);
    }

    #[test]
    fn what_stands_below_each_of_several_is_one_with_what_it_is_a_part_of() {
        let text = json!({"subtasks": [
            {"subtask": 0, "name": "outer", "all": [{"name": "a"}, {"name": "b"}]},
            {"subtask": 1, "all": [{"name": "a"}]}, {"subtask": 2},
        ]})
        .to_string();
        let rows = elements_at(Json::of(&text).unwrap(), "/subtasks/*/all", vec!["subtask", "name"]);
        let shown =
            |row: Row<'_>| ["subtask", "name"].map(|name| row.get(name).unwrap().shown().into_owned());
        assert_eq!(rows.map(shown).collect::<Vec<_>>(), [["0", "a"], ["0", "b"], ["1", "a"]]);
    }
}
