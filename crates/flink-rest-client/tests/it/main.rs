//! Tests that need neither Java nor a network.

mod bad_input;
mod broken;
mod fake;
mod faults;
mod operations;
mod profile;
mod proxy;
mod requests;
mod retry;
mod server;
mod upstream;
