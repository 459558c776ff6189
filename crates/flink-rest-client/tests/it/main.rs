//! Tests that need neither Java nor a network.

mod bad_input;
mod certificates;
mod conformance;
mod connections;
mod credentials;
mod fake;
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
mod versions;
mod waiting;
