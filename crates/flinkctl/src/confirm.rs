//! Confirmation of destructive commands.

use std::io::{IsTerminal, Write};

use serde_json::Value;

use crate::{
    app::App,
    error::{Failure, Result},
    output::{is_watched, stderr},
};

/// Asks on a terminal; without one, refuses.
pub(crate) fn confirm(what: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !(std::io::stdin().is_terminal() && is_watched()) {
        return Err(Failure::usage(format!("no terminal to ask on: {what}?")).hint("--yes confirms it"));
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

/// Asks before jobs are ended, and says if the cluster's configuration switched cancelling off.
pub(crate) async fn confirm_end_of_jobs(app: &App, what: &str, yes: bool) -> Result<()> {
    match !yes && is_cancelling_off(app).await {
        true => {
            let off = "The cluster's owner switched cancelling off (`web.cancel.enable`).";
            confirm(&format!("{off} {what} anyway"), yes)
        }
        false => confirm(what, yes),
    }
}

/// Returns true if the cluster's configuration switches cancelling off. Flink then only hides the button in its dashboard:
/// requests are still carried out (1.13.6, 2.3.0). Up to 1.13, only the JobManager's configuration has the setting.
async fn is_cancelling_off(app: &App) -> bool {
    let ask = async |endpoint| app.client.request_by_name(endpoint, Value::Null).await.ok()?.json().ok();
    let setting = ask("GetConfig").await.and_then(|config| config.pointer("/features/web-cancel")?.as_bool());
    match setting {
        Some(is_on) => !is_on,
        None => ask("GetJobManagerConfig").await.is_some_and(|options| {
            let all = options.as_array().into_iter().flatten();
            let is_off = |option: &Value| option["key"] == "web.cancel.enable" && option["value"] == "false";
            all.into_iter().any(is_off)
        }),
    }
}
