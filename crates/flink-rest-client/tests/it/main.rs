//! Tests that need neither Java nor a network.

mod bad_input;
mod downloads;
mod fake;
mod follow;
mod metrics;
mod operations;
mod profile;
mod requests;
mod retry;
mod server;
mod uploads;
mod versions;
mod waiting;
