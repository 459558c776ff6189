//! The types of answers for Python's checkers, from the samples in `spec/`: what each release's own classes write.

use std::{collections::BTreeMap, fmt::Write, fs};

use anyhow::{Context, Result};
use flink_rest_client::{ENDPOINTS, endpoint::Spec};
use serde_json::Value;

/// What a value may be.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    is_nullable: bool,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Any,
    Plain(&'static str),
    List(Box<Shape>),
    /// By ids or the like.
    Map(Box<Shape>),
    /// Members, and whether each is always there.
    Object(BTreeMap<String, (Shape, bool)>),
}

/// The type of an answer: its name, or that of its items, and whether it is a list.
type Key = (&'static str, bool);

fn key(spec: &Spec) -> Key {
    (spec.answer.name, spec.answer.is_list)
}

/// The types of all answers, by the names of the Rust ones.
pub(super) struct Answers {
    named: Vec<(String, Kind)>,
    whole: BTreeMap<Key, String>,
}

impl Answers {
    pub(super) fn read() -> Result<Self> {
        let mut shapes: BTreeMap<Key, Shape> = BTreeMap::new();
        let folder = flink_workspace::root().join("crates/flink-rest-client/spec");
        for entry in fs::read_dir(folder)? {
            let release: Value = serde_json::from_str(&fs::read_to_string(entry?.path())?)?;
            for (route, declared) in release.as_object().context("a spec is an object")? {
                let samples = declared.get("answers").and_then(Value::as_array);
                for spec in
                    ENDPOINTS.iter().filter(|spec| plain_route(&flink_route(spec)) == plain_route(route))
                {
                    for sample in samples.into_iter().flatten() {
                        let shape = Shape::of(sample);
                        let known = shapes.remove(&key(spec)).map_or(shape.clone(), |known| known.or(shape));
                        shapes.insert(key(spec), known);
                    }
                }
            }
        }
        let mut answers = Self { named: Vec::new(), whole: BTreeMap::new() };
        for (response, shape) in shapes {
            let (name, _) = response;
            let name: String = name.chars().filter(|letter| letter.is_alphanumeric()).collect();
            let whole = answers.python(&shape, &name);
            answers.whole.insert(response, whole);
        }
        Ok(answers)
    }

    /// The type of an endpoint's answer, as it is named in files that import `answers`.
    pub(super) fn of(&self, spec: &Spec) -> String {
        let Some(text) = self.whole.get(&key(spec)) else {
            return if spec.answer.is_file() { "bytes" } else { "dict[str, Any]" }.into();
        };
        let is_named = |word: &str| self.named.iter().any(|(known, _)| known == word);
        let words = text.split_inclusive(|letter: char| !letter.is_alphanumeric());
        let qualified = |part| {
            let word: &str = str::trim_end_matches(part, |letter: char| !letter.is_alphanumeric());
            if is_named(word) { format!("answers.{part}") } else { part.to_owned() }
        };
        words.map(qualified).collect()
    }

    /// The file with all of them.
    pub(super) fn file(&self) -> String {
        let mut text = String::from(
            "\"\"\"The types of answers, for type checkers alone: written by `cargo xtask python` from what Flink's releases say.\n\n\
             A member that some release or some case leaves out is `NotRequired`. Times are milliseconds since 1970, durations\n\
             milliseconds; -1 is often none. Where a number cannot be told, Flink sends the text `NaN`.\n\"\"\"\n\n\
             from typing import Any, TypedDict\n\n\
             from typing_extensions import NotRequired\n",
        );
        for (name, kind) in &self.named {
            let Kind::Object(members) = kind else { continue };
            let members: String = members
                .iter()
                .map(|(key, (shape, is_required))| {
                    let ty = self.existing(shape);
                    let ty = if *is_required { ty } else { format!("NotRequired[{ty}]") };
                    format!("        \"{key}\": {ty},\n")
                })
                .collect();
            let _ = write!(text, "\n{name} = TypedDict(\n    \"{name}\",\n    {{\n{members}    }},\n)\n");
        }
        text
    }

    /// The Python type of a shape whose objects all have names.
    fn existing(&self, shape: &Shape) -> String {
        let text = match &shape.kind {
            Kind::Any => return "Any".into(),
            Kind::Plain(name) => (*name).into(),
            Kind::List(inner) => format!("list[{}]", self.existing(inner)),
            Kind::Map(inner) => format!("dict[str, {}]", self.existing(inner)),
            Kind::Object(members) if members.is_empty() => "dict[str, Any]".into(),
            object => self
                .named
                .iter()
                .find(|(_, known)| known == object)
                .map_or("Any", |(name, _)| name)
                .to_owned(),
        };
        if shape.is_nullable { format!("{text} | None") } else { text }
    }

    /// The same, of one whose objects get names from where they stand. Those within come first.
    fn python(&mut self, shape: &Shape, name: &str) -> String {
        match &shape.kind {
            Kind::List(inner) | Kind::Map(inner) => _ = self.python(inner, name),
            Kind::Object(members) if !members.is_empty() => {
                for (key, (member, _)) in members {
                    self.python(member, &format!("{name}{}", camel(key)));
                }
                if !self.named.iter().any(|(_, known)| *known == shape.kind) {
                    self.named.push((name.to_owned(), shape.kind.clone()));
                }
            }
            _ => {}
        }
        self.existing(shape)
    }
}

impl Shape {
    fn of(sample: &Value) -> Self {
        let kind = match sample {
            Value::Null => return Self { is_nullable: true, kind: Kind::Any },
            Value::Bool(_) => Kind::Plain("bool"),
            Value::Number(number) if number.is_f64() => Kind::Plain("float"),
            Value::Number(_) => Kind::Plain("int"),
            Value::String(_) => Kind::Plain("str"),
            Value::Array(items) => Kind::List(Box::new(Self::of_all(items))),
            Value::Object(members)
                if !members.is_empty() && members.keys().all(|key| is_id(key) || is_word(key)) =>
            {
                Kind::Map(Box::new(Self::of_all(members.values())))
            }
            Value::Object(members) => Kind::Object(
                members.iter().map(|(key, value)| (key.clone(), (Self::of(value), true))).collect(),
            ),
        };
        Self { is_nullable: false, kind }
    }

    fn of_all<'a>(samples: impl IntoIterator<Item = &'a Value>) -> Self {
        let any = Self { is_nullable: false, kind: Kind::Any };
        samples.into_iter().map(Self::of).reduce(Self::or).unwrap_or(any)
    }

    /// What may be either.
    fn or(self, other: Self) -> Self {
        let is_nullable = self.is_nullable || other.is_nullable;
        let kind = match (self.kind, other.kind) {
            (Kind::Any, kind) | (kind, Kind::Any) => kind,
            (Kind::Plain("int"), Kind::Plain("float")) | (Kind::Plain("float"), Kind::Plain("int")) => {
                Kind::Plain("float")
            }
            (Kind::List(one), Kind::List(two)) => Kind::List(Box::new(one.or(*two))),
            (Kind::Map(one), Kind::Map(two)) => Kind::Map(Box::new(one.or(*two))),
            (Kind::Map(map), Kind::Object(none)) | (Kind::Object(none), Kind::Map(map))
                if none.is_empty() =>
            {
                Kind::Map(map)
            }
            (Kind::Object(one), Kind::Object(two)) => Kind::Object(either(one, two)),
            (one, two) if one == two => one,
            _ => Kind::Any,
        };
        Self { is_nullable, kind }
    }
}

type Members = BTreeMap<String, (Shape, bool)>;

fn either(mut one: Members, two: Members) -> Members {
    for (key, (_, is_required)) in &mut one {
        *is_required &= two.contains_key(key);
    }
    for (key, (shape, is_required)) in two {
        let both = match one.remove(&key) {
            Some((known, was_required)) => (known.or(shape), was_required && is_required),
            None => (shape, false),
        };
        one.insert(key, both);
    }
    one
}

/// A key that stands for any id or name in the samples.
fn is_id(key: &str) -> bool {
    key.len() == 32 && key.chars().all(|letter| letter.is_ascii_hexdigit())
}

/// A key that is a word of an enum, of which a newer Flink may have more.
fn is_word(key: &str) -> bool {
    key.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')
}

fn flink_route(spec: &Spec) -> String {
    format!("{} {}", spec.method, spec.path)
}

/// A route without the names of its parameters, which Flink calls otherwise.
fn plain_route(route: &str) -> String {
    let parts = route.split('/').map(|part| if part.starts_with([':', '{']) { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn camel(key: &str) -> String {
    let words = key.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..])).collect()
}
