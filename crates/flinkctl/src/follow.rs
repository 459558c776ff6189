//! Waiting for a job while showing how it is doing.

use std::{
    convert::Infallible,
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use console::truncate_str;
use flink_rest_client::{
    Async, Error, ExecutionState, JobId, JobStatus, Outage, Retry, causes,
    cluster::Overview,
    jobs::{
        Job,
        exceptions::{ExceptionInfo, JobExceptions},
        progress::{JobProgress, VertexProgress},
    },
};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    app::App,
    error::{Exit, Failure, Result},
    limit::GRACE,
    output::{colour, human, is_watched, say, stderr_width, tame, wrapped},
    shell::quoted,
    stop::{stopped, unless_stopped},
};

/// How far a job is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Goal {
    /// All its tasks run
    Running,
    /// It has come to its end by itself
    Finished,
    /// All its tasks run with this parallelism
    #[value(skip)]
    Rescaled(u32),
}

/// What Flink says, in a trace, of a job that does not get its slots.
const NO_SLOTS: &str = "NoResourceAvailableException";

/// How often the display is renewed: the server keeps its own answer for so long, unless it is told otherwise.
const PAUSE: Duration = Duration::from_secs(3);

/// How long it may take to find out where something happened: what is known is told then.
const LONGEST: Duration = Duration::from_secs(5);

/// What helps against too few slots.
const MORE_SLOTS: &str =
    "it wants more slots than there are: `flinkctl cluster get` tells how many, `flinkctl ps` who has them";

/// Waits until the job is where it should be, to the end of `--timeout` or for as long as is usual. Ctrl-C ends the waiting, not the
/// job.
pub(crate) async fn follow(app: &App, id: JobId, goal: Goal) -> Result<JobProgress> {
    let job = app.client.job(id);
    let (wait, usual) = match goal {
        Goal::Running => (job.wait_until_running(), Duration::from_secs(600)),
        Goal::Rescaled(parallelism) => (job.wait_until_rescaled(parallelism), Duration::from_secs(600)),
        // A streaming job may never finish; who waits for it can stop waiting.
        Goal::Finished => (job.wait_until_finished(), Duration::MAX),
    };
    let display = Display::new();
    let was_restarted = Arc::new(AtomicBool::new(false));
    let wait = wait.on_outage(display.outage_teller(id)).on_state({
        let (tell, was_restarted) = (display.teller(id), was_restarted.clone());
        move |state| {
            was_restarted.fetch_or(*state == JobStatus::Restarting, Relaxed);
            tell(state);
        }
    });
    let waiting = async {
        tokio::select! {
            outcome = wait.timeout(app.global.limit.left().unwrap_or(usual)) => outcome,
            never = display.keep_showing(app, &job) => match never {},
        }
    };
    let stopped = |exit| match goal {
        Goal::Rescaled(_) => stopped_rescaling(exit, id),
        Goal::Running | Goal::Finished => stopped_waiting(exit, id, 0),
    };
    let outcome = unless_stopped(waiting, stopped).await;
    display.clear();
    match outcome? {
        Ok(details) => {
            // All tasks run, for now.
            if goal == Goal::Running && was_restarted.load(Relaxed) {
                say!("It was restarted before that: `flinkctl job exceptions {id}` tells why.");
            }
            Ok(details)
        }
        // A refusal or an outage does not take the request back. The end of the job does.
        Err(error)
            if matches!(goal, Goal::Rescaled(_))
                && !matches!(error, Error::JobEnded { .. } | Error::JobGone { .. } | Error::Timeout { .. }) =>
        {
            let command = app.command(&format!("job get {id}"));
            let lost = Failure { exit: Exit::OutcomeUnknown, ..Failure::from(error) };
            Err(lost.hint(format!(
                "the request stands: `{command}` tells what came of it, once the cluster answers"
            )))
        }
        Err(error @ Error::Outage { .. }) => Err(Failure::from(error).hint(format!(
            "the job goes on if the cluster does: `flinkctl job wait {id}` waits again, --patience endures longer outages"
        ))),
        Err(error @ Error::Timeout { .. }) => {
            let failure = explain(app, &job, error).await;
            let hint = failure.hint.as_deref().unwrap_or_default();
            let hint = format!("{hint}; the job goes on, `flinkctl job cancel {id}` ends it");
            Err(failure.hint(hint))
        }
        Err(error) => Err(explain(app, &job, error).await),
    }
}

/// The failure when somebody stops waiting for a job and so many others, which go on.
pub(crate) fn stopped_waiting(exit: Exit, id: JobId, others: usize) -> Failure {
    let others = match others {
        0 => String::new(),
        1 => ", and so does 1 more".into(),
        more => format!(", and so do {more} more"),
    };
    Failure::new(exit, format!("you stopped waiting; job {id} goes on{others}"))
        .hint(format!("`flinkctl job wait {id}` waits again, `flinkctl job cancel {id}` ends it"))
}

