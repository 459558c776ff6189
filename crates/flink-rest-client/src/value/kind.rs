//! Kinds of parameter values.

use std::fmt;

use super::open_enum::Word;

/// The kind of a parameter's value, or of each of its values.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// One of these words of Flink, or a word of a newer release.
    Word(&'static [Word]),
    /// The id or name of an object on the cluster.
    Id(IdKind),
    /// A file to upload.
    File,
    /// JSON of any structure.
    Json,
}

/// The kind of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdKind {
    /// An [`ApplicationId`](crate::ApplicationId).
    Application,
    /// A [`DatasetId`](crate::DatasetId).
    Dataset,
    /// A [`JarId`](crate::JarId).
    Jar,
    /// A [`JobId`](crate::JobId).
    Job,
    /// A [`LogFileName`](crate::LogFileName).
    LogFile,
    /// A [`RescaleId`](crate::RescaleId).
    Rescale,
    /// A [`SlotSharingGroupId`](crate::SlotSharingGroupId).
    SlotSharingGroup,
    /// A [`TaskManagerId`](crate::TaskManagerId).
    TaskManager,
    /// A [`TriggerId`](crate::TriggerId).
    Trigger,
    /// A [`VertexId`](crate::VertexId).
    Vertex,
}

impl Kind {
    /// Returns the known words; empty for other kinds.
    pub fn words(self) -> &'static [Word] {
        match self {
            Self::Word(words) => words,
            _ => &[],
        }
    }
}

/// A short name: `text`, `number`, `job id`.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Flag => "true or false",
            Self::Number => "number",
            Self::Word(_) => "word",
            Self::File => "file",
            Self::Json => "JSON",
            Self::Id(IdKind::Application) => "application id",
            Self::Id(IdKind::Dataset) => "data set id",
            Self::Id(IdKind::Jar) => "jar id",
            Self::Id(IdKind::Job) => "job id",
            Self::Id(IdKind::LogFile) => "log file name",
            Self::Id(IdKind::Rescale) => "rescale id",
            Self::Id(IdKind::SlotSharingGroup) => "slot sharing group id",
            Self::Id(IdKind::TaskManager) => "TaskManager id",
            Self::Id(IdKind::Trigger) => "trigger id",
            Self::Id(IdKind::Vertex) => "vertex id",
        })
    }
}

/// A type of parameters, or of the items of list parameters.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// use flink_rest_client::endpoint::{Kind, ParamType};
///
/// #[derive(Serialize, Deserialize)]
/// struct Limits { lower: u32, upper: u32 }
///
/// impl ParamType for Limits {
///     const KIND: Kind = Kind::Json;
/// }
/// ```
pub trait ParamType {
    /// The kind of the type.
    const KIND: Kind;
}

/// Implements [`ParamType`] for types.
macro_rules! kinds {
    ($($type:ty: $kind:expr;)*) => {$(
        impl $crate::value::kind::ParamType for $type {
            const KIND: $crate::value::kind::Kind = $kind;
        }
    )*};
}
pub(crate) use kinds;

kinds! {
    String: Kind::Text;
    bool: Kind::Flag;
    i32: Kind::Number;
    i64: Kind::Number;
    u32: Kind::Number;
    u64: Kind::Number;
}
