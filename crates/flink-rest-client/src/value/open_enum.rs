//! Enums that keep words of newer Flink releases.

/// A word that a parameter can have as its value.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "`open_enum!` writes it")]
pub struct Word {
    /// Flink's own word.
    pub text: &'static str,
    /// First Flink release that knows it; `None` for the first release of the parameter.
    pub since: Option<&'static str>,
}

/// An enum of Flink's words, with a variant `Other` that keeps unknown words.
///
/// `since "1.20"` after a word names the first release that accepts it in a request.
macro_rules! open_enum {
    (
        $(#[$doc:meta])*
        pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal $(since $since:literal)?,)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(into = "String")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A word that this crate does not know, as the server wrote it.
            Other(String),
        }

        impl $name {
            /// The known words, with the releases that accept them.
            #[doc(hidden)]
            pub const WORDS: &'static [crate::value::open_enum::Word] = &[$(crate::value::open_enum::Word {
                text: $word,
                since: crate::value::open_enum::release!($($since)?),
            }),*];

            /// Returns Flink's word.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl crate::value::kind::ParamType for $name {
            const KIND: crate::value::kind::Kind = crate::value::kind::Kind::Word(Self::WORDS);
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    _ => Self::Other(word.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                word.as_str().into()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::value::text::read(deserializer)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                match value {
                    $name::Other(word) => word,
                    known => known.as_str().to_owned(),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

macro_rules! release {
    () => {
        None
    };
    ($release:literal) => {
        Some($release)
    };
}

pub(crate) use {open_enum, release};
