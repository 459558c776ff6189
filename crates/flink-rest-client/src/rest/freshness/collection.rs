//! Waits for a collection of metrics by comparing the values that each JVM last reported.

use std::time::Duration;

use futures_util::future::{join, join_all};
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::{
    COLLECTION_TIMEOUT, interval,
    jvm_sample::{JvmSample, MAX_DISTINGUISHABLE, of_jobmanager, of_taskmanagers},
    last_collection,
};
use crate::{
    Client, Endpoint, Error, TaskManagerId,
    client::{MAX_CONCURRENT_REQUESTS, Mode, call::CallOptions},
    rest::taskmanagers::details::GetTaskManagers,
};

/// Time without any change after which no collection has started, if the JobManager responds.
const NO_COLLECTION_TIMEOUT: Duration = Duration::from_millis(400);
/// Time without a change after which TaskManagers that cannot be distinguished count as having reported.
const SETTLE_TIMEOUT: Duration = Duration::from_millis(400);
/// Minimum time until a JVM reports: a slower first request may already see values of the collection it triggered.
const MIN_REPORT_DELAY: Duration = Duration::from_millis(20);
/// Interval between requests; it doubles up to the maximum.
const MIN_POLL_INTERVAL: Duration = Duration::from_millis(25);
const MAX_POLL_INTERVAL: Duration = Duration::from_millis(100);
/// Maximum number of concurrent requests for values of TaskManagers; one more is for those of the JobManager.
const MAX_GROUPS: usize = MAX_CONCURRENT_REQUESTS - 1;

/// The start of the collection whose values the JobManager has now.
pub(super) enum Collected {
    /// After the first request.
    Now,
    /// Within one interval before the first request.
    Before,
    /// Unknown, or after the first request while these values are still old.
    Late(Vec<f64>),
}

/// TaskManagers whose values one request reads.
struct Group {
    /// The TaskManagers; empty for all.
    ids: Vec<TaskManagerId>,
    /// The number of TaskManagers; none if unknown.
    size: Option<usize>,
    before: JvmSample,
    now: JvmSample,
    /// True if all have reported; none if they cannot be distinguished.
    is_collected: Option<bool>,
}

impl Group {
    async fn read<M: Mode>(&mut self, client: &Client<M>, options: CallOptions) -> Option<bool> {
        let now = of_taskmanagers(client, &self.ids, options).await.ok()?;
        let is_new = now != self.now;
        self.now = now;
        Some(is_new)
    }
}

