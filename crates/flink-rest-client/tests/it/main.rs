//! Tests that need neither Java nor a network.

mod bad_input;
mod certificates;
mod connections;
mod credentials;
mod downloads;
mod fake;
mod follow;
mod logs;
mod metrics;
mod operations;
mod origin;
mod profile;
mod proxies;
mod redirects;
mod requests;
mod retry;
mod server;
mod tls;
mod uploads;
mod versions;
mod waiting;
