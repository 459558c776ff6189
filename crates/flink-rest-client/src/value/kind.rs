//! Kinds of values that a parameter of a request can have.

use std::fmt;

use super::open_enum::Word;

/// The kind of a parameter's value; of each one, if there may be several.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// One of Flink's words, or one that a newer release knows.
    Word(&'static [Word]),
    /// The id or the name of something on the cluster.
    Id(IdKind),
    /// A file to upload.
    File,
    /// JSON with a structure of its own.
    Json,
}

/// The things on a cluster that have ids.
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
    /// The words that it can be, if it is one of a few.
    pub fn words(self) -> &'static [Word] {
        match self {
            Self::Word(words) => words,
            _ => &[],
        }
    }
}

/// In a word or two: `text`, `number`, `job id`.
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

/// A type that a parameter can have, or the items of a list that is one.
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
    /// Its kind.
    const KIND: Kind;
}

/// Gives types their kinds.
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
