//! Resolving an argument to a job, TaskManager, vertex, jar or application: by id, prefix of an id, or name.

use std::{path::Path, str::FromStr, sync::Once};

use flink_rest_client::{
    ApplicationId, FlinkRestClient, InvalidId, JarId, JobId, JobStatus, TaskManagerId, Timestamp, VertexId,
    endpoint::{IdKind, Kind},
    lenient,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    error::{Exit, Failure, Result},
    output::say,
    shell::quoted,
};

/// A resource that an argument may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Time of its end; none while it runs. Of several with one name, the running one is meant, else the last to end.
    pub(crate) ended: Option<Timestamp>,
    /// A detail that tells it apart from others: its state, or its time of upload.
    pub(crate) note: String,
}

impl std::fmt::Display for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Any part may be the server's text.
        let text = format!("{}  {} ({})", self.id, self.name, self.note);
        f.write_str(&crate::output::plain(&text))
    }
}

impl Candidate {
    /// Parses the id. An invalid one is a fault of the server, which listed it, not of the command line.
    pub(crate) fn parsed<T: FromStr<Err = InvalidId>>(&self) -> Result<T> {
        self.id.parse().map_err(|error: InvalidId| {
            Failure::new(Exit::Failed, format!("the server listed an invalid id: {error}"))
        })
    }
}

/// Resolves a parameter of this kind to an id. `earlier` are the parameters before it.
pub(crate) async fn parameter(
    client: &FlinkRestClient,
    kind: Kind,
    word: &str,
    earlier: &Map<String, Value>,
) -> Result<String> {
    let Kind::Id(id) = kind else { return Ok(word.to_owned()) };
    Ok(match id {
        IdKind::Job => job(client, word).await?.into(),
        IdKind::Application => application(client, word).await?.into(),
        IdKind::TaskManager => {
            pick("TaskManager", word, taskmanagers(client).await?)?.parsed::<TaskManagerId>()?.into()
        }
        IdKind::Jar => jar(client, word).await?.into(),
        IdKind::Vertex => {
            let job = given(earlier.get("job").and_then(Value::as_str).unwrap_or_default())?;
            vertex(client, job, word).await?.into()
        }
        _ => word.to_owned(),
    })
}

/// Parses an id from the command line.
pub(crate) fn given<T: FromStr<Err = InvalidId>>(text: &str) -> Result<T> {
    text.parse().map_err(|error: InvalidId| Failure::usage(error.to_string()))
}

/// Resolves a job by its id, a prefix of it, or its name.
pub(crate) async fn job(client: &FlinkRestClient, word: &str) -> Result<JobId> {
    match word.parse() {
        Ok(id) => Ok(id),
        Err(_) => meant("job", word, jobs(client).await?)?.parsed(),
    }
}

/// Resolves an application by its id, a prefix of it, or the name of its job.
async fn application(client: &FlinkRestClient, word: &str) -> Result<ApplicationId> {
    match word.parse() {
        Ok(id) => Ok(id),
        Err(_) => meant("application", of_job(word), applications(client).await?)?.parsed(),
    }
}

/// Resolves a vertex of a job by its id, its name, or a prefix of either.
pub(crate) async fn vertex(client: &FlinkRestClient, job: JobId, word: &str) -> Result<VertexId> {
    match word.parse() {
        Ok(id) => Ok(id),
        Err(_) => pick("vertex", word, vertices(client, job).await?)?.parsed(),
    }
}

/// Resolves a job, with its name and state.
pub(crate) async fn described_job(client: &FlinkRestClient, word: &str) -> Result<Candidate> {
    pick("job", word, jobs(client).await?)
}

/// Resolves a job or a TaskManager.
pub(crate) async fn job_or_taskmanager(client: &FlinkRestClient, word: &str) -> Result<Candidate> {
    let (mut both, taskmanagers) = (jobs(client).await?, taskmanagers(client).await?);
    both.extend(taskmanagers);
    meant("job or TaskManager", word, both)
}

