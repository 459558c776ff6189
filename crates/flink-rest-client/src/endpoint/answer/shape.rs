//! Detection of JSON that is not Flink's: that of a gateway or a login page that answers 200.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use self::Member::{Flag, Id, List, Number, Object, State, Text};
use crate::value::open_enum::Word;

/// The shape by which an answer of Flink is recognised, common to all releases.
///
/// One of the members is sufficient; several allow for changes in future releases. Members with common names (`status`,
/// `name`, `id`, `message`) are left out if there are others.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums, reason = "the derive writes it, in other crates too")]
pub enum Telling {
    /// `{}`.
    Empty,
    /// An object with at least one of these members.
    Members(&'static [Member]),
    /// A list of objects that have at least one of these members, or an empty list.
    ListOf(&'static [Member]),
    /// An object with ids as keys.
    ById,
    /// Bytes, or an answer of an unknown type.
    Any,
}

/// The name of a member, and the kind of its value.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums, reason = "as `Telling`")]
pub enum Member {
    Text(&'static str),
    /// 32 hexadecimal digits.
    Id(&'static str),
    /// One of these words, or a word of a newer release: five or more capital letters.
    State(&'static str, &'static [Word]),
    Number(&'static str),
    Flag(&'static str),
    List(&'static str),
    Object(&'static str),
}

/// The default for types without a shape: a `TELLING` of the type itself takes precedence.
#[doc(hidden)]
pub trait AnyAnswer {
    const TELLING: Telling = Telling::Any;
}

impl<T> AnyAnswer for T {}

/// Declares the shape of answers of a type.
macro_rules! telling {
    ($type:ty: $telling:expr) => {
        impl $type {
            #[doc(hidden)]
            pub const TELLING: $crate::endpoint::Telling = {
                #[allow(unused_imports, reason = "not all types need all of them")]
                use $crate::endpoint::{Member::*, Telling::*};
                $telling
            };
        }
    };
}
pub(crate) use telling;

impl Telling {
    /// The shape of a list of such answers.
    #[must_use]
    pub const fn of_list(self) -> Self {
        match self {
            Self::Members(members) => Self::ListOf(members),
            other => other,
        }
    }

    /// Returns true if JSON has this shape. It is read only up to the first matching member.
    pub(crate) fn fits(self, json: &[u8]) -> bool {
        if matches!(self, Self::Any) {
            return true;
        }
        let is_found = |json: &[u8]| {
            let found = Cell::new(false);
            // The search stops early, which serde reports as an error.
            let _ = Search { telling: self, found: &found }
                .deserialize(&mut serde_json::Deserializer::from_slice(json));
            found.get()
        };
        // A string that is not UTF-8 also ends the search, so it is repeated without such strings.
        is_found(json)
            || (str::from_utf8(json).is_err() && is_found(String::from_utf8_lossy(json).as_bytes()))
    }
}

impl Member {
    fn name(self) -> &'static str {
        match self {
            Text(name)
            | Id(name)
            | State(name, _)
            | Number(name)
            | Flag(name)
            | List(name)
            | Object(name) => name,
        }
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// True for `RECONCILING`; false for `UP` or `Failure`, the states of other systems.
fn is_like_a_state(text: &str) -> bool {
    text.len() >= 5 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Searches an answer for a matching member.
struct Search<'a> {
    telling: Telling,
    found: &'a Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer of Flink")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let members = match self.telling {
            Telling::Members(members) => members,
            Telling::Empty | Telling::ById => {
                let key = map.next_key::<String>()?;
                self.found.set(match self.telling {
                    Telling::ById => key.is_none_or(|key| is_id(&key)),
                    _ => key.is_none(),
                });
                return Ok(());
            }
            Telling::ListOf(_) | Telling::Any => return Err(A::Error::custom("an object")),
        };
        while !self.found.get()
            && let Some(key) = map.next_key::<String>()?
        {
            match members.iter().find(|member| member.name() == key) {
                Some(member) => map.next_value_seed(ValueSearch { member: *member, found: self.found })?,
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Telling::ListOf(members) = self.telling else { return Err(A::Error::custom("a list")) };
        let first =
            list.next_element_seed(Search { telling: Telling::Members(members), found: self.found })?;
        if first.is_none() {
            self.found.set(true);
        }
        Ok(())
    }
}

/// Ends the search if a value has the kind of its member.
struct ValueSearch<'a> {
    member: Member,
    found: &'a Cell<bool>,
}

impl ValueSearch<'_> {
    fn found_if<E>(&self, is_of_kind: bool) -> Result<(), E> {
        self.found.set(is_of_kind);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for ValueSearch<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSearch<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.found_if(matches!(self.member, Flag(_)))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.found_if(matches!(self.member, Number(_)))
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.found_if(matches!(self.member, Number(_)))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.found_if(matches!(self.member, Number(_)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.found_if(match self.member {
            Text(_) => true,
            Id(_) => is_id(text),
            State(_, words) => words.iter().any(|word| word.text == text) || is_like_a_state(text),
            _ => false,
        })
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.found_if(matches!(self.member, Object(_)))?;
        while !self.found.get() && map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.found_if(matches!(self.member, List(_)))?;
        while !self.found.get() && list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ENDPOINTS,
        rest::jobs::{GetJobsOverview, processes::GetJobJobManagerLogUrl},
    };

    #[test]
    fn every_answer_that_is_json_has_a_shape() {
        let unknown: Vec<_> = ENDPOINTS
            .iter()
            .filter(|spec| !spec.answer.is_file() && matches!(spec.answer.telling, Telling::Any))
            .map(|spec| spec.answer.name)
            .collect();
        assert!(unknown.is_empty(), "no shape: {unknown:?}");
    }

    #[test]
    fn json_of_somebody_else_fits_no_endpoint() {
        for json in [
            r#"{"code":401,"msg":"not logged in"}"#,
            r#"{"errors":["no"]}"#,
            r#"{"error":{"message":"no"}}"#,
            r#"{"status":401}"#,
            r#"{"status":"UP"}"#,
            r#"{"kind":"Status","status":"Failure","message":"no","code":403}"#,
            r#"{"jobid":"zz","applicationid":""}"#,
            r#"{"jobs":null,"files":7,"taskmanagers":{},"vertices":"none","request-id":5}"#,
            r#"[{"code":401}]"#,
            "[[]]",
            "[1]",
            "null",
            "true",
            "7",
            r#""not logged in""#,
        ] {
            for spec in ENDPOINTS.iter().filter(|spec| !spec.answer.is_file()) {
                assert!(!spec.answer.telling.fits(json.as_bytes()), "{}: {json}", spec.name);
            }
        }
    }

    #[test]
    fn an_empty_answer_is_one_only_where_flink_gives_it() {
        let fitting = |json: &str| {
            let mut types: Vec<_> = ENDPOINTS
                .iter()
                .map(|spec| spec.answer)
                .filter(|answer| answer.telling.fits(json.as_bytes()))
                .map(|answer| answer.to_string())
                .collect();
            types.sort_unstable();
            types.dedup();
            types
        };
        assert_eq!(fitting("{}"), ["Empty", "JobResourceRequirements", "Text"]);
        let lists =
            ["Configuration", "Text", "Vec<AggregatedMetric>", "Vec<JobRescaleDetails>", "Vec<Metric>"];
        assert_eq!(fitting("[]"), lists);
    }

    #[test]
    fn the_rest_may_be_anything() {
        assert!(GetJobsOverview::SPEC.answer.telling.fits(br#"{"jobs":[ and so on"#));
        assert!(
            GetJobJobManagerLogUrl::SPEC.answer.telling.fits(b"{\"x\":\"\xff\",\"url\":\"http://\xff\"}")
        );
        let deep = format!(r#"{{"x":{}{},"jobs":[]}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(GetJobsOverview::SPEC.answer.telling.fits(deep.as_bytes()));
    }
}
