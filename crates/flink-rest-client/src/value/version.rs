//! Flink releases.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::value::stack_trace;

/// The release of a server, such as `1.20.5`, `2.3-SNAPSHOT` or `1.17.1-amzn-0`.
///
/// Releases are compared by major and minor number: patch releases do not change the REST API.
///
/// Some servers send no release, `<unknown>`, or a vendor's own text. Such a release counts as newer than all others,
/// so that no endpoint is refused. Only a parameter that the server might ignore silently is refused, until
/// [`ClientBuilder::flink_version`](crate::ClientBuilder::flink_version) sets the release.
#[derive(Clone, Debug)]
pub struct FlinkVersion {
    release: Option<(u32, u32)>,
    text: String,
}

/// First release that ignores unknown members of a request. Older ones answer 400.
const IGNORES_UNKNOWN_MEMBERS: (u32, u32) = (1, 20);

impl FlinkVersion {
    /// Returns the major and minor number; `None` if the server's text cannot be read.
    pub fn release(&self) -> Option<(u32, u32)> {
        self.release
    }

    pub(crate) fn text_mut(&mut self) -> &mut String {
        &mut self.text
    }

    /// Creates a release from any text of a server.
    pub(crate) fn from_server(text: &str) -> Self {
        text.parse().unwrap_or_else(|_| Self { release: None, text: text.trim().into() })
    }

    /// The required releases, if this one is outside `since..=until`. An unreadable release lacks nothing.
    pub(crate) fn lacks(&self, since: Option<&str>, until: Option<&str>) -> Option<String> {
        let own = self.release?;
        let too_old = since.filter(|text| release(text).is_some_and(|first| own < first));
        let too_new = until.filter(|text| release(text).is_some_and(|last| own > last));
        needs(too_old, too_new)
    }

    /// The required releases, if this one is unreadable.
    pub(crate) fn may_lack(&self, since: Option<&str>, until: Option<&str>) -> Option<String> {
        if self.release.is_some() { None } else { needs(since, until) }
    }

    /// The required releases, if this one is unreadable and may silently ignore a parameter that only `since..=until`
    /// know.
    pub(crate) fn may_ignore(&self, since: Option<&str>, until: Option<&str>) -> Option<String> {
        // A server knows older parameters, or refuses them itself.
        let since = since.filter(|text| release(text).is_some_and(|first| first > IGNORES_UNKNOWN_MEMBERS));
        self.may_lack(since, until)
    }

    /// The key for comparisons. An unreadable release is the newest.
    fn rank(&self) -> (u32, u32) {
        self.release.unwrap_or((u32::MAX, u32::MAX))
    }
}

fn needs(since: Option<&str>, until: Option<&str>) -> Option<String> {
    match (since, until) {
        (Some(first), _) => Some(format!("{first} or newer")),
        (_, Some(last)) => Some(format!("{last} or older")),
        _ => None,
    }
}

/// Parses the major and minor number at the start of a text: `1.20.5`, `v1.18`, `flink-2.0-SNAPSHOT`, `1.17.2_acme`.
fn release(text: &str) -> Option<(u32, u32)> {
    let text = text.trim().to_lowercase();
    let text = ["apache-", "apache ", "release-", "flink-", "flink ", "v"]
        .iter()
        .fold(text.as_str(), |text, prefix| text.strip_prefix(prefix).unwrap_or(text));
    let number = |part: Option<&str>| {
        let digits = part?.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse::<u32>().ok()
    };
    let mut parts = text.split('.');
    // The minor number must follow the major one directly.
    let major = parts.next().filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    Some((number(major)?, number(parts.next())?))
}

impl FromStr for FlinkVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        match release(text) {
            Some(release) => Ok(Self { release: Some(release), text: text.trim().into() }),
            None => Err(InvalidVersion { text: text.into() }),
        }
    }
}