/// Resolves a jar on the cluster by its id, its path there, a prefix of its id, or its name.
///
/// Flink runs any file in its folder of jars, but lists only those that it named itself. An unlisted name is passed on to the
/// server.
pub(crate) async fn jar(client: &FlinkRestClient, word: &str) -> Result<JarId> {
    let (is_file, id) = (Path::new(word).is_file(), last_part(word));
    let may_be_unlisted = !is_file && (is_jar_id(id) || (id == word && id.ends_with(".jar")));
    let listed = match jars(client).await {
        // A gateway may refuse the list.
        Err(failure) if failure.exit == Exit::Failed && may_be_unlisted => Vec::new(),
        listed => listed?,
    };
    if let Some(jar) = listed.iter().find(|jar| jar.id == id) {
        return jar.parsed();
    }
    match find("jar", word, &listed)? {
        Some(jar) => jar.parsed(),
        None if may_be_unlisted => given(id),
        None if is_file => Err(none("jar", word, &listed).hint(format!(
            "`{word}` is a file: `flinkctl jar upload {}` uploads it to the cluster",
            quoted(word)
        ))),
        None => Err(none("jar", word, &listed)),
    }
}

/// Returns the id of a jar in the path that an upload returns.
fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// Returns true if a word that is no local file may name a jar on the cluster.
pub(crate) fn may_name_a_jar(word: &str) -> bool {
    let id = last_part(word);
    id == word || is_jar_id(id)
}

/// Returns true for ids as Flink gives to uploaded jars: a UUID, an underscore and a name.
fn is_jar_id(word: &str) -> bool {
    const DIGITS: [usize; 5] = [8, 4, 4, 4, 12];
    let is_uuid = |text: &str| {
        let groups =
            text.split('-').map(|group| (group.len(), group.bytes().all(|digit| digit.is_ascii_hexdigit())));
        groups.eq(DIGITS.map(|digits| (digits, true)))
    };
    word.split_once('_').is_some_and(|(uuid, _)| is_uuid(uuid))
}

/// An element of a list. Only the id is required, so that unreadable details do not hide the resource.
#[derive(Deserialize)]
struct Listed {
    #[serde(alias = "jid", default, deserialize_with = "lenient::or_default")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    name: String,
    #[serde(alias = "status", default, deserialize_with = "lenient::or_default")]
    state: Option<JobStatus>,
    #[serde(rename = "end-time", default, deserialize_with = "lenient::or_default")]
    ended: Option<i64>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    uploaded: Option<i64>,
    #[serde(rename = "slotsNumber", default, deserialize_with = "lenient::or_default")]
    slots: Option<u32>,
}

impl Listed {
    fn candidate(self, note: String) -> Option<Candidate> {
        let ended = self.ended_at();
        Some(Candidate { id: self.id?, name: self.name, ended, note })
    }

    /// Returns the time of its end; none if it runs, or its state is unknown.
    fn ended_at(&self) -> Option<Timestamp> {
        let time = || self.ended.filter(|time| *time >= 0).and_then(timestamp).unwrap_or_default();
        self.state.as_ref().is_some_and(JobStatus::is_terminal).then(time)
    }

    fn state(&self) -> String {
        self.state.as_ref().map_or_else(|| "in an unknown state".to_owned(), ToString::to_string)
    }
}

fn timestamp(milliseconds: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(milliseconds).ok()
}

/// Reads a list, by the name of its endpoint.
async fn listed(client: &FlinkRestClient, endpoint: &str) -> Result<Vec<Listed>> {
    #[derive(Deserialize)]
    struct List {
        #[serde(alias = "jobs", alias = "applications", alias = "taskmanagers", alias = "files")]
        #[serde(deserialize_with = "lenient::list")]
        all: Vec<Listed>,
    }
    Ok(client.request_by_name(endpoint, Value::Null).await?.decode::<List>()?.all)
}

pub(crate) async fn jobs(client: &FlinkRestClient) -> Result<Vec<Candidate>> {
    let candidate = |job: Listed| {
        let note = match job.ended_at() {
            Some(end) => format!("{}, ended {end:.0}", job.state()),
            None => job.state(),
        };
        job.candidate(note)
    };
    Ok(listed(client, "GetJobsOverview").await?.into_iter().filter_map(candidate).collect())
}

/// Returns the jobs that have not ended or whose state is unknown.
pub(crate) async fn unfinished_jobs(client: &FlinkRestClient) -> Result<Vec<JobId>> {
    let unfinished = jobs(client).await?.into_iter().filter(|job| job.ended.is_none());
    Ok(unfinished.filter_map(|job| job.id.parse().ok()).collect())
}

pub(crate) async fn applications(client: &FlinkRestClient) -> Result<Vec<Candidate>> {
    let candidate = |application: Listed| {
        let name = of_job(&application.name).to_owned();
        let note = application.state();
        Some(Candidate { name, ..application.candidate(note)? })
    };
    Ok(listed(client, "GetApplicationsOverview").await?.into_iter().filter_map(candidate).collect())
}

