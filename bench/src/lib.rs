//! Contestants to compare the client with, and their server.

#![allow(missing_docs, reason = "internal")]

pub mod bare;
pub mod cases;
pub mod decode;
pub mod get;
pub mod measure;
pub mod metrics;
pub mod ready;
pub mod serve;