/// The failure when somebody stops waiting for another parallelism, which the job may get all the same.
pub(crate) fn stopped_rescaling(exit: Exit, id: JobId) -> Failure {
    Failure::new(exit, "you stopped waiting; the job may be rescaled all the same")
        .hint(format!("`flinkctl job get {id}` tells how parallel it is"))
}

/// Time between two lines about an outage, and before the first: one that is over at once is not worth a line.
const OUTAGE_INTERVAL: Duration = Duration::from_secs(10);
const SHORT_OUTAGE: Duration = Duration::from_secs(2);

/// Describes an outage, unless it is a short one.
fn described(outage: &Outage) -> Option<String> {
    let (lasting, patience) = (outage.lasting.as_secs(), human::duration(millis(outage.patience)));
    let why = match &outage.error {
        Some(error) => tame(&error.to_string()),
        None => "the request is pending".into(),
    };
    (outage.lasting >= SHORT_OUTAGE)
        .then(|| format!("no answer for {lasting}s: {why}; gives up after {patience}"))
}

/// Says that the cluster does not answer, once in a while.
pub(crate) fn say_outage(outage: &Outage) {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = described(outage)
        && last.is_none_or(|last| last.elapsed() >= OUTAGE_INTERVAL)
    {
        *last = Some(Instant::now());
        say!("{text}");
    }
}

pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The same failure with where it happened, if it was the job that failed, and if that is told before long.
async fn explain(app: &App, job: &Job<Async>, error: Error) -> Failure {
    let is_late = matches!(error, Error::Timeout { .. });
    let told = async {
        let details = if is_late { job.progress().await.ok() } else { None };
        let lack = match &details {
            Some(details) => lack_of_slots(app, details).await,
            None => None,
        };
        (exceptions(job, &error, details.as_ref()).await, lack.is_some())
    };
    let (exceptions, waits) = tokio::select! {
        told = told => told,
        () = tokio::time::sleep(if is_late { GRACE } else { LONGEST }) => (None, false),
        _ = stopped() => (None, false),
    };
    let ended = match &error {
        Error::JobEnded { state, .. } => Some(format!("job {} is {state}", job.id())),
        _ => None,
    };
    let mut failure = Failure::from(error);
    // The crate knows what helps against some causes.
    let remedy = ended.as_ref().and_then(|_| failure.hint.take());
    if is_late {
        failure.hint = Some(if waits { MORE_SLOTS } else { "allow more with --timeout" }.into());
    }
    let Some(latest) = exceptions.as_ref().and_then(|exceptions| exceptions.latest()) else { return failure };
    failure.trace = Some(tame(&latest.stacktrace));
    if let Some(ended) = ended {
        (failure.message, failure.causes) = (ended, causes(&latest.stacktrace));
    }
    // What ends a job is a failure of the job as a whole; the task's own is told beside it.
    let mut all = std::iter::once(latest).chain(latest.concurrent_exceptions.iter().flatten());
    let of_task = all.find(|exception| exception.task_name.is_some());
    failure.place = of_task.and_then(place);
    failure.hint = Some(if let Some(remedy) = remedy {
        remedy
    } else if waits || latest.stacktrace.contains(NO_SLOTS) {
        MORE_SLOTS.into()
    } else {
        match of_task.and_then(|exception| exception.taskmanager.as_ref()) {
            Some(taskmanager) => format!("`flinkctl logs {}` shows its log", quoted(taskmanager.as_str())),
            None => format!("`flinkctl job exceptions {}` tells more", job.id()),
        }
    });
    failure
}

/// How many slots the job waits for, at least, and the cluster, if that has less of them.
async fn lack_of_slots(app: &App, details: &JobProgress) -> Option<(u32, Overview)> {
    let waiting = details.vertices.iter().map(|vertex| {
        let tasks = vertex.tasks();
        let of = |state| tasks.get(&state).copied().unwrap_or_default();
        of(ExecutionState::Created) + of(ExecutionState::Scheduled)
    });
    // Vertices may share slots. With the adaptive scheduler, there are no tasks before there are slots.
    let waiting = waiting.max().unwrap_or_default().max((details.state == JobStatus::Created).into());
    if waiting == 0 {
        return None;
    }
    let cluster = app.client.overview().await.ok()?;
    (cluster.slots_available < waiting).then_some((waiting, cluster))
}

/// What keeps a job from running, for people who watch it: what it fails of, or the slots that it waits for.
async fn obstacle(app: &App, job: &Job<Async>, details: &JobProgress) -> Option<String> {
    let exceptions = job.exceptions().await.ok()?;
    if let Some(latest) = exceptions.latest() {
        let cause = causes(&latest.stacktrace).pop().unwrap_or_default();
        // Flink forgets the first ones.
        let times = match exceptions.exception_history.entries.len() {
            1 => String::new(),
            times => format!(" at least {times} times, the last time"),
        };
        return Some(format!("failed{times} of {}", tame(&cause)));
    }
    let (waiting, cluster) = lack_of_slots(app, details).await?;
    let (free, all) = (cluster.slots_available, cluster.slots_total);
    Some(format!("waits for slots: at least {waiting} more, and {free} of {all} are free"))
}

