//! Waiting for a collection of metrics: looks at what each JVM reported last.

use std::time::Duration;

use futures_util::future::{join, join_all};
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::{
    TOLERANCE, interval, last_collection,
    pulse::{MAX_TOLD_APART, Pulse, of_jobmanager, of_taskmanagers},
};
use crate::{
    Client, Endpoint, Error, TaskManagerId,
    client::{MAX_CONCURRENT_REQUESTS, Mode, call::CallOptions},
    rest::taskmanagers::details::GetTaskManagers,
};

/// Time after which a collection would have shown, while the JobManager answers.
const QUIET: Duration = Duration::from_millis(400);
/// Time without a change after which TaskManagers that cannot be told apart count as having reported.
const SETTLED: Duration = Duration::from_millis(400);
/// Time before which no JVM reports: a first look that takes longer may see some of the values that it began to collect.
const FIRST_REPORT: Duration = Duration::from_millis(20);
/// Pauses between looks, which double.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const MAX_PAUSE: Duration = Duration::from_millis(100);
/// Requests of one look for values of TaskManagers; one more is for those of the JobManager.
const MAX_GROUPS: usize = MAX_CONCURRENT_REQUESTS - 1;

/// When the collection began whose values the JobManager has now.
pub(super) enum Collected {
    /// Since the first look.
    Now,
    /// Within one interval before it.
    Before,
    /// Unknown, or since the first look, and these values are older.
    Late(Vec<f64>),
}

/// TaskManagers whose values are read by one request.
struct Group {
    /// None for all.
    ids: Vec<TaskManagerId>,
    /// Their number; none if the cluster does not tell.
    size: Option<usize>,
    before: Pulse,
    now: Pulse,
    /// Whether the values of each have been collected; none if that cannot be told.
    is_collected: Option<bool>,
}

impl Group {
    async fn look<M: Mode>(&mut self, client: &Client<M>, options: CallOptions) -> Option<bool> {
        let now = of_taskmanagers(client, &self.ids, options).await.ok()?;
        let is_new = now != self.now;
        self.now = now;
        Some(is_new)
    }
}

/// Looks until the metrics of the last collection are there; none if they cannot be read. `late` are values that were
/// old before.
pub(super) async fn collected<M: Mode>(
    client: &Client<M>,
    late: &[f64],
    known_interval: &mut Option<Duration>,
    options: CallOptions,
) -> Option<Collected> {
    let mut groups = groups(client, options).await?;
    // The first look makes Flink collect, and sees what was there before.
    let begun = Instant::now();
    let looks = join(of_jobmanager(client, options), look(&mut groups, client, options));
    let (jobmanager_before, is_read) = looks.await;
    let (jobmanager_before, _) = (jobmanager_before.ok()?, is_read?);
    let is_early = begun.elapsed() < FIRST_REPORT;
    let is_late = jobmanager_before.has_any(late) || groups.iter().any(|group| group.now.has_any(late));
    let is_one = groups.len() == 1;
    for group in &mut groups {
        // One request sees what is there when it makes Flink collect. Of a TaskManager without values, Flink hides the
        // values of the others of its group.
        let is_sure = is_one || (is_early && (!group.now.is_empty() || jobmanager_before.is_empty()));
        group.before = group.now.clone();
        group.is_collected = is_sure.then_some(false);
    }

    let (mut pause, mut quiet, mut changed, mut is_told) = (FIRST_PAUSE, Duration::ZERO, None, false);
    loop {
        sleep(pause).await;
        // A JobManager that stands still collects nothing and answers nothing.
        quiet += pause;
        pause = (pause * 2).min(MAX_PAUSE);
        let looks = join(of_jobmanager(client, options), look(&mut groups, client, options));
        let (jobmanager, is_new) = looks.await;
        let (jobmanager, is_new) = (jobmanager.ok()?, is_new?);
        if is_new {
            changed = Some(Instant::now());
        }
        let is_settled = changed.is_some_and(|at| at.elapsed() >= SETTLED);
        let are_in = groups.iter().all(|group| group.is_collected.unwrap_or(is_settled));
        let is_jobmanager_new = jobmanager != jobmanager_before;
        let has_begun = is_jobmanager_new || changed.is_some();
        if has_begun && are_in && (is_jobmanager_new || !is_early) {
            return Some(Collected::Now);
        }
        let mut is_given_up = begun.elapsed() > TOLERANCE;
        if !has_begun && !is_late && !is_told && quiet >= QUIET && !jobmanager.is_empty() {
            is_told = true;
            let Some(age) = last_collection::age(client, options).await else {
                return Some(Collected::Before);
            };
            // Otherwise it began with the first look, and nobody has reported yet.
            if age > begun.elapsed() {
                is_given_up = age > interval(client, known_interval, options).await + TOLERANCE;
                if !is_given_up {
                    return Some(Collected::Before);
                }
            }
        }
        if is_given_up {
            let of_taskmanagers = groups.iter().flat_map(|group| group.now.old(&group.before));
            return Some(Collected::Late(
                jobmanager.old(&jobmanager_before).into_iter().chain(of_taskmanagers).collect(),
            ));
        }
    }
}

/// The ids of all TaskManagers, whatever else is said of them.
#[derive(Deserialize)]
struct Listed {
    taskmanagers: Vec<ListedTaskManager>,
}

#[derive(Deserialize)]
struct ListedTaskManager {
    id: TaskManagerId,
}

/// The TaskManagers in groups that are told apart, if they are few; else all in one. None if nobody answers.
async fn groups<M: Mode>(client: &Client<M>, options: CallOptions) -> Option<Vec<Group>> {
    let listed = client.execute(&GetTaskManagers::new().request().ok()?, options).await;
    let ids = match listed.and_then(|answer| answer.decode::<Listed>()) {
        Ok(list) => Some(list.taskmanagers.into_iter().map(|taskmanager| taskmanager.id).collect::<Vec<_>>()),
        Err(Error::Transport { .. } | Error::Timeout { .. }) => return None,
        // A gateway may keep this one endpoint to itself.
        Err(_) => None,
    };
    let group = |ids: &[TaskManagerId], size: Option<usize>| Group {
        ids: ids.to_vec(),
        size,
        before: Pulse::default(),
        now: Pulse::default(),
        is_collected: Some(false),
    };
    Some(match ids {
        Some(ids) if (MAX_TOLD_APART + 1..=MAX_TOLD_APART * MAX_GROUPS).contains(&ids.len()) => {
            ids.chunks(MAX_TOLD_APART).map(|ids| group(ids, Some(ids.len()))).collect()
        }
        Some(ids) => vec![group(&[], Some(ids.len()))],
        None => vec![group(&[], None)],
    })
}

/// Looks at those that have not reported yet: whether there is something new; none if they cannot be read.
async fn look<M: Mode>(groups: &mut [Group], client: &Client<M>, options: CallOptions) -> Option<bool> {
    let pending = groups.iter_mut().filter(|group| group.is_collected != Some(true));
    let looks = join_all(pending.map(|group| async move {
        let is_new = group.look(client, options).await?;
        if group.is_collected.is_some() {
            let size = group.size.unwrap_or_else(|| group.before.len().max(1));
            group.is_collected = group.now.is_all_new(&group.before, size);
        }
        Some(is_new)
    }));
    looks.await.into_iter().try_fold(false, |any, is_new| Some(any | is_new?))
}
