//! Ids. Text from a caller is checked at once. Names from a server are kept as they are, and checked when they are
//! sent.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

use super::{
    kind::{IdKind, Kind, kinds},
    stack_trace, text,
};

/// The error for a text that is not an id of the required kind.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{}` is not a valid {kind}: {expected}", stack_trace::printable(text))]
pub struct InvalidId {
    text: String,
    kind: &'static str,
    pub(crate) expected: &'static str,
}

/// Ids that Flink writes as 32 hexadecimal digits.
macro_rules! hex_ids {
    ($($(#[$doc:meta])* $name:ident, $of:ident, $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(into = "String")]
        pub struct $name([u8; 16]);

        impl $name {
            /// Returns the id with these 16 bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Returns a random id; a collision is practically impossible.
            pub fn random() -> Self {
                let half = || u128::from(random());
                Self(((half() << 64) | half()).to_be_bytes())
            }

            /// Returns the 16 bytes of the id.
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                hex(text).map(Self).ok_or_else(|| InvalidId {
                    text: text.chars().take(80).collect(),
                    kind: $kind,
                    expected: "it must be 32 hexadecimal digits",
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", u128::from_be_bytes(self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                text::read(deserializer)
            }
        }

        common!($name, $of);
    )*};
}

/// The values of hexadecimal digits; 255 for other bytes.
const HEX_VALUES: [u8; 256] = {
    let mut values = [u8::MAX; 256];
    let mut digit = 0;
    while digit < 16 {
        let letter = b"0123456789abcdef"[digit];
        values[letter as usize] = digit as u8;
        values[letter.to_ascii_uppercase() as usize] = digit as u8;
        digit += 1;
    }
    values
};

/// Parses 32 hexadecimal digits. This is five times as fast as parsing a `u128`, and answers are full of ids.
fn hex(text: &str) -> Option<[u8; 16]> {
    let digits: &[u8; 32] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 16];
    let mut all = 0;
    for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks().0) {
        let [high, low] = pair.map(|digit| HEX_VALUES[usize::from(digit)]);
        all |= high | low;
        *byte = high << 4 | (low & 15);
    }
    (all < 16).then_some(bytes)
}

/// Returns a random number. It comes from the random keys of the standard library's hash maps.
pub(crate) fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(())
}

/// Returns true if a text can be one segment of a path. Flink decodes some segments and uses them as file names.
pub(crate) fn is_part_of_path(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains('/') && !text.contains(char::is_control)
}

/// Ids that are names. Names in answers are not checked: anyone who may upload a jar chooses its name, and a strange
/// name must not make a whole list unreadable.
macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident, $of:ident, $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if is_part_of_path(text) {
                    return Ok(Self(text.into()));
                }
                let text = text.chars().take(80).collect();
                let expected = "it must be a name without `/`, as the server lists it";
                Err(InvalidId { text, kind: $kind, expected })
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        common!($name, $of);
    )*};
}

macro_rules! common {
    ($name:ident, $of:ident) => {
        kinds! { $name: Kind::Id(IdKind::$of); }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidId;

            fn try_from(text: &str) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }
    };
}

hex_ids! {
    /// The id of a job.
    JobId, Job, "job id";
    /// The id of a vertex of a job: one or more chained operators. It stays the same as long as the job graph does.
    VertexId, Vertex, "vertex id";
    /// The id of a triggered operation: a savepoint, a stop, a deletion.
    TriggerId, Trigger, "trigger id";
    /// The id of a cluster data set.
    DatasetId, Dataset, "data set id";
    /// The id of a slot sharing group (1.20+).
    SlotSharingGroupId, SlotSharingGroup, "slot sharing group id";
    /// The id of a rescale of a job (2.3+).
    RescaleId, Rescale, "rescale id";
    /// The id of an application (2.3+).
    ApplicationId, Application, "application id";
}

text_ids! {
    /// The id of an uploaded jar: a UUID, an underscore and the name of the uploaded file.
    JarId, Jar, "jar id";
    /// The id of a TaskManager: its address with a random suffix, or the name of its container.
    TaskManagerId, TaskManager, "TaskManager id";
    /// The name of a log file of a JobManager or TaskManager.
    LogFileName, LogFile, "log file name";
}

impl JarId {
    /// A placeholder for the id of a jar that is not yet uploaded.
    pub(crate) fn pending() -> Self {
        Self("pending.jar".into())
    }
}

impl LogFileName {
    /// Replaces the ending `log` by this one, or appends it.
    pub(crate) fn with_ending(&self, ending: &str) -> Self {
        Self(format!("{}{ending}", self.0.strip_suffix("log").unwrap_or(&self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Endpoint, rest::jars::DeleteJar};

    #[test]
    fn hex_ids_are_read_and_written_alike() {
        let text = "00f0a1b2c3d4e5f60718293a4b5c6d7e";
        let id: JobId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(format!("{id:?}"), format!("JobId({text})"));
        assert_eq!(text.to_uppercase().parse::<JobId>().unwrap(), id);
        assert_eq!(JobId::from_bytes(id.to_bytes()), id);
    }

    #[test]
    fn what_cannot_be_an_id_is_refused() {
        for text in [
            "",
            "..",
            "a1",
            "+0f0a1b2c3d4e5f60718293a4b5c6d7e",
            "00f0a1b2c3d4e5f60718293a4b5c6d7g",
            "ä".repeat(16).as_str(),
        ] {
            assert!(text.parse::<JobId>().is_err(), "{text}");
        }
        for text in ["", ".", "..", "../cluster", "a/b", "a\nb", "a\0b"] {
            assert!(text.parse::<JarId>().is_err(), "{text}");
            let listed: JarId = serde_json::from_value(text.into()).unwrap();
            assert_eq!(listed.as_str(), text);
            let error = DeleteJar::new(listed).request().unwrap_err();
            assert!(error.is_invalid_input() && error.to_string().contains("part of a path"), "{error}");
        }
        assert_eq!(
            "..".parse::<JobId>().unwrap_err().to_string(),
            "`..` is not a valid job id: it must be 32 hexadecimal digits"
        );
    }
}
