//! The name that somebody may have meant.

/// What may have been meant by a word that is none of these.
pub(crate) fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // What is far longer was not meant, and would take long to compare.
    let names = names.filter(|name| name.len() <= word.len() + 64);
    let distance = |name: &&str| strsim::damerau_levenshtein(word, name);
    names.min_by_key(distance).filter(|name| distance(name) <= 1 + word.len() / 4)
}
