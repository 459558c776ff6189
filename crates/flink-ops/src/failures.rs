//! The failures of a job, condensed: what repeats is one failure.

use std::collections::HashMap;

use flink_rest_client::{
    Answer, Endpoint, FlinkRestClient, JobId, TaskManagerId, Timestamp, causes,
    jobs::exceptions::GetJobExceptions, lenient,
};
use serde::{Deserialize, Serialize, Serializer};

use crate::Result;

/// Reads the failures of a job, newest first. Those of one vertex for one reason are one, whatever the subtask and the
/// attempt, and however the numbers in their messages differ.
///
/// The cluster keeps the last 16 failures unless it is configured otherwise (`web.exception-history-size`).
///
/// # Errors
///
/// Those of [`Job::exceptions`](flink_rest_client::jobs::Job::exceptions).
pub async fn failures(client: &FlinkRestClient, job: JobId) -> Result<Vec<Failure>> {
    Ok(Exceptions::of(client, GetJobExceptions::new(job)).await?.condensed())
}

/// The failures in an answer to [`GetJobExceptions`], as [`failures`] condenses them.
///
/// # Errors
///
/// Those of [`Answer::decode`].
pub fn failures_in(answer: &Answer) -> Result<Vec<Failure>> {
    Ok(answer.decode::<Exceptions>()?.condensed())
}

/// A failure of a task, or of the job as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// The time of the last one; none if it cannot be read. In milliseconds since 1970 as JSON.
    #[serde(serialize_with = "epoch_millis")]
    pub last: Option<Timestamp>,
    /// How often it is in the history.
    pub times: usize,
    /// The subtask that failed last, as `Map (2/4)`; none if it was the job as a whole. The adaptive scheduler names none
    /// (measured on 2.3.0).
    pub task: Option<String>,
    /// The TaskManager that it ran on (1.17+).
    pub taskmanager: Option<TaskManagerId>,
    /// Host and port of that TaskManager.
    pub endpoint: Option<String>,
    /// The root cause of the last one, with its class, in one line.
    pub cause: String,
    /// The Java stack trace of the last one.
    pub stacktrace: String,
}

impl Failure {
    /// Tells if Flink could not find a slot: the job wants more than the cluster has.
    pub fn is_lack_of_slots(&self) -> bool {
        self.stacktrace.contains("NoResourceAvailableException")
    }
}

/// The exceptions of a job, as far as they can be read.
#[derive(Debug, Deserialize)]
pub(crate) struct Exceptions {
    #[serde(rename = "exceptionHistory", default, deserialize_with = "lenient::or_default")]
    history: History,
}

#[derive(Debug, Default, Deserialize)]
struct History {
    #[serde(default, deserialize_with = "lenient::list")]
    entries: Vec<Entry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default, deserialize_with = "lenient::or_default")]
    stacktrace: String,
    #[serde(default, deserialize_with = "lenient::or_default")]
    timestamp: Option<i64>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    task_name: Option<String>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    task_manager_id: Option<TaskManagerId>,
    // One thing under two names: the first up to 1.20, the second since 1.19.
    #[serde(default, deserialize_with = "lenient::or_default")]
    location: Option<String>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    endpoint: Option<String>,
    #[serde(default, deserialize_with = "lenient::list")]
    concurrent_exceptions: Vec<Entry>,
}

impl Exceptions {
    pub(crate) async fn of(client: &FlinkRestClient, question: GetJobExceptions) -> Result<Self> {
        Ok(client.request(question.request()?).await?.decode()?)
    }

    /// The number of failures in the history.
    pub(crate) fn count(&self) -> usize {
        self.history.entries.len()
    }

    /// The last failure.
    pub(crate) fn latest(self) -> Option<Failure> {
        self.history.entries.into_iter().next().map(Entry::failure)
    }