/// Polls until the metrics of the last collection have arrived; none if they cannot be read. `late` are values known to
/// be old.
pub(super) async fn collected<M: Mode>(
    client: &Client<M>,
    late: &[f64],
    known_interval: &mut Option<Duration>,
    options: CallOptions,
) -> Option<Collected> {
    let mut groups = groups(client, options).await?;
    // The first request triggers a collection, and reads the values from before.
    let begun = Instant::now();
    let reads = join(of_jobmanager(client, options), read(&mut groups, client, options));
    let (jobmanager_before, is_read) = reads.await;
    let (jobmanager_before, _) = (jobmanager_before.ok()?, is_read?);
    let is_early = begun.elapsed() < MIN_REPORT_DELAY;
    let is_late = jobmanager_before.has_any(late) || groups.iter().any(|group| group.now.has_any(late));
    let is_one = groups.len() == 1;
    for group in &mut groups {
        // A single request reads the values from before the collection that it triggers. If a TaskManager has no
        // values, Flink hides those of the others in its group.
        let is_sure = is_one || (is_early && (!group.now.is_empty() || jobmanager_before.is_empty()));
        group.before = group.now.clone();
        group.is_collected = is_sure.then_some(false);
    }

    let (mut pause, mut quiet, mut changed, mut is_age_read) =
        (MIN_POLL_INTERVAL, Duration::ZERO, None, false);
    loop {
        sleep(pause).await;
        // A JobManager that hangs neither collects nor responds.
        quiet += pause;
        pause = (pause * 2).min(MAX_POLL_INTERVAL);
        let reads = join(of_jobmanager(client, options), read(&mut groups, client, options));
        let (jobmanager, is_new) = reads.await;
        let (jobmanager, is_new) = (jobmanager.ok()?, is_new?);
        if is_new {
            changed = Some(Instant::now());
        }
        let is_settled = changed.is_some_and(|at| at.elapsed() >= SETTLE_TIMEOUT);
        let are_in = groups.iter().all(|group| group.is_collected.unwrap_or(is_settled));
        let is_jobmanager_new = jobmanager != jobmanager_before;
        let has_begun = is_jobmanager_new || changed.is_some();
        if has_begun && are_in && (is_jobmanager_new || !is_early) {
            return Some(Collected::Now);
        }
        let mut is_timeout = begun.elapsed() > COLLECTION_TIMEOUT;
        if !has_begun && !is_late && !is_age_read && quiet >= NO_COLLECTION_TIMEOUT && !jobmanager.is_empty()
        {
            is_age_read = true;
            let Some(age) = last_collection::age(client, options).await else {
                return Some(Collected::Before);
            };
            // Otherwise it started with the first request, and no JVM has reported yet.
            if age > begun.elapsed() {
                is_timeout = age > interval(client, known_interval, options).await + COLLECTION_TIMEOUT;
                if !is_timeout {
                    return Some(Collected::Before);
                }
            }
        }
        if is_timeout {
            let of_taskmanagers = groups.iter().flat_map(|group| group.now.old(&group.before));
            return Some(Collected::Late(
                jobmanager.old(&jobmanager_before).into_iter().chain(of_taskmanagers).collect(),
            ));
        }
    }
}

/// The ids of all TaskManagers; other fields are ignored.
#[derive(Deserialize)]
struct Listed {
    taskmanagers: Vec<ListedTaskManager>,
}

#[derive(Deserialize)]
struct ListedTaskManager {
    id: TaskManagerId,
}

/// Splits the TaskManagers into groups whose members can be distinguished, if there are few; else into one group. None
/// if the server does not respond.
async fn groups<M: Mode>(client: &Client<M>, options: CallOptions) -> Option<Vec<Group>> {
    let listed = client.execute(&GetTaskManagers::new().request().ok()?, options).await;
    let ids = match listed.and_then(|answer| answer.decode::<Listed>()) {
        Ok(list) => Some(list.taskmanagers.into_iter().map(|taskmanager| taskmanager.id).collect::<Vec<_>>()),
        Err(Error::Transport { .. } | Error::Timeout { .. }) => return None,
        // A gateway may block this endpoint.
        Err(_) => None,
    };
    let group = |ids: &[TaskManagerId], size: Option<usize>| Group {
        ids: ids.to_vec(),
        size,
        before: JvmSample::default(),
        now: JvmSample::default(),
        is_collected: Some(false),
    };
    Some(match ids {
        Some(ids) if (MAX_DISTINGUISHABLE + 1..=MAX_DISTINGUISHABLE * MAX_GROUPS).contains(&ids.len()) => {
            ids.chunks(MAX_DISTINGUISHABLE).map(|ids| group(ids, Some(ids.len()))).collect()
        }
        Some(ids) => vec![group(&[], Some(ids.len()))],
        None => vec![group(&[], None)],
    })
}

/// Reads the values of the groups that have not reported yet. Returns true if any has changed; none if they cannot be
/// read.
async fn read<M: Mode>(groups: &mut [Group], client: &Client<M>, options: CallOptions) -> Option<bool> {
    let pending = groups.iter_mut().filter(|group| group.is_collected != Some(true));
    let reads = join_all(pending.map(|group| async move {
        let is_new = group.read(client, options).await?;
        if group.is_collected.is_some() {
            let size = group.size.unwrap_or_else(|| group.before.len().max(1));
            group.is_collected = group.now.is_all_new(&group.before, size);
        }
        Some(is_new)
    }));
    reads.await.into_iter().try_fold(false, |any, is_new| Some(any | is_new?))
}
