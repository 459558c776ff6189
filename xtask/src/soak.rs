//! The long forms of the tests that live by chance: more of them, and again and again.

use anyhow::Result;
use flink_local::{Distribution, Progress};

use crate::{cargo, fuzz, setup};

#[derive(clap::Args)]
pub struct Arguments {
    /// The releases; `all` for all that are supported
    #[arg(long, value_name = "VERSION", value_delimiter = ',', default_value = "2.3.0,1.20.5,1.13.6")]
    flink: Vec<String>,
    /// How often each is run
    #[arg(long, value_name = "TIMES", default_value = "3")]
    rounds: u32,
    /// How many jobs are submitted through a proxy that loses every second message
    #[arg(long, value_name = "JOBS", default_value = "200")]
    submissions: u32,
    #[command(flatten)]
    fuzz: fuzz::Arguments,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    setup::jdk()?;
    let versions = setup::releases(&arguments.flink);
    for version in &versions {
        // Obtained here, so that the time limits of the tests do not run while it is downloaded.
        Distribution::obtain(version, Progress::Stderr)?;
    }
    let submissions = arguments.submissions.to_string();
    // What follows logs and hides secrets, with a hundred times as many cases. Those of metrics are long lists.
    for (tests, cases) in [("follow secrets", "25600"), ("split", "2560")] {
        cargo(&format!("test -p flink-rest-client --lib -- {tests}"), &[("PROPTEST_CASES", cases)])?;
    }
    for _ in 0..arguments.rounds {
        cargo("test -p flink-rest-client --test it -- faults broken", &[])?;
        cargo("test -p flink-rest-client --test endless", &[])?;
        for version in &versions {
            let environment =
                [("FLINK_VERSION", version.as_str()), ("FLINK_SUBMISSIONS", submissions.as_str())];
            let tests = "exactly_once jobmanager:: high_availability no_line_is_lost_or_doubled";
            cargo(
                &format!("test -p flink-rest-client --features live --test live -- {tests}"),
                &environment,
            )?;
        }
    }
    fuzz::run(&arguments.fuzz)
}