    pub(crate) fn condensed(self) -> Vec<Failure> {
        let (mut failures, mut places) = (Vec::<Failure>::new(), HashMap::new());
        for failure in self.history.entries.into_iter().map(Entry::failure) {
            let next = failures.len();
            match failures.get_mut(*places.entry(key(&failure)).or_insert(next)) {
                Some(known) => known.times += 1,
                None => failures.push(failure),
            }
        }
        failures
    }
}

impl Entry {
    /// It may be of the whole job; then what failed with it tells where.
    fn failure(self) -> Failure {
        let all = || std::iter::once(&self).chain(&self.concurrent_exceptions);
        let of_task = all().find(|entry| entry.task_name.is_some());
        let place = of_task.or_else(|| self.concurrent_exceptions.first()).unwrap_or(&self);
        let task = of_task.and_then(|entry| entry.task_name.as_deref()).map(without_attempt);
        let taskmanager = place.task_manager_id.clone().filter(|id| !id.as_str().is_empty());
        let endpoint = place.endpoint.clone().or_else(|| place.location.clone());
        Failure {
            last: self.timestamp.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
            times: 1,
            task,
            taskmanager,
            endpoint,
            cause: causes(&self.stacktrace).pop().unwrap_or_default(),
            stacktrace: self.stacktrace,
        }
    }
}

/// What failures that are one have in common.
fn key(failure: &Failure) -> (String, String) {
    let task = failure.task.as_deref().unwrap_or_default();
    let vertex = task.rsplit_once(" (").map_or(task, |(vertex, _)| vertex);
    // Messages often name a record, an attempt or a port.
    (vertex.to_owned(), failure.cause.chars().filter(|c| !c.is_ascii_digit()).collect())
}

/// `Map (2/4) - execution #3` as `Map (2/4)`.
fn without_attempt(task: &str) -> String {
    task.split_once(" - execution #").map_or(task, |(subtask, _)| subtask).to_owned()
}

fn epoch_millis<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(Timestamp::as_millisecond).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn condensed(entries: &[Value]) -> Vec<Failure> {
        from_value::<Exceptions>(json!({"exceptionHistory": {"entries": entries}})).unwrap().condensed()
    }

    #[test]
    fn what_repeats_is_one_failure_with_its_last_time() {
        let failure = |timestamp: u64, attempt: u64, message: &str| {
            json!({
                "timestamp": timestamp, "taskName": format!("Map ({}/2) - execution #{attempt}", 1 + attempt / 2),
                "stacktrace": format!("java.lang.RuntimeException: {message}\n\tat Map.map"),
            })
        };
        let all = condensed(&[
            failure(30, 2, "record 7 is bad"),
            failure(20, 1, "disk full"),
            failure(10, 0, "record 3 is bad"),
        ]);
        let seen = all.iter().map(|failure| (failure.last.unwrap().as_millisecond(), failure.times));
        assert_eq!(seen.collect::<Vec<_>>(), [(30, 2), (20, 1)]);
        assert_eq!(all[0].task.as_deref(), Some("Map (2/2)"));
        assert_eq!(all[0].cause, "RuntimeException: record 7 is bad");
    }

    #[test]
    fn the_failure_of_a_whole_job_is_placed_by_what_failed_with_it() {
        let all = condensed(&[
            json!({"stacktrace": "a", "concurrentExceptions": [{"taskName": "Map", "endpoint": "host:1"}]}),
        ]);
        assert_eq!((all[0].task.as_deref(), all[0].endpoint.as_deref()), (Some("Map"), Some("host:1")));
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        for odd in [json!(null), json!(-1), json!("x"), json!([1]), json!({"a": {}}), json!(1.5)] {
            let entry = json!({"stacktrace": "a: b", "timestamp": odd, "taskName": odd, "taskManagerId": odd,
                "endpoint": odd, "location": odd, "concurrentExceptions": odd});
            assert_eq!(condensed(&[odd.clone(), entry]).last().unwrap().cause, "a: b");
            from_value::<Exceptions>(json!({"exceptionHistory": odd})).unwrap();
        }
    }
}
