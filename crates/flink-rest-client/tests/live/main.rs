//! Every endpoint on a real Flink, of the release in `FLINK_VERSION`. Run by `cargo xtask test`.

mod applications;
mod calls;
mod checkpoints;
mod cluster;
mod connections;
mod datasets;
mod exactly_once;
mod exceptions;
mod forst;
mod freshness;
mod high_availability;
mod jars;
mod jobmanager;
mod jobs;
mod processes;
#[expect(dead_code, reason = "the hermetic tests use the rest")]
#[path = "../it/proxy.rs"]
mod proxy;
mod rescaling;
mod savepoints;
mod seed_tour;
mod servers;
mod stores;
mod streams;
mod submit;
mod support;
mod vertices;
mod yarn;
mod zookeeper;
