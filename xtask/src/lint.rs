//! Lints. They compile everything once more, so they are no part of `cargo xtask test`.

use anyhow::Result;

use crate::cargo;

pub fn run() -> Result<()> {
    cargo("fmt --all --check", &[])?;
    cargo("fmt --manifest-path fuzz/Cargo.toml --check", &[])?;
    cargo("clippy --workspace --all-targets --all-features -- -D warnings", &[])?;
    // `--all-targets` leaves out what `cargo test` leaves out.
    cargo("clippy --workspace --test live_* --all-features -- -D warnings", &[])?;
    cargo("doc --workspace --no-deps --all-features", &[("RUSTDOCFLAGS", "-D warnings")])
}
