//! Long forms of the randomized tests: more cases and more repetitions.

use anyhow::Result;
use flink_local::{Distribution, Progress};

use crate::{cargo, fuzz, setup};

#[derive(clap::Args)]
pub struct Arguments {
    /// The releases; `all` for all supported ones
    #[arg(long, value_name = "VERSION", value_delimiter = ',', default_value = "2.3.0,1.20.5,1.13.6")]
    flink: Vec<String>,
    /// Number of repetitions
    #[arg(long, value_name = "TIMES", default_value = "3")]
    rounds: u32,
    /// Number of jobs to submit through a proxy that loses every second message
    #[arg(long, value_name = "JOBS", default_value = "200")]
    submissions: u32,
    #[command(flatten)]
    fuzz: fuzz::Arguments,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    setup::jdk()?;
    let versions = setup::releases(&arguments.flink);
    for version in &versions {
        // Downloaded beforehand, so that it does not count against the tests' timeouts.
        Distribution::obtain(version, Progress::Stderr)?;
    }
    let submissions = arguments.submissions.to_string();
    // A hundred times as many cases for following logs and hiding secrets; ten times for `split`, whose cases are long.
    for (tests, cases) in [("follow secrets", "25600"), ("split", "2560")] {
        cargo(&format!("test -p flink-rest-client --lib -- {tests}"), &[("PROPTEST_CASES", cases)])?;
    }
    for _ in 0..arguments.rounds {
        cargo("test -p flink-rest-client --test it -- faults broken", &[])?;
        cargo("test -p flink-rest-client --test endless", &[])?;
        for version in &versions {
            let environment =
                [("FLINK_VERSION", version.as_str()), ("FLINK_SUBMISSIONS", submissions.as_str())];
            let tests = "exactly_once jobmanager:: high_availability no_line_is_lost_or_duplicated";
            cargo(&format!("test -p flink-rest-client --test live_client -- {tests}"), &environment)?;
        }
    }
    fuzz::run(&arguments.fuzz)
}
