//! Supported releases of Flink.

use crate::Error;

/// The newest patch release of every supported minor, oldest first.
pub const VERSIONS: [&str; 12] = [
    "1.13.6", "1.14.6", "1.15.4", "1.16.3", "1.17.2", "1.18.1", "1.19.3", "1.20.5", "2.0.2", "2.1.3",
    "2.2.1", "2.3.0",
];

/// The default release.
pub const NEWEST: &str = VERSIONS[VERSIONS.len() - 1];

/// Completes `2.3` to its newest patch release and rejects unsupported versions.
///
/// An exact release of a supported minor is returned unchanged: PyPI knows if it exists.
pub(crate) fn resolve(asked: &str) -> Result<String, Error> {
    let unsupported = || Error::UnsupportedVersion { asked: asked.to_owned() };
    let known = VERSIONS.iter().find(|known| minor(known) == minor(asked)).ok_or_else(unsupported)?;
    match numbers(asked).map(|numbers| numbers.len()) {
        Some(2) => Ok((*known).to_owned()),
        Some(3) => Ok(asked.to_owned()),
        _ => Err(unsupported()),
    }
}

/// Tells if this is a 1.x release, whose configuration file has another name and syntax.
pub(crate) fn is_first_generation(version: &str) -> bool {
    version.starts_with("1.")
}

fn minor(version: &str) -> Option<Vec<u32>> {
    numbers(version)?.get(..2).map(<[u32]>::to_vec)
}

fn numbers(version: &str) -> Option<Vec<u32>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minor_becomes_its_newest_release() {
        assert_eq!(resolve("2.3").unwrap(), "2.3.0");
        assert_eq!(resolve("1.20").unwrap(), "1.20.5");
        assert_eq!(resolve("1.20.0").unwrap(), "1.20.0");
    }

    #[test]
    fn other_versions_are_refused_and_the_supported_ones_listed() {
        for asked in ["1.12.7", "2.4.0", "3", "", "latest", "2.3.0.1", "../2.3.0", "2.3.0/.."] {
            let message = resolve(asked).unwrap_err().to_string();
            assert!(message.contains("1.13.6") && message.contains("2.3.0"), "{message}");
        }
    }
}
