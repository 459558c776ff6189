//! Lenient deserialization of optional data: a value of an unexpected shape is skipped, and is not an error.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use crate::value::time::Long;

/// Reads a value, or the default if it has another shape. For small values only, because it is first parsed as JSON.
pub fn or_default<'de, T: DeserializeOwned + Default, D: Deserializer<'de>>(json: D) -> Result<T, D::Error> {
    Ok(T::deserialize(Value::deserialize(json)?).unwrap_or_default())
}

/// Reads a time or a duration in milliseconds; `None` if it is negative or not an integer.
pub(crate) fn millis<'de, T: Long, D: Deserializer<'de>>(json: D) -> Result<Option<T>, D::Error> {
    let long = Value::deserialize(json)?.as_i64().filter(|long| *long >= 0);
    Ok(long.and_then(T::from_long))
}

/// Reads a list, skipping items of another shape. Other values give an empty list.
pub fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(json: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Item<T> {
        Known(T),
        Other(IgnoredAny),
    }

    struct List<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = items.next_element()? {
                match item {
                    Item::Known(item) => list.push(item),
                    Item::Other(IgnoredAny) => {}
                }
            }
            Ok(list)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<T>, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Vec::new())
        }

        fn visit_unit<E>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_bool<E>(self, _: bool) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_i64<E>(self, _: i64) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_u64<E>(self, _: u64) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_f64<E>(self, _: f64) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_str<E>(self, _: &str) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }
    }

    json.deserialize_any(List(PhantomData))
}
