//! Waiting for a job while showing how it is doing.

use std::{cell::RefCell, collections::HashMap, convert::Infallible, io::IsTerminal, time::Duration};

use console::truncate_str;
use flink_rest_client::{
    Async, Error, JobId, JobStatus, VertexId, causes,
    jobs::{Job, details::JobDetails, exceptions::ExceptionInfo, vertices::JobVertex},
};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::{
    cli::App,
    error::{Failure, Result},
    output::{colour, say},
    stop::unless_stopped,
};

/// How far a job is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Goal {
    /// All its tasks run
    Running,
    /// It has come to its end by itself
    Finished,
}

/// What Flink says, in a trace, of a job that does not get its slots.
const NO_SLOTS: &str = "NoResourceAvailableException";

/// How often the display is renewed: the server keeps its own answer for so long, unless it is told otherwise.
const PAUSE: Duration = Duration::from_secs(3);

/// Waits until the job is where it should be. Ctrl-C ends the waiting, not the job.
pub(crate) async fn follow(app: &App, id: JobId, goal: Goal) -> Result<JobDetails> {
    let job = app.client.job(id);
    let (wait, usual) = match goal {
        Goal::Running => (job.wait_until_running(), Duration::from_secs(600)),
        // A streaming job may never finish; who waits for it can stop waiting.
        Goal::Finished => (job.wait_until_finished(), Duration::MAX),
    };
    let display = Display::new();
    let wait = wait.on_state(display.teller(id));
    let waiting = async {
        tokio::select! {
            outcome = wait.timeout(app.global.timeout.unwrap_or(usual)) => outcome,
            never = display.keep_showing(&job) => match never {},
        }
    };
    let outcome = unless_stopped(waiting, |exit| {
        Failure::new(exit, format!("you stopped waiting; job {id} goes on"))
            .hint(format!("`flinkctl job wait {id}` waits again, `flinkctl job cancel {id}` ends it"))
    });
    let outcome = outcome.await;
    display.clear();
    match outcome? {
        Ok(details) => Ok(details),
        Err(error) => Err(explain(&job, error).await),
    }
}

/// The same failure with where it happened, if it was the job that failed.
async fn explain(job: &Job<Async>, error: Error) -> Failure {
    let has_failed = match &error {
        Error::JobEnded { state, .. } => *state == JobStatus::Failed,
        // While it runs, what failed once is over; else it may be what keeps the job from it.
        Error::Timeout { .. } => job.details().await.is_ok_and(|details| details.state != JobStatus::Running),
        _ => false,
    };
    let ended = match &error {
        Error::JobEnded { state, .. } => Some(format!("job {} is {state}", job.id())),
        _ => None,
    };
    let mut failure = Failure::from(error);
    let exceptions = if has_failed { job.exceptions().await.ok() } else { None };
    let Some(latest) = exceptions.as_ref().and_then(|exceptions| exceptions.latest()) else { return failure };
    failure.trace = Some(crate::output::tame(&latest.stacktrace));
    if let Some(ended) = ended {
        (failure.message, failure.causes) = (ended, causes(&latest.stacktrace));
    }
    // What ends a job is a failure of the job as a whole; the task's own is told beside it.
    let mut all = std::iter::once(latest).chain(latest.concurrent_exceptions.iter().flatten());
    let of_task = all.find(|exception| exception.task_name.is_some());
    failure.place = of_task.and_then(place);
    failure.hint = Some(if latest.stacktrace.contains("allowNonRestoredState") {
        "--allow-non-restored-state drops the state that no operator of the program wants".into()
    } else if latest.stacktrace.contains(NO_SLOTS) {
        "it wants more slots than there are: `flinkctl cluster get` tells how many, `flinkctl ps` who has them".into()
    } else {
        match of_task.and_then(|exception| exception.taskmanager.as_ref()) {
            Some(taskmanager) => format!("`flinkctl logs {taskmanager}` shows its log"),
            None => format!("`flinkctl job exceptions {}` tells more", job.id()),
        }
    });
    failure
}

/// The subtask that failed, and where it ran.
fn place(exception: &ExceptionInfo) -> Option<String> {
    let task = exception.task_name.as_deref()?;
    let place = match (&exception.taskmanager, exception.endpoint()) {
        (Some(taskmanager), _) => format!("{task} on TaskManager {taskmanager}"),
        (None, Some(endpoint)) => format!("{task} at {endpoint}"),
        (None, None) => task.to_owned(),
    };
    Some(crate::output::tame(&place))
}

/// A line on stderr for each vertex, or, where nobody watches, one for each change of the job's state.
#[derive(Debug)]
struct Display {
    lines: Option<MultiProgress>,
    bars: RefCell<HashMap<VertexId, ProgressBar>>,
}

impl Display {
    fn new() -> Self {
        let lines = std::io::stderr().is_terminal().then(MultiProgress::new);
        Self { lines, bars: RefCell::default() }
    }

    /// Says in which state a job is, where no lines show it.
    fn teller(&self, id: JobId) -> impl Fn(&JobStatus) + Send + Sync + use<> {
        let tells = self.lines.is_none();
        move |state| {
            // How it ended is told by the outcome.
            if tells && !state.is_terminal() {
                say!("{id} is {state}");
            }
        }
    }

    async fn keep_showing(&self, job: &Job<Async>) -> Infallible {
        let Some(lines) = &self.lines else { return std::future::pending().await };
        loop {
            // The wait itself tells of errors.
            if let Ok(details) = job.details().await {
                show(lines, &mut self.bars.borrow_mut(), &details);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn clear(&self) {
        // Each by itself: what still spins would be drawn again.
        self.bars.borrow().values().for_each(ProgressBar::finish_and_clear);
    }
}

fn show(lines: &MultiProgress, bars: &mut HashMap<VertexId, ProgressBar>, details: &JobDetails) {
    for vertex in &details.vertices {
        let bar = bars.entry(vertex.id).or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} {msg}");
            let bar = lines.add(
                ProgressBar::new_spinner()
                    .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner())),
            );
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        bar.set_message(line(vertex));
    }
}

/// `Count -> End              2/2 RUNNING`.
fn line(vertex: &JobVertex) -> String {
    const WIDTH: usize = 48;
    let there = vertex.tasks.iter().filter(|(_, tasks)| **tasks > 0);
    let tasks: Vec<_> = there
        .map(|(state, tasks)| {
            let style = colour(&state.to_string());
            format!("{style}{tasks} {}{style:#}", crate::output::tame(&state.to_string()))
        })
        .collect();
    let name = crate::output::tame(&vertex.name);
    let name = console::pad_str(&truncate_str(&name, WIDTH, "…"), WIDTH, console::Alignment::Left, None)
        .into_owned();
    format!("{name}  {}", tasks.join(", "))
}
