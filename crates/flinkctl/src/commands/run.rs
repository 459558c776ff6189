//! `flinkctl run`: uploads a jar, runs it, and waits for its jobs.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{
    Error, JobId, Upload,
    jars::{ClaimMode, JarRun, RunJar},
};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    app::App,
    command::{ClusterCommand, CommandFuture},
    error::{Exit, Failure, Result},
    output::{is_watched, sanitize, say},
    resolve,
    signals::unless_stopped,
    wait::{Goal, stopped_waiting, wait},
};

pub(crate) const RUN: ClusterCommand = ClusterCommand::new("run", describe, run);

#[derive(Debug, clap::Args)]
struct Arguments {
    /// Jar: a file, or the id or name of a jar on the cluster
    #[arg(add = crate::complete::jars_and_files())]
    jar: String,
    /// Class whose main method is run [default: the manifest's]
    #[arg(short = 'c', long, visible_alias = "class", value_name = "CLASS")]
    entry_class: Option<String>,
    /// Parallelism of the job [default: the program's, else the cluster's]
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..))]
    parallelism: Option<u32>,
    /// Savepoint or checkpoint to restore
    #[arg(short = 's', long, visible_alias = "savepoint-path", value_name = "PATH")]
    from_savepoint: Option<String>,
    /// Ownership of the savepoint: `claim` gives it to Flink, which may delete it (Flink 1.15+)
    #[arg(long, value_name = "MODE", requires = "from_savepoint", ignore_case = true)]
    claim_mode: Option<Mode>,
    /// Drop state of the savepoint that no operator of the job has
    #[arg(short = 'n', long, requires = "from_savepoint")]
    allow_non_restored_state: bool,
    /// Configuration of this job, in place of the cluster's; repeatable (Flink 1.17+)
    #[arg(short = 'D', long, visible_alias = "flink-configuration", value_name = "KEY=VALUE", value_parser = pair)]
    conf: Vec<(String, String)>,
    /// Submit the job exactly once, even if a response is lost. Only for programs with one job: Flink up to 2.2 loses the
    /// others, 2.3 refuses them
    #[arg(long)]
    exactly_once: bool,
    /// Keep the jar on the cluster after submission
    #[arg(long)]
    keep_jar: bool,
    /// Return as soon as the job is submitted
    #[arg(short, long, conflicts_with = "wait")]
    detach: bool,
    /// State of the job to wait for
    #[arg(long, value_name = "GOAL", default_value = "running")]
    wait: Goal,
    /// Arguments of the program
    #[arg(last = true)]
    args: Vec<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Mode {
    Claim,
    #[value(alias = "no_claim")]
    NoClaim,
    Legacy,
}

impl From<Mode> for ClaimMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Claim => Self::Claim,
            Mode::NoClaim => Self::NoClaim,
            Mode::Legacy => Self::Legacy,
        }
    }
}

pub(crate) fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    Ok((key.into(), value.into()))
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command).about("Runs a jar and waits until all tasks of its jobs are running").after_help(
        "Examples:\n  flinkctl run app.jar -p 4 -- --topic orders\n  \
         flinkctl run app.jar --wait finished --timeout 1h\n\n\
         The id of the job goes to stdout. If a program submits several jobs, that is the first; the others go to stderr.\n\
         Flink does not record the program of a job: the others are the jobs that started while the program ran.\n\
         No job is started twice. If the response is lost, the exit code is 6, and new jobs are listed.\n\
         With --exactly-once, flinkctl finds the job even then; that is for programs with one job.\n\
         The timeout for the tasks to run is 10 minutes; --timeout bounds the whole command.\n\
         Ctrl-C ends the wait, not the jobs; during the submission, it reports whether jobs may have been started. The exit\n\
         code reflects the end of the jobs.",
    )
}

fn run<'a>(app: &'a App, matches: &'a ArgMatches) -> CommandFuture<'a> {
    Box::pin(async {
        let arguments = Arguments::from_arg_matches(matches)?;
        // Both are created here, so that every failure can name them.
        let (id, submission) = (arguments.exactly_once.then(JobId::random), Submission::default());
        let submit = arguments.submit(app, id, &submission);
        let job = unless_stopped(submit, |exit| submission.stopped(exit, id)).await??.job_id;
        // If stdout is closed, the job still runs, so the wait continues.
        let printed = app.output.line("the job is submitted", job);
        let mut jobs = vec![job];
        // A chosen id means a single job.
        if id.is_none() {
            jobs.extend(unless_stopped(others(app, job), |exit| stopped_waiting(exit, job, 0)).await?);
        }
        let waited = if arguments.detach { Ok(()) } else { wait_for_all(app, &jobs, arguments.wait).await };
        waited.and(printed)
    })
}

