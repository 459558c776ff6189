//! Every endpoint on a real Flink, of the release in `FLINK_VERSION`. `cargo xtask test` runs it.

mod applications;
mod calls;
mod checkpoints;
mod cluster;
mod datasets;
mod exceptions;
mod jars;
mod jobs;
mod processes;
mod rescaling;
mod savepoints;
mod seed_tour;
mod submit;
mod support;
mod vertices;
mod yarn;
