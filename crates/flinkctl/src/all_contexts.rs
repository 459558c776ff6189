//! `--all-contexts`: one command on the clusters of all contexts, concurrently, with their answers as one table.

use clap::ArgMatches;
use flink_rest_client::MAX_CONCURRENT_REQUESTS;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::{
    app::{App, Global},
    command::Task,
    context::{Contexts, Settings},
    error::{Exit, Failure, Result},
    output::Output,
    view::{Part, View},
};

/// Runs the command in each context, then shows the answers and the failures.
pub(crate) async fn run(global: &Global, output: &Output, task: Task, matches: &ArgMatches) -> Result<()> {
    check(task)?;
    let contexts = Contexts::read()?.all;
    let number = contexts.len();
    if contexts.is_empty() {
        return Err(
            Failure::usage("there are no contexts").hint("`flinkctl context add NAME --url URL` adds one")
        );
    }
    let asked = contexts.into_iter().map(|(name, settings)| async move {
        let outcome = answer(global, &name, settings, task, matches).await;
        (name, outcome)
    });
    let outcomes: Vec<_> = stream::iter(asked).buffered(MAX_CONCURRENT_REQUESTS).collect().await;
    let (answers, failures): (Vec<_>, Vec<_>) =
        outcomes.into_iter().partition(|(_, outcome)| outcome.is_ok());
    let failures: Vec<_> =
        failures.into_iter().filter_map(|(name, outcome)| Some((name, outcome.err()?))).collect();
    let answers: Vec<_> =
        answers.into_iter().filter_map(|(name, outcome)| Some((name, outcome.ok()?))).collect();
    show(output, &answers, &failures)?;
    for (name, failure) in &failures {
        failure.print_of(name, global.verbose);
    }
    let exits: Vec<_> = failures.iter().map(|(_, failure)| failure.exit).collect();
    match exits.as_slice() {
        [] => Ok(()),
        // Under `--watch`, a failed cluster may be back at the next refresh.
        _ if global.watch.is_some() && !answers.is_empty() => Ok(()),
        [first, rest @ ..] => {
            let exit = match rest.iter().all(|exit| exit == first) {
                _ if !answers.is_empty() => Exit::Partial,
                true => *first,
                false => Exit::Failed,
            };
            Err(Failure::new(exit, format!("{} of {} contexts failed", exits.len(), number)))
        }
    }
}

/// Refuses commands that change something, or whose output is no table.
fn check(task: Task) -> Result<()> {
    let is_table =
        |part: &Part| !matches!(part, Part::Texts(..) | Part::Chapters(..) | Part::Body | Part::Message(_));
    let can = match task {
        Task::Endpoint(command) => command.is_read_only() && command.view.iter().all(is_table),
        Task::Command(command) => command.is_read_only && command.is_table,
    };
    match can {
        true => Ok(()),
        false => Err(Failure::usage("--all-contexts is for read-only commands that show a table")
            .hint("name one cluster with --context")),
    }
}

async fn answer(
    global: &Global,
    name: &str,
    settings: Settings,
    task: Task,
    matches: &ArgMatches,
) -> Result<(String, View)> {
    let (target, settings) = global.in_context(name, settings)?;
    let client = global.client(settings).await?;
    let app = App { global: global.clone(), client, output: global.output().keeping() };
    task.run(&app, matches).await.map_err(|failure| target.explain(failure))?;
    app.output.kept().ok_or_else(|| Failure::usage("the answers of this command cannot be merged"))
}

fn show(output: &Output, answers: &[(String, (String, View))], failures: &[(String, Failure)]) -> Result<()> {
    if output.is_json() {
        let name = |name: &str| Value::from(name).to_string();
        let answered = answers
            .iter()
            .map(|(context, (text, _))| format!(r#"{{"context":{},"answer":{text}}}"#, name(context)));
        let failed = failures
            .iter()
            .map(|(context, failure)| json!({"context": context, "error": failure.message}).to_string());
        let all: Vec<_> = answered.chain(failed).collect();
        return output.json(&format!("[{}]", all.join(",")), &[]);
    }
    let Some((_, (_, view))) = answers.first() else { return Ok(()) };
    let values: Vec<_> = answers.iter().map(|(name, (text, _))| (name.as_str(), text.as_str())).collect();
    output.merged(&values, view)
}
