//! Suggestions for misspelled names.

/// Returns the name that is most similar to a word, if one is similar enough.
pub(crate) fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A far longer name is no match, and would take long to compare.
    let names = names.filter(|name| name.len() <= word.len() + 64);
    let distance = |name: &&str| strsim::damerau_levenshtein(word, name);
    names.min_by_key(distance).filter(|name| distance(name) <= 1 + word.len() / 4)
}
