//! Flink's releases, as far as the REST API differs between them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::trace;

/// The release of a server, such as `1.20.5`, `2.3-SNAPSHOT` or `1.17.1-amzn-0`.
///
/// Compared by major and minor number: patch releases do not change the REST API.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FlinkVersion {
    major: u32,
    minor: u32,
    text: String,
}

impl FlinkVersion {
    /// Major and minor number.
    pub fn release(&self) -> (u32, u32) {
        (self.major, self.minor)
    }

    /// What it would take, if this release is outside `since..=until`.
    pub(crate) fn lacks(&self, since: Option<&str>, until: Option<&str>) -> Option<String> {
        let release = |text: &str| text.parse::<Self>().ok().map(|version| version.release());
        let too_old = since.filter(|text| release(text).is_some_and(|first| self.release() < first));
        let too_new = until.filter(|text| release(text).is_some_and(|last| self.release() > last));
        match (too_old, too_new) {
            (Some(first), _) => Some(format!("{first} or newer")),
            (_, Some(last)) => Some(format!("{last} or older")),
            _ => None,
        }
    }
}

impl FromStr for FlinkVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let number = |part: Option<&str>| {
            let digits = part?.split(|c: char| !c.is_ascii_digit()).next()?;
            digits.parse::<u32>().ok()
        };
        let mut parts = text.trim().split('.');
        match (number(parts.next()), number(parts.next())) {
            (Some(major), Some(minor)) => Ok(Self { major, minor, text: text.trim().into() }),
            _ => Err(InvalidVersion { text: text.into() }),
        }
    }
}

/// A text that is no Flink release.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{}` is no Flink release; they look like 1.20.5", trace::printable(text))]
pub struct InvalidVersion {
    text: String,
}

impl TryFrom<String> for FlinkVersion {
    type Error = InvalidVersion;

    fn try_from(text: String) -> Result<Self, InvalidVersion> {
        text.parse()
    }
}

impl From<FlinkVersion> for String {
    fn from(version: FlinkVersion) -> Self {
        version.text
    }
}

impl fmt::Display for FlinkVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for FlinkVersion {
    fn eq(&self, other: &Self) -> bool {
        self.release() == other.release()
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
        self.release().cmp(&other.release())
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
        assert_eq!(version("1.17.1-amzn-0").release(), (1, 17));
        assert_eq!(version("1.17.1-amzn-0").to_string(), "1.17.1-amzn-0");
    }

    #[test]
    fn other_texts_are_no_release() {
        for text in ["", "2", "latest", ".1", "v1.13"] {
            assert!(text.parse::<FlinkVersion>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_release_lacks_what_is_newer_or_gone() {
        assert_eq!(version("1.15.4").lacks(Some("1.16"), None).unwrap(), "1.16 or newer");
        assert_eq!(version("2.0.2").lacks(None, Some("1.20")).unwrap(), "1.20 or older");
        assert_eq!(version("1.20.5").lacks(Some("1.16"), Some("1.20")), None);
    }
}
