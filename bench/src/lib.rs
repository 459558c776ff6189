//! Ways to do the same, beside which the client is measured, and a server for all of them.

#![allow(missing_docs, reason = "nobody else uses it")]

pub mod bare;
pub mod cases;
pub mod decode;
pub mod get;
pub mod measure;
pub mod metrics;
pub mod ready;
pub mod serve;
