//! Nothing is destroyed without somebody having said so.

use std::io::{IsTerminal, Write};

use crate::{
    error::{Failure, Result},
    output::{is_watched, stderr},
};

/// Asks, if there is somebody to ask; refuses otherwise.
pub(crate) fn confirm(what: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !(std::io::stdin().is_terminal() && is_watched()) {
        return Err(
            Failure::usage(format!("nobody is there to answer: {what}?")).hint("add --yes if you mean it")
        );
    }
    let mut stderr = stderr();
    write!(stderr, "{what}? [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::usage("nothing was done")),
    }
}
