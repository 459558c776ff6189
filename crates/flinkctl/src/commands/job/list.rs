//! `flinkctl job list`: the jobs of a cluster, or some of them.

use std::cmp::Reverse;

use clap::{
    ArgMatches, Args, Command, FromArgMatches,
    builder::{PossibleValue, PossibleValuesParser},
};
use flink_rest_client::JobStatus;
use serde_json::Value;

use crate::{cli::App, commands::Deed, error::Result, view::View};

pub(crate) const LIST: Deed =
    Deed { name: "list", reads: true, describe, run: |app, matches| Box::pin(run(app, matches)) };

#[derive(Debug, clap::Args)]
struct Arguments {
    /// Only jobs in one of these states, as running,failed
    #[arg(short, long, value_name = "STATE", value_delimiter = ',', ignore_case = true, value_parser = states())]
    state: Vec<String>,
    /// Only jobs whose name has this in it
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// At most so many, the first ones
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
}

/// Flink's own words, and an older spelling of one.
fn states() -> PossibleValuesParser {
    let of = |word: &'static str| match word {
        "CANCELED" => PossibleValue::new("canceled").alias("cancelled"),
        word => PossibleValue::new(word.to_lowercase()),
    };
    PossibleValuesParser::new(JobStatus::WORDS.iter().map(|word| of(word.text)))
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Lists jobs: first those that have not ended, and of each the latest")
        .after_help(
            "Examples:\n  flinkctl job list --state running,restarting\n  \
             flinkctl job list --name Orders -n 1 -o name",
        )
}

const VIEW: View = &[super::LIST];

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let answer = app.client.request_by_name("GetJobsOverview", Value::Null).await?;
    if arguments.is_for_all() && app.output.is_json() {
        return app.output.answer(&answer, VIEW);
    }
    let mut shown = answer.json()?;
    if let Some(Value::Array(jobs)) = shown.pointer_mut("/jobs") {
        jobs.retain(|job| arguments.wants(job));
        jobs.sort_by_key(|job| {
            (state(job).is_terminal(), Reverse(job.get("start-time").and_then(Value::as_i64)))
        });
        jobs.truncate(arguments.limit.unwrap_or(usize::MAX));
    }
    app.output.value(&shown, VIEW)
}

impl Arguments {
    fn is_for_all(&self) -> bool {
        self.state.is_empty() && self.name.is_none() && self.limit.is_none()
    }

    fn wants(&self, job: &Value) -> bool {
        let name = job.get("name").and_then(Value::as_str).unwrap_or_default();
        let state = state(job);
        (self.state.is_empty() || self.state.iter().any(|wanted| is_the_same(wanted, state.as_str())))
            && self.name.as_ref().is_none_or(|text| name.contains(text.as_str()))
    }
}

fn state(job: &Value) -> JobStatus {
    job.get("state").and_then(Value::as_str).unwrap_or_default().into()
}

fn is_the_same(said: &str, state: &str) -> bool {
    let said = if said.eq_ignore_ascii_case("cancelled") { "canceled" } else { said };
    said.eq_ignore_ascii_case(state)
}
