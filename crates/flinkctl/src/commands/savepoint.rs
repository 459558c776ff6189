//! Savepoints: how one that was triggered is doing, and their deletion. `job savepoint` takes one.

use crate::{
    commands::{Noun, processes},
    verb::Verb,
};

pub(crate) const NOUN: Noun = Noun {
    name: "savepoint",
    about: "Savepoints; `job savepoint` and `job stop` take one and wait for it",
    verbs: &[
        Verb::new("trigger", "TriggerSavepoint", processes::ALL),
        Verb::new("trigger-stop", "StopJob", processes::ALL).destroys("Stop job"),
        Verb::new("status", "GetSavepoint", processes::ALL),
        Verb::new("dispose", "DisposeSavepoint", processes::ALL).destroys("Delete savepoint"),
        Verb::new("disposal", "GetSavepointDisposal", processes::ALL),
    ],
    deeds: &[],
};
