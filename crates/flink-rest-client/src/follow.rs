//! Following logs.
mod lines;
mod trail;
