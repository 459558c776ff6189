//! Tests that need neither Java nor a network.

mod bad_input;
mod broken;
mod certificates;
mod conformance;
mod connections;
mod credentials;
mod downloads;
mod fake;
mod faults;
mod follow;
mod logs;
mod metrics;
mod operations;
mod origin;
mod profile;
mod proxies;
mod proxy;
mod redirects;
mod requests;
mod retry;
mod server;
mod tls;
mod uploads;
mod upstream;
mod versions;
mod waiting;
