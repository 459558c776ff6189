//! Ids. Text that a caller gives is checked where it enters. Names that a server chose are kept as they are, and are checked
//! when they are sent.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

use super::{
    kind::{IdKind, Kind, kinds},
    stack_trace, text,
};

/// A text that cannot be an id of the wanted kind.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{}` is no {kind}: {expected}", stack_trace::printable(text))]
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
            /// The id of these 16 bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// A new id that no other will be.
            pub fn random() -> Self {
                let half = || u128::from(random());
                Self(((half() << 64) | half()).to_be_bytes())
            }

            /// Its 16 bytes.
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

/// What hexadecimal digits are worth; more than 15 for what is none.
const WORTH: [u8; 256] = {
    let mut worth = [u8::MAX; 256];
    let mut digit = 0;
    while digit < 16 {
        let letter = b"0123456789abcdef"[digit];
        worth[letter as usize] = digit as u8;
        worth[letter.to_ascii_uppercase() as usize] = digit as u8;
        digit += 1;
    }
    worth
};

/// 32 hexadecimal digits. Answers are full of ids: a number of 128 bits would take five times as long.
fn hex(text: &str) -> Option<[u8; 16]> {
    let digits: &[u8; 32] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 16];
    let mut all = 0;
    for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks().0) {
        let [high, low] = pair.map(|digit| WORTH[usize::from(digit)]);
        all |= high | low;
        *byte = high << 4 | (low & 15);
    }
    (all < 16).then_some(bytes)
}

/// A random number: each hash map of the standard library has a key of its own, which stems from the system.
pub(crate) fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(())
}

/// Whether a text can be one part of a path: Flink decodes it, and then looks for it in a folder.
pub(crate) fn is_part_of_path(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains('/') && !text.contains(char::is_control)
}

/// Ids that are names. Anybody who may upload can name a jar: no name in an answer makes the list around it unreadable.
macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident, $of:ident, $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
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
    /// A job.
    JobId, Job, "job id";
    /// A vertex of a job: one or more chained operators. It stays the same while the job's graph does.
    VertexId, Vertex, "vertex id";
    /// An operation that was triggered: a savepoint, a stop, a deletion.
    TriggerId, Trigger, "trigger id";
    /// A cluster data set.
    DatasetId, Dataset, "data set id";
    /// A slot sharing group (1.20+).
    SlotSharingGroupId, SlotSharingGroup, "slot sharing group id";
    /// A change of a job's parallelism (2.3+).
    RescaleId, Rescale, "rescale id";
    /// An application (2.3+).
    ApplicationId, Application, "application id";
}

text_ids! {
    /// An uploaded jar: a UUID, an underscore and the name of the uploaded file.
    JarId, Jar, "jar id";
    /// A TaskManager: its address with a random suffix, or a container's name.
    TaskManagerId, TaskManager, "TaskManager id";
    /// A log file of a JobManager or TaskManager.
    LogFileName, LogFile, "log file name";
}

impl JarId {
    /// Stands for the id of a jar that is still to be uploaded.
    pub(crate) fn pending() -> Self {
        Self("pending.jar".into())
    }
}

impl LogFileName {
    /// The file with this ending in place of `log`, if it has that.
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
            "`..` is no job id: it must be 32 hexadecimal digits"
        );
    }
}
