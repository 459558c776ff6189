//! All that is made from the endpoints and the command line.

use anyhow::Result;

use crate::{endpoints, python, reference};

#[derive(clap::Args)]
pub struct Arguments {
    /// Fail if something is out of date, and write nothing
    #[arg(long)]
    check: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.check {
        return check();
    }
    endpoints::write()?;
    python::write()?;
    reference::write()
}

pub fn check() -> Result<()> {
    endpoints::check()?;
    python::check()?;
    reference::check()
}