/// Returns the job's name in the name of an application that Flink creates for one job: `SingleJobApplication(Orders)`.
fn of_job(name: &str) -> &str {
    let inside = name.strip_prefix("SingleJobApplication(").and_then(|rest| rest.strip_suffix(')'));
    inside.unwrap_or(name)
}

pub(crate) async fn taskmanagers(client: &FlinkRestClient) -> Result<Vec<Candidate>> {
    let candidate = |taskmanager: Listed| {
        let note = taskmanager.slots.map_or_else(String::new, |slots| format!("{slots} slots"));
        let taskmanager = taskmanager.candidate(note)?;
        // On one machine all ids begin alike; the part after the last dash is Flink's own short name.
        let name = taskmanager.id.rsplit('-').next().unwrap_or_default().to_owned();
        Some(Candidate { name, ..taskmanager })
    };
    Ok(listed(client, "GetTaskManagers").await?.into_iter().filter_map(candidate).collect())
}

pub(crate) async fn jars(client: &FlinkRestClient) -> Result<Vec<Candidate>> {
    let candidate = |jar: Listed| {
        let uploaded = jar.uploaded.and_then(timestamp);
        let note = uploaded.map_or_else(String::new, |uploaded| format!("uploaded {uploaded:.0}"));
        jar.candidate(note)
    };
    Ok(listed(client, "GetJars").await?.into_iter().filter_map(candidate).collect())
}

pub(crate) async fn vertices(client: &FlinkRestClient, job: JobId) -> Result<Vec<Candidate>> {
    let vertices = client.job(job).progress().await?.vertices.into_iter().filter_map(|vertex| {
        let note = vertex.status.map_or_else(String::new, |status| status.to_string());
        Some(Candidate { id: vertex.id?.to_string(), name: vertex.name, ended: None, note })
    });
    Ok(vertices.collect())
}

/// Picks the candidate that a word names, and prints a note if there are ended ones of the same name.
fn meant(kind: &str, word: &str, candidates: Vec<Candidate>) -> Result<Candidate> {
    let namesakes = candidates.iter().filter(|candidate| candidate.name == word).count();
    let meant = pick(kind, word, candidates)?;
    if namesakes > 1 && meant.name == word && meant.ended.is_some() {
        // Under `--watch` the word is resolved at every refresh.
        static NOTED: Once = Once::new();
        NOTED
            .call_once(|| say!("`{word}` is the last of {namesakes} {} of this name: {meant}", plural(kind)));
    }
    Ok(meant)
}

/// Picks the candidate that a word names: by id, name, prefix of an id, prefix of a name, in this order. The id comes
/// first, so that no name can take the place of an id. Of several with one name, it is the running one, or the last to end.
pub(crate) fn pick(kind: &str, word: &str, candidates: Vec<Candidate>) -> Result<Candidate> {
    find(kind, word, &candidates)?.ok_or_else(|| none(kind, word, &candidates))
}

/// Finds the candidate that a word names; none if no candidate matches.
fn find(kind: &str, word: &str, candidates: &[Candidate]) -> Result<Option<Candidate>> {
    // An empty word would be a prefix of all. Scripts produce it with an unset variable.
    if word.trim().is_empty() {
        return Err(Failure::usage(format!("no {kind} is named")).hint("name one by its id or name"));
    }
    let ways: [fn(&Candidate, &str) -> bool; 4] = [
        |candidate, word| candidate.id == word,
        |candidate, word| candidate.name == word,
        |candidate, word| candidate.id.starts_with(word),
        |candidate, word| candidate.name.starts_with(word),
    ];
    for is_meant in ways {
        let meant: Vec<_> = candidates.iter().filter(|candidate| is_meant(candidate, word)).collect();
        let going_on: Vec<_> = meant.iter().copied().filter(|candidate| candidate.ended.is_none()).collect();
        let are_namesakes = meant.iter().all(|candidate| candidate.name == word);
        let last = meant.iter().copied().max_by_key(|candidate| candidate.ended);
        match (meant.as_slice(), going_on.as_slice(), last) {
            ([], ..) => {}
            ([one], ..) | (_, [one], _) => return Ok(Some((*one).clone())),
            (_, [], Some(last)) if are_namesakes => return Ok(Some(last.clone())),
            _ => return Err(ambiguous(kind, word, &meant)),
        }
    }
    Ok(None)
}