/// The error for a text that is not a Flink release.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{}` is not a Flink release; releases look like 1.20.5", stack_trace::printable(text))]
pub struct InvalidVersion {
    text: String,
}

impl<'de> Deserialize<'de> for FlinkVersion {
    /// Accepts any JSON: a strange release must not keep anyone from a cluster.
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(json)? {
            Value::String(text) => Self::from_server(&text),
            Value::Null => Self::default(),
            other => Self::from_server(&other.to_string()),
        })
    }
}

impl Serialize for FlinkVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

/// An unknown release.
impl Default for FlinkVersion {
    fn default() -> Self {
        Self { release: None, text: String::new() }
    }
}

impl fmt::Display for FlinkVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.release {
            Some(_) => f.write_str(&stack_trace::printable(&self.text)),
            None if self.text.is_empty() => f.write_str("of an unknown release"),
            None => write!(f, "of an unknown release (`{}`)", stack_trace::printable(&self.text)),
        }
    }
}

impl PartialEq for FlinkVersion {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for FlinkVersion {}

impl PartialOrd for FlinkVersion {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FlinkVersion {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> FlinkVersion {
        text.parse().unwrap()
    }

    #[test]
    fn releases_are_compared_as_numbers() {
        assert!(version("1.9.3") < version("1.13.6"));
        assert!(version("1.20.5") < version("2.0-SNAPSHOT"));
        assert!(version("2.3.0") < FlinkVersion::from_server("<unknown>"));
        assert_eq!(version("1.17.1-amzn-0").to_string(), "1.17.1-amzn-0");
    }

    #[test]
    fn the_names_of_vendors_are_read_as_far_as_they_tell() {
        for (text, release) in [
            ("1.19.1-amzn-0", (1, 19)),
            ("2.0-SNAPSHOT", (2, 0)),
            ("1.20-vvr-8.0.9", (1, 20)),
            ("1.17.2_acme", (1, 17)),
            ("v1.18", (1, 18)),
            ("Flink-1.16.3", (1, 16)),
            ("release-1.18.1", (1, 18)),
            (" 1.13.6 ", (1, 13)),
        ] {
            assert_eq!(version(text).release(), Some(release), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_release() {
        for text in ["", "2", "latest", ".1", "<unknown>", "vvr-8.0.9", "1-x.2", "1.x"] {
            assert!(text.parse::<FlinkVersion>().is_err(), "{text}");
            assert_eq!(FlinkVersion::from_server(text).release(), None, "{text}");
        }
    }

    #[test]
    fn whatever_a_server_says_is_read() {
        for json in ["null", "\"<unknown>\"", "\"\"", "7", "[1]", "{}"] {
            assert_eq!(serde_json::from_str::<FlinkVersion>(json).unwrap().release(), None, "{json}");
        }
        assert_eq!(serde_json::from_str::<FlinkVersion>("1.18").unwrap().release(), Some((1, 18)));
    }

    #[test]
    fn a_release_lacks_what_is_newer_or_gone() {
        assert_eq!(version("1.15.4").lacks(Some("1.16"), None).unwrap(), "1.16 or newer");
        assert_eq!(version("2.0.2").lacks(None, Some("1.20")).unwrap(), "1.20 or older");
        assert_eq!(version("1.20.5").lacks(Some("1.16"), Some("1.20")), None);
    }

    #[test]
    fn of_an_unknown_release_only_silence_is_feared() {
        let unknown = FlinkVersion::default();
        assert_eq!(unknown.lacks(Some("9.9"), Some("1.13")), None);
        assert_eq!(unknown.may_ignore(Some("1.17"), None), None);
        assert_eq!(unknown.may_ignore(Some("2.3"), None).unwrap(), "2.3 or newer");
        assert_eq!(unknown.may_ignore(None, Some("1.20")).unwrap(), "1.20 or older");
        assert_eq!(version("2.3.0").may_ignore(Some("2.3"), None), None);
    }
}
