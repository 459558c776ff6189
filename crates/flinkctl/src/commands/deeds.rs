//! What is done to a job, and waited for: cancel, stop, savepoint, wait, rescale.

use std::time::Duration;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{Error, jobs::savepoints::SavepointFormatType};

use crate::{
    cli::App,
    commands::{Deed, Doing},
    confirm::confirm,
    error::{Exit, Failure, Result},
    follow::{Goal, follow},
    resolve,
};

pub(crate) const DEEDS: &[Deed] = &[
    Deed { name: "cancel", describe: describe_cancel, run: |app, matches| Box::pin(cancel(app, matches)) },
    Deed { name: "stop", describe: describe_stop, run: |app, matches| Box::pin(stop(app, matches)) },
    Deed { name: "savepoint", describe: describe_savepoint, run: |app, matches| Box::pin(savepoint(app, matches)) },
    Deed { name: "wait", describe: describe_wait, run: |app, matches| Box::pin(wait(app, matches)) },
    Deed { name: "rescale", describe: describe_rescale, run: |app, matches| Box::pin(rescale(app, matches)) },
];
