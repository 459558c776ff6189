//! Types for Flink's values, and functions on its texts.

pub(crate) mod id;
pub(crate) mod kind;
pub mod lenient;
pub(crate) mod open_enum;
pub(crate) mod secrets;
pub(crate) mod stack_trace;
pub(crate) mod state;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod version;
