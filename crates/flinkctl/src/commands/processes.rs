//! What JobManager and TaskManagers have in common, and what a job knows of them.

use crate::view::{Part, View, bytes, id, number, state, text, time};

pub(crate) const CONFIG: View = &[Part::Rows("", &[id("OPTION", "/key"), text("VALUE", "/value")])];

pub(crate) const LOGS: View =
    &[Part::Rows("/logs", &[id("NAME", "/name"), bytes("SIZE", "/size"), time("WRITTEN", "/mtime")])];

pub(crate) const THREADS: View = &[Part::Texts("/threadInfos", "/stringifiedThreadInfo")];

pub(crate) const TEXT: View = &[Part::Body];

pub(crate) const ALL: View = &[Part::All("")];

pub(crate) const PROFILES: View = &[Part::Rows(
    "/profilingList",
    &[
        id("FILE", "/outputFile"),
        text("MODE", "/mode"),
        state("STATUS", "/status"),
        time("STARTED", "/triggerTime"),
        number("SECONDS", "/duration"),
        text("MESSAGE", "/message"),
    ],
)];
