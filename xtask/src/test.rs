//! All checks and tests, in the order in which they are likely to fail.

use anyhow::Result;

use crate::{cargo, endpoints, links, live, python, reference, setup, spec, wheel};

/// The releases that the command line is tried on: what it does does not differ between them.
const FLINKCTL: &[&str] = &["2.3.0", "1.20.5"];

#[derive(clap::Args)]
pub struct Arguments {
    /// The releases for the live tests
    #[arg(long, value_name = "VERSION", value_delimiter = ',', default_value = "2.3.0,1.20.5,1.13.6")]
    flink: Vec<String>,
    /// Leave out what needs a real Flink
    #[arg(long)]
    without_flink: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    cargo("fmt --all --check", &[])?;
    cargo("clippy --workspace --all-targets --all-features -- -D warnings", &[])?;
    cargo("doc --workspace --no-deps --all-features", &[("RUSTDOCFLAGS", "-D warnings")])?;
    endpoints::check()?;
    python::check()?;
    reference::check()?;
    links::check()?;
    cargo("test --workspace", &[])?;
    if arguments.without_flink {
        return wheel::quick(&[]);
    }

    setup::jdk()?;
    setup::programs(&[setup::PROXIES, setup::MAVEN, setup::TERMINAL].concat())?;
    cargo("test -p flink-local --features live --test live", &[])?;
    for version in &arguments.flink {
        spec::check(version)?;
        live::test(version)?;
    }
    for version in arguments.flink.iter().filter(|version| FLINKCTL.contains(&version.as_str())) {
        cargo("test -p flinkctl --features live --test live", &[("FLINK_VERSION", version)])?;
    }
    // `cargo xtask wheel` compares the packages on the others, too.
    let newest = |version: &&String| *version == flink_local::NEWEST;
    wheel::quick(&arguments.flink.iter().filter(newest).cloned().collect::<Vec<_>>())
}