fn runs(details: &JobProgress) -> bool {
    details.state == JobStatus::Running && details.all_tasks_run()
}

/// What the job failed of, if that is what this is about.
async fn exceptions(job: &Job<Async>, error: &Error, details: Option<&JobProgress>) -> Option<JobExceptions> {
    let has_failed = match error {
        Error::JobEnded { state, .. } => *state == JobStatus::Failed,
        // While it runs, what failed once is over; else it may be what keeps the job from it.
        Error::Timeout { .. } => details.is_some_and(|details| details.state != JobStatus::Running),
        _ => false,
    };
    if has_failed { job.exceptions().await.ok() } else { None }
}

/// The subtask that failed, and where it ran.
fn place(exception: &ExceptionInfo) -> Option<String> {
    let task = exception.task_name.as_deref()?;
    let place = match (&exception.taskmanager, exception.endpoint()) {
        (Some(taskmanager), _) => format!("{task} on TaskManager {taskmanager}"),
        (None, Some(endpoint)) => format!("{task} at {endpoint}"),
        (None, None) => task.to_owned(),
    };
    Some(tame(&place))
}

/// How the job and each of its vertices is doing, drawn anew in its place; where nobody watches, a line for each change of
/// the job's state.
#[derive(Debug)]
struct Display {
    drawing: Option<ProgressBar>,
}

impl Display {
    fn new() -> Self {
        Self { drawing: is_watched().then(drawing) }
    }

    /// Says in which state a job is, where it is not drawn.
    fn teller(&self, id: JobId) -> impl Fn(&JobStatus) + Send + Sync + use<> {
        let tells = self.drawing.is_none();
        move |state| {
            // How it ended is told by the outcome.
            if tells && !state.is_terminal() {
                say!("{id} is {}", tame(state.as_str()));
            }
        }
    }

    /// Says that the cluster does not answer: in the drawing, or else in a line.
    fn outage_teller(&self, id: JobId) -> impl Fn(&Outage) + Send + Sync + use<> {
        let drawing = self.drawing.clone();
        move |outage| match (&drawing, described(outage)) {
            (Some(drawing), Some(text)) => drawing.set_message(format!("{id} is waited for; {text}")),
            (Some(_), None) => {}
            (None, _) => say_outage(outage),
        }
    }

    async fn keep_showing(&self, app: &App, job: &Job<Async>) -> Infallible {
        let Some(drawing) = &self.drawing else { return std::future::pending().await };
        let mut is_held_up = false;
        loop {
            // The wait itself tells of outages, and ends with errors that do not pass.
            if let Ok(details) = job.progress().retry(Retry::never()).await {
                let was_held_up = mem::replace(&mut is_held_up, !runs(&details));
                // Any job takes a moment until it runs.
                let obstacle = match is_held_up && was_held_up {
                    true => obstacle(app, job, &details).await,
                    false => None,
                };
                drawing.set_message(lines(&details, obstacle));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn clear(&self) {
        if let Some(drawing) = &self.drawing {
            drawing.finish_and_clear();
        }
    }
}

fn drawing() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg}");
    let drawing = ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        .with_message("…");
    drawing.enable_steady_tick(Duration::from_millis(200));
    drawing
}

/// The job's name and state, and below it those of its vertices and what holds it up.
fn lines(details: &JobProgress, obstacle: Option<String>) -> String {
    let state = details.state.to_string();
    let style = colour(&state);
    let (name, state) = (tame(&details.name), tame(&state));
    let of_job = format!("{} is {style}{state}{style:#}", truncate_str(&name, WIDTH, "…"));
    let of_vertices = details.vertices.iter().map(line);
    let obstacle = obstacle.map(|text| in_a_few_lines(&text));
    std::iter::once(of_job).chain(of_vertices).chain(obstacle).collect::<Vec<_>>().join("\n")
}

/// How much of a name is shown.
const WIDTH: usize = 48;

/// What holds a job up, in what is drawn anew all the time: no more of it than leaves the job in sight.
fn in_a_few_lines(text: &str) -> String {
    const MOST: usize = 8;
    let text = wrapped(&format!("  {text}"), stderr_width().unwrap_or(80).saturating_sub(1), "  ");
    let lines: Vec<_> = text.lines().collect();
    match lines.get(..MOST) {
        Some(first) if lines.len() > MOST => format!("{}…", first.join("\n")),
        _ => text,
    }
}

/// `  Count -> End              2 RUNNING`.
fn line(vertex: &VertexProgress) -> String {
    let tasks: Vec<_> = vertex
        .tasks()
        .iter()
        .map(|(state, tasks)| {
            let style = colour(&state.to_string());
            format!("{style}{tasks} {}{style:#}", tame(&state.to_string()))
        })
        .collect();
    let name = tame(&vertex.name);
    let name = console::pad_str(&truncate_str(&name, WIDTH, "…"), WIDTH, console::Alignment::Left, None)
        .into_owned();
    format!("  {name}  {}", tasks.join(", "))
}
