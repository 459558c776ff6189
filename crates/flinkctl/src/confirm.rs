//! Nothing is destroyed without somebody having said so.

use std::io::{IsTerminal, Write};

use serde_json::Value;

use crate::{
    app::App,
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

/// The same before jobs are ended, with a word if the cluster's owner switched cancelling off.
pub(crate) async fn confirm_end_of_jobs(app: &App, what: &str, yes: bool) -> Result<()> {
    match !yes && is_cancelling_off(app).await {
        true => {
            let off = "The cluster's owner switched cancelling off (`web.cancel.enable`).";
            confirm(&format!("{off} {what} all the same"), yes)
        }
        false => confirm(what, yes),
    }
}

/// Tells if the cluster's owner keeps people from cancelling. Flink only leaves the button out of its dashboard, and cancels
/// all the same (1.13.6, 2.3.0); up to 1.13 only the JobManager's configuration tells.
async fn is_cancelling_off(app: &App) -> bool {
    let ask = async |endpoint| app.client.request_by_name(endpoint, Value::Null).await.ok()?.json().ok();
    let told = ask("GetConfig").await.and_then(|config| config.pointer("/features/web-cancel")?.as_bool());
    match told {
        Some(is_on) => !is_on,
        None => ask("GetJobManagerConfig").await.is_some_and(|options| {
            let all = options.as_array().into_iter().flatten();
            let is_off = |option: &Value| option["key"] == "web.cancel.enable" && option["value"] == "false";
            all.into_iter().any(is_off)
        }),
    }
}
