//! Scenes: each brings a Flink into some state and records it.

pub(super) mod ends;
pub(super) mod failures;
pub(super) mod jars;
pub(super) mod jobs;
pub(super) mod oddities;
pub(super) mod processes;
pub(super) mod rescaling;
pub(super) mod snapshots;
