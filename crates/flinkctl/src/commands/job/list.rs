//! `flinkctl job list`: the jobs of a cluster, filtered by state and name.

use std::cmp::Reverse;

use clap::{
    ArgMatches, Args, Command, FromArgMatches,
    builder::{PossibleValue, PossibleValuesParser},
};
use flink_rest_client::JobStatus;
use serde_json::Value;

use crate::{
    app::App,
    command::ClusterCommand,
    error::Result,
    json::{Json, of_answer},
    view::View,
};

pub(crate) const LIST: ClusterCommand =
    ClusterCommand::new("list", describe, |app, matches| Box::pin(run(app, matches)))
        .read_only()
        .table()
        .endpoint("GetJobsOverview");

#[derive(Debug, clap::Args)]
struct Arguments {
    /// Only jobs in one of these states, as running,failed
    #[arg(short, long, value_name = "STATE", value_delimiter = ',', ignore_case = true, value_parser = states())]
    state: Vec<String>,
    /// Only jobs whose name contains this text
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Maximum number of jobs
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
}

/// Parses Flink's states, and an older spelling of one.
fn states() -> PossibleValuesParser {
    let of = |word: &'static str| match word {
        "CANCELED" => PossibleValue::new("canceled").alias("cancelled"),
        word => PossibleValue::new(word.to_lowercase()),
    };
    PossibleValuesParser::new(JobStatus::WORDS.iter().map(|word| of(word.text)))
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command)
        .about("Lists jobs: unfinished ones first, the latest start first")
        .after_help(
            "Examples:\n  flinkctl job list --state running,restarting\n  \
             flinkctl job list --name Orders -n 1 -o name",
        )
}

const VIEW: View = &[super::LIST];

async fn run(app: &App, matches: &ArgMatches) -> Result<()> {
    let arguments = Arguments::from_arg_matches(matches)?;
    app.output.check(VIEW)?;
    let answer = app.client.request_by_name("GetJobsOverview", Value::Null).await?;
    if arguments.is_for_all() && app.output.is_json() {
        return app.output.answer(&answer, VIEW);
    }
    let jobs = arguments.chosen(&of_answer(&answer)?)?;
    // The chosen jobs may be as large as the answer: free it first.
    drop(answer);
    app.output.json(&jobs, VIEW)
}

impl Arguments {
    fn is_for_all(&self) -> bool {
        self.state.is_empty() && self.name.is_none() && self.limit.is_none()
    }

    /// Returns the matching jobs of an answer as JSON, sorted.
    fn chosen(&self, answer: &str) -> Result<String> {
        let all = Json::of(answer)?.get("jobs").into_iter().flat_map(Json::elements);
        let mut jobs: Vec<_> = all.filter(|job| self.wants(*job)).collect();
        jobs.sort_by_cached_key(|job| {
            let start = job.get("start-time").and_then(Json::number::<i64>);
            (state(*job).is_terminal(), Reverse(start))
        });
        let mut pieces = vec![r#"{"jobs":["#];
        for (number, job) in jobs.iter().take(self.limit.unwrap_or(usize::MAX)).enumerate() {
            pieces.extend([if number > 0 { "," } else { "" }, job.text()]);
        }
        pieces.push("]}");
        Ok(pieces.concat())
    }

    fn wants(&self, job: Json<'_>) -> bool {
        let name = job.get("name").and_then(Json::as_str).unwrap_or_default();
        let state = state(job);
        (self.state.is_empty() || self.state.iter().any(|wanted| is_the_same(wanted, state.as_str())))
            && self.name.as_ref().is_none_or(|text| name.contains(text.as_str()))
    }
}

fn state(job: Json<'_>) -> JobStatus {
    job.get("state").and_then(Json::as_str).unwrap_or_default().as_ref().into()
}

fn is_the_same(typed: &str, state: &str) -> bool {
    let typed = if typed.eq_ignore_ascii_case("cancelled") { "canceled" } else { typed };
    typed.eq_ignore_ascii_case(state)
}