/// Waits for the jobs of a program, one after the other, and returns the first failure.
async fn wait_for_all(app: &App, jobs: &[JobId], goal: Goal) -> Result<()> {
    let mut outcome = Ok(());
    for (job, waiting) in jobs.iter().zip((0..jobs.len()).rev()) {
        match wait(app, *job, goal).await {
            Ok(details) => say!("{} is {}", details.name, details.state),
            // An interrupted wait skips the remaining jobs.
            Err(Failure { exit: exit @ (Exit::Interrupted | Exit::Terminated), .. }) => {
                return outcome.and(Err(stopped_waiting(exit, *job, waiting)));
            }
            Err(failure) => outcome = outcome.and(Err(failure)),
        }
    }
    outcome
}

/// Returns the other jobs that started while the program ran. Flink does not record the program of a job.
async fn others(app: &App, first: JobId) -> Vec<JobId> {
    let others = match app.in_time(app.client.jobs().overview()).await {
        Ok(overview) => overview.started_after(first),
        Err(error) => {
            say!("Cannot find out if the program has other jobs than {first}: {error}");
            return Vec::new();
        }
    };
    if !others.is_empty() {
        say!("{} more started while the program ran:", others.len());
    }
    others.iter().for_each(|job| say!("  {} {} ({})", job.jid, job.name, job.state));
    others.into_iter().map(|job| job.jid).collect()
}

/// The progress of a submission: true once Flink may have received the request to run the job.
#[derive(Clone, Debug, Default)]
struct Submission(Arc<AtomicBool>);

impl Submission {
    /// Marks the jar as sent.
    fn has_jar(&self) {
        self.0.store(true, Relaxed);
    }

    fn stopped(&self, exit: Exit, job: Option<JobId>) -> Failure {
        match (self.0.load(Relaxed), job) {
            (true, None) => {
                Failure::new(exit, "you stopped the submission; the program's jobs may have been started")
                    .hint("check with `flinkctl job list`, and for the jar with `flinkctl jar list`")
            }
            (true, Some(job)) => {
                Failure::new(exit, format!("you stopped the submission; job {job} may have been started"))
                    .hint(format!(
                        "check with `flinkctl job get {job}`, and for its jar with `flinkctl jar list`"
                    ))
            }
            (false, _) => {
                Failure::new(exit, "you stopped it before a job was submitted; nothing was started")
            }
        }
    }
}

impl Arguments {
    async fn submit(&self, app: &App, job: Option<JobId>, submission: &Submission) -> Result<JarRun> {
        let path = Path::new(&self.jar);
        if !path.exists() && resolve::may_name_a_jar(&self.jar) {
            let no_file = |failure: Failure| match failure.exit {
                Exit::NotFound => Failure {
                    message: format!("there is no file `{}`, and {}", self.jar, failure.message),
                    ..failure
                },
                _ => failure,
            };
            let jar = resolve::jar(&app.client, &self.jar).await.map_err(no_file)?;
            let mut request = RunJar::new(&jar);
            self.fill(&mut request, job);
            submission.has_jar();
            return app.client.request(request).await.map_err(|error| match error.last() {
                Error::Api(refusal) if refusal.root_cause().contains(jar.as_str()) => no_file(error.into()),
                _ => error.into(),
            });
        }
        let bar = progress_bar(path);
        let upload = Upload::new(path).on_progress({
            let (bar, submission) = (bar.clone(), submission.clone());
            move |sent, size| {
                if size.is_none_or(|size| sent >= size) {
                    submission.has_jar();
                }
                if let Some(size) = size {
                    bar.set_length(size);
                }
                bar.set_position(sent);
            }
        });
        let mut call = app.in_time(app.client.jars().upload_and_run(upload));
        if !self.keep_jar {
            call = call.delete_jar();
        }
        self.fill(call.action.as_mut(), job);
        let run = call.await;
        bar.finish_and_clear();
        Ok(run?)
    }

    fn fill(&self, request: &mut RunJar, job: Option<JobId>) {
        request.job_id = job;
        request.entry_class.clone_from(&self.entry_class);
        request.parallelism = self.parallelism;
        request.savepoint_path.clone_from(&self.from_savepoint);
        request.claim_mode = self.claim_mode.map(ClaimMode::from);
        request.allow_non_restored_state = self.allow_non_restored_state.then_some(true);
        request.flink_configuration = self.conf.iter().cloned().collect::<BTreeMap<_, _>>();
        request.args.clone_from(&self.args);
    }
}

/// Creates the progress bar of the upload; hidden unless stderr is a terminal.
fn progress_bar(path: &Path) -> ProgressBar {
    if !is_watched() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}");
    let name = sanitize(&path.file_name().unwrap_or_default().to_string_lossy());
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(name)
}