fn ambiguous(kind: &str, word: &str, meant: &[&Candidate]) -> Failure {
    let failure = Failure::new(Exit::NotFound, format!("`{word}` matches {} {}", meant.len(), plural(kind)));
    failure.hint(format!("name one by its id:{}", list(meant.iter().copied())))
}

fn none(kind: &str, word: &str, candidates: &[Candidate]) -> Failure {
    let failure = Failure::new(Exit::NotFound, format!("no {kind} has the id or name `{word}`"));
    match candidates {
        [] => failure.hint(format!("there are no {} on this cluster", plural(kind))),
        some => failure.hint(format!("there are:{}", list(some.iter()))),
    }
}

fn plural(kind: &str) -> &str {
    match kind {
        "job" => "jobs",
        "jar" => "jars",
        "vertex" => "vertices",
        "application" => "applications",
        "TaskManager" => "TaskManagers",
        _ => "jobs or TaskManagers",
    }
}

/// Lists the candidates, at most ten.
fn list<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> String {
    const MAX_LINES: usize = 10;
    let mut lines: Vec<_> = candidates.map(|candidate| format!("\n  {candidate}")).collect();
    if lines.len() > MAX_LINES {
        let more = lines.len() - MAX_LINES;
        lines.truncate(MAX_LINES);
        lines.push(format!("\n  … and {more} more"));
    }
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: &str, name: &str, has_ended: bool) -> Candidate {
        let note = if has_ended { "FINISHED" } else { "RUNNING" };
        let ended = has_ended.then_some(Timestamp::UNIX_EPOCH);
        Candidate { id: id.into(), name: name.into(), ended, note: note.into() }
    }

    fn picked(word: &str) -> Result<String, String> {
        let jobs = vec![
            candidate("a1b2", "orders", true),
            candidate("a1c3", "orders", false),
            candidate("d4e5", "clicks", true),
            candidate("d4f6", "clicks", true),
            candidate("f7a8", "a1", false),
        ];
        pick("job", word, jobs).map(|meant| meant.id).map_err(|failure| failure.message)
    }

    #[test]
    fn ids_prefixes_and_names_are_understood() {
        assert_eq!(picked("a1b2").unwrap(), "a1b2");
        assert_eq!(picked("a1b").unwrap(), "a1b2");
        assert_eq!(picked("f").unwrap(), "f7a8");
        assert_eq!(picked("d4e5").unwrap(), "d4e5");
    }

    #[test]
    fn an_exact_name_goes_before_a_prefix() {
        assert_eq!(picked("a1").unwrap(), "f7a8");
    }

    #[test]
    fn an_id_goes_before_a_name_that_is_like_it() {
        let jobs = vec![candidate("a1b2", "orders", true), candidate("c3d4", "a1b2", false)];
        assert_eq!(pick("job", "a1b2", jobs).unwrap().id, "a1b2");
    }

    #[test]
    fn an_empty_word_is_refused() {
        for word in ["", " "] {
            let failure = pick("job", word, vec![candidate("a1b2", "orders", false)]).unwrap_err();
            assert_eq!((failure.exit, &*failure.message), (Exit::Usage, "no job is named"));
        }
    }

    #[test]
    fn of_several_the_running_one_is_meant() {
        assert_eq!(picked("orders").unwrap(), "a1c3");
        assert_eq!(picked("ord").unwrap(), "a1c3");
    }

    #[test]
    fn of_several_that_ended_the_last_is_meant() {
        let ended = |id, second| {
            let ended = Some(Timestamp::from_second(second).unwrap());
            Candidate { ended, ..candidate(id, "orders", true) }
        };
        let mut jobs = vec![ended("a1", 1), ended("b2", 3), ended("c3", 2)];
        assert_eq!(pick("job", "orders", jobs.clone()).unwrap().id, "b2");
        jobs.extend([candidate("d4", "orders", false), candidate("e5", "orders", false)]);
        assert!(pick("job", "orders", jobs).is_err(), "two are running");
    }

    #[test]
    fn an_ambiguous_word_is_refused_with_a_list() {
        assert_eq!(picked("d4").unwrap_err(), "`d4` matches 2 jobs");
        assert_eq!(picked("cli").unwrap_err(), "`cli` matches 2 jobs");
        let failure = pick("job", "x", vec![candidate("a1", "orders", false)]).unwrap_err();
        assert_eq!(failure.hint.unwrap(), "there are:\n  a1  orders (RUNNING)");
        assert_eq!(failure.exit, Exit::NotFound);
    }
}
