//! Savepoints: how one that was triggered is doing, and their deletion. `job savepoint` takes one.

use clap::{ArgMatches, Args, FromArgMatches};

use crate::{
    app::App,
    command::{Deed, Noun},
    commands::processes,
    confirm::confirm,
    error::Result,
    operation::Operation,
    output::say,
    verb::Verb,
};

pub(crate) const NOUN: Noun = Noun {
    name: "savepoint",
    about: "Savepoints; `job savepoint` and `job stop` take one and wait for it",
    verbs: &[
        Verb::new("trigger", "TriggerSavepoint", processes::TRIGGERED),
        Verb::new("trigger-stop", "StopJob", processes::TRIGGERED).destroys("Stop job"),
        Verb::new("status", "GetSavepoint", processes::SAVEPOINT),
        Verb::new("disposal", "GetSavepointDisposal", processes::DELETION),
    ],
    deeds: &[Deed {
        name: "dispose",
        reads: false,
        describe: |command| {
            Dispose::augment_args(command).about("Deletes a savepoint, and waits until it is gone")
        },
        run: |app, matches| Box::pin(dispose(app, matches)),
    }],
};

#[derive(Debug, clap::Args)]
struct Dispose {
    /// Where it is, as a URI
    path: String,
    /// Does not ask
    #[arg(short, long)]
    yes: bool,
}

async fn dispose(app: &App, matches: &ArgMatches) -> Result<()> {
    let Dispose { path, yes } = Dispose::from_arg_matches(matches)?;
    confirm(&format!("Delete savepoint {path} at {}", app.client.address()), yes)?;
    Operation::disposal().settle(app, app.client.dispose_savepoint(path)).await?;
    say!("Deleted.");
    Ok(())
}
