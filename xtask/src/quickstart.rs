//! From nothing to a finished job on a real Flink.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::Result;
use flink_local::{Distribution, Flink, Progress};
use flink_rest_client::{JobId, Upload, blocking::FlinkRestClient, jobs::details::JobDetails};
use indicatif::{ProgressBar, ProgressStyle};

use crate::setup;

#[derive(clap::Args)]
pub struct Arguments {
    /// The Flink to start, 1.13 to 2.3 [default: the one in FLINK_HOME, else the newest]
    #[arg(long, value_name = "VERSION")]
    flink: Option<String>,
    /// Leave the cluster running, and say how to stop it
    #[arg(long)]
    keep: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let java = setup::jdk()?;
    say("Java", format!("{} ({})", java.version(), java.program().display()));
    let distribution = match &arguments.flink {
        Some(version) => Distribution::obtain(version, Progress::Stderr)?,
        None => Distribution::preferred(Progress::Stderr)?,
    };
    say("Flink", format!("{} at {}", distribution.version(), distribution.home().display()));
    let jar = flink_jobs::word_count(&distribution)?;
    say("Job", format!("{} compiled against it", jar.file_name().unwrap_or_default().display()));

    let started = Instant::now();
    let cluster =
        Flink::from(distribution).taskmanagers(1).slots(2).config("web.refresh-interval", "100").start()?;
    let flink = FlinkRestClient::new(cluster.url())?;
    let overview = flink.overview().send()?;
    let what = format!("{} TaskManager, {} slots", overview.taskmanagers, overview.slots_total);
    say("Cluster", format!("{} with {what}, up in {}", cluster.url(), seconds(started.elapsed())));

    let upload = flink.jars().upload(with_progress_bar(Upload::new(&jar))).send()?;
    let id = upload.jar_id()?;
    say("Uploaded", id.to_string());
    let run = flink.jar(&id).run().parallelism(2).send()?;
    say("Running", format!("job {}", run.job_id));
    let details = follow(&flink, run.job_id)?;
    show(&flink, &details)?;

    if arguments.keep {
        let kept = cluster.keep()?;
        say("Kept", format!("the cluster runs on at {}", kept.url()));
        say("Stop it", kept.stop_command());
    } else {
        cluster.stop()?;
        say("Stopped", "the cluster, and removed its folder".into());
    }
    Ok(())
}

fn say(what: &str, rest: String) {
    println!("{what:>10}  {rest}");
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// The upload with a progress bar on the terminal, if there is one.
fn with_progress_bar(upload: Upload) -> Upload {
    let style = ProgressStyle::with_template("{msg:>10}  {wide_bar} {bytes}/{total_bytes}");
    let bar = ProgressBar::new(0).with_message("Uploading");
    let bar = style.map_or(bar.clone(), |style| bar.with_style(style));
    upload.on_progress(move |sent, size| {
        bar.set_length(size.unwrap_or(sent));
        bar.set_position(sent);
        if size == Some(sent) {
            bar.finish_and_clear();
        }
    })
}

/// Tells each change of the job and its vertices until the job has ended well.
fn follow(flink: &FlinkRestClient, job: JobId) -> Result<JobDetails> {
    let mut told = BTreeMap::new();
    let mut tell = |name: &str, state: String| {
        if told.insert(name.to_owned(), state.clone()).is_none_or(|before| before != state) {
            say("", format!("{state:<12} {name}"));
        }
    };
    loop {
        let details = flink.job(job).details().send()?;
        for vertex in &details.vertices {
            tell(&vertex.name, vertex.status.to_string());
        }
        tell("the job", details.state.to_string());
        if details.state.is_terminal() {
            // Says why, if it did not end well.
            return Ok(flink.job(job).wait_until_finished().send()?);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The result, which the word count leaves in its accumulators.
fn show(flink: &FlinkRestClient, details: &JobDetails) -> Result<()> {
    let counted = flink.job(details.jid).accumulators().send()?;
    say("Finished", format!("{} in {}", details.name, seconds(details.duration)));
    let mut accumulators = counted.user_task_accumulators;
    accumulators.sort_by(|a, b| a.name.cmp(&b.name));
    for accumulator in accumulators {
        let value = accumulator.value.trim_matches(['{', '}']);
        say("", format!("{:<15} {value}", accumulator.name));
    }
    Ok(())
}
