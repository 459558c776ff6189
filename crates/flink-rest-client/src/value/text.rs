//! Values parsed from strings, and suggestions for misspelled names.

use std::{fmt, marker::PhantomData};

use serde::{Deserializer, de::Visitor};

/// Deserializes a value from a string without copying it: answers are full of ids and words.
pub(crate) fn read<'de, T, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>
where
    T: for<'a> TryFrom<&'a str>,
    for<'a> <T as TryFrom<&'a str>>::Error: fmt::Display,
{
    deserializer.deserialize_str(Text(PhantomData))
}

struct Text<T>(PhantomData<T>);

impl<T> Visitor<'_> for Text<T>
where
    T: for<'a> TryFrom<&'a str>,
    for<'a> <T as TryFrom<&'a str>>::Error: fmt::Display,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        T::try_from(text).map_err(E::custom)
    }
}

/// Returns the known name that is most similar to an unknown one, if any is similar enough.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing long texts takes time, and they are not similar to any name.
    let asked: String = name.chars().take(64).collect::<String>().to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&known.to_lowercase(), &asked);
    let known = known.filter(|known| known.len() <= 256);
    known.min_by_key(|known| distance(known)).filter(|known| distance(known) <= known.len() / 3)
}
