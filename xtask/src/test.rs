//! All tests, those on the newest Flink included: built once, then run side by side.

use anyhow::Result;

use crate::{
    cargo, generate, links, live, setup,
    steps::{self, Step},
};

/// The longest come first.
const STEPS: [Step; 6] = [
    Step { name: "client on Flink", command: "xtask live client" },
    Step { name: "without Flink", command: "test --workspace" },
    Step { name: "Python", command: "xtask wheel --unpacked" },
    Step { name: "flink-ops on Flink", command: "xtask live ops" },
    Step { name: "flinkctl on Flink", command: "xtask live flinkctl" },
    Step { name: "flink-local", command: "xtask live local" },
];

/// The live tests wait for their Flinks half of the time.
const AT_ONCE: usize = 3;

#[derive(clap::Args)]
pub struct Arguments {
    /// Leave out what needs a real Flink
    #[arg(long)]
    without_flink: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    generate::check()?;
    links::check()?;
    cargo("test --workspace --no-run", &[])?;
    if arguments.without_flink {
        cargo("test --workspace", &[])?;
        return cargo("xtask wheel --unpacked --without-flink", &[]);
    }
    setup::jdk()?;
    live::obtain(live::LOCAL)?;
    setup::programs(&[setup::PROXIES, setup::MAVEN, setup::TERMINAL].concat())?;
    cargo("test --workspace --no-run --test live_*", &[])?;
    steps::run(&STEPS, AT_ONCE)
}
