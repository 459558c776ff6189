//! Progress of work on a job, on stderr.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use console::truncate_str;
use flink_ops::{Event, Obstacle, Run, Work};
use flink_rest_client::{
    JobId, JobStatus, Outage,
    jobs::progress::{JobProgress, VertexProgress},
};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    error::{Exit, Failure, Result},
    output::{colour, human, is_watched, sanitize, say, stderr_width, wrapped},
    signals::unless_stopped,
};

/// Interval of redraws: the server caches its own answer for this long by default.
const REDRAW_INTERVAL: Duration = Duration::from_secs(3);

/// Time between two lines about an outage.
const OUTAGE_INTERVAL: Duration = Duration::from_secs(10);
/// Duration of an outage that is reported; shorter ones are not worth a line.
const MIN_OUTAGE: Duration = Duration::from_secs(2);

/// Runs work on a job and shows the job's progress: redrawn in place on a terminal, else a line for each change of its state.
/// Fails if Ctrl-C or SIGTERM stops the process.
pub(crate) async fn shown<W: Run + 'static>(
    job: JobId,
    work: Work<W>,
    stopped: impl FnOnce(Exit) -> Failure,
) -> Result<Shown<W::Output>> {
    let drawing = is_watched().then(drawing);
    let was_restarted = Arc::new(AtomicBool::new(false));
    let work = match &drawing {
        Some(_) => work.progress_every(REDRAW_INTERVAL),
        None => work,
    };
    let work = work.on_event({
        let (drawing, was_restarted) = (drawing.clone(), was_restarted.clone());
        move |event| match (event, &drawing) {
            (Event::State(state), drawing) => {
                was_restarted.fetch_or(**state == JobStatus::Restarting, Relaxed);
                // The outcome reports the final state.
                if drawing.is_none() && !state.is_terminal() {
                    say!("{job} is {}", sanitize(state.as_str()));
                }
            }
            (Event::Progress { progress, obstacle, .. }, Some(drawing)) => {
                drawing.set_message(lines(progress, *obstacle));
            }
            (Event::Outage(outage), Some(drawing)) => {
                if let Some(text) = described(outage) {
                    drawing.set_message(format!("{job} is waited for; {text}"));
                }
            }
            (Event::Outage(outage), None) => say_outage(outage),
            _ => {}
        }
    });
    let outcome = unless_stopped(work, stopped).await;
    if let Some(drawing) = drawing {
        drawing.finish_and_clear();
    }
    Ok(Shown { outcome: outcome?, was_restarted: was_restarted.load(Relaxed) })
}

/// The outcome of work whose progress was shown.
pub(crate) struct Shown<T> {
    pub(crate) outcome: flink_ops::Result<T>,
    /// True if the job was seen restarting.
    pub(crate) was_restarted: bool,
}

/// Describes an outage, unless it is a short one.
fn described(outage: &Outage) -> Option<String> {
    let (lasting, patience) = (outage.lasting.as_secs(), human::duration(millis(outage.patience)));
    let why = match &outage.error {
        Some(error) => sanitize(&error.to_string()),
        None => "the request is pending".into(),
    };
    (outage.lasting >= MIN_OUTAGE)
        .then(|| format!("no answer for {lasting}s: {why}; gives up after {patience}"))
}

/// Prints an outage, at most every 10 seconds.
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

fn drawing() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg}");
    let drawing = ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        .with_message("…");
    drawing.enable_steady_tick(Duration::from_millis(200));
    drawing
}

/// Formats the job's name and state, its vertices, and the obstacle.
fn lines(details: &JobProgress, obstacle: Option<&Obstacle>) -> String {
    let state = details.state.to_string();
    let style = colour(&state);
    let (name, state) = (sanitize(&details.name), sanitize(&state));
    let of_job = format!("{} is {style}{state}{style:#}", truncate_str(&name, WIDTH, "…"));
    let of_vertices = details.vertices.iter().map(line);
    let obstacle = obstacle.map(|obstacle| in_a_few_lines(&sanitize(&obstacle.to_string())));
    std::iter::once(of_job).chain(of_vertices).chain(obstacle).collect::<Vec<_>>().join("\n")
}

/// Width of a vertex's name, in cells.
const WIDTH: usize = 48;

/// Formats the obstacle in at most eight lines, so that the job stays visible.
fn in_a_few_lines(text: &str) -> String {
    const MAX_LINES: usize = 8;
    let text = wrapped(&format!("  {text}"), stderr_width().unwrap_or(80).saturating_sub(1), "  ");
    let lines: Vec<_> = text.lines().collect();
    match lines.get(..MAX_LINES) {
        Some(first) if lines.len() > MAX_LINES => format!("{}…", first.join("\n")),
        _ => text,
    }
}

/// Formats a vertex: `  Count -> End              2 RUNNING`.
fn line(vertex: &VertexProgress) -> String {
    let tasks: Vec<_> = vertex
        .tasks()
        .iter()
        .map(|(state, tasks)| {
            let style = colour(&state.to_string());
            format!("{style}{tasks} {}{style:#}", sanitize(&state.to_string()))
        })
        .collect();
    let name = sanitize(&vertex.name);
    let name = console::pad_str(&truncate_str(&name, WIDTH, "…"), WIDTH, console::Alignment::Left, None)
        .into_owned();
    format!("  {name}  {}", tasks.join(", "))
}
