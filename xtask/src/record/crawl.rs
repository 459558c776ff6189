//! Records any cluster as it is. Changes nothing: all requests are those of [`views`].

use std::collections::BTreeMap;

use anyhow::Result;
use flink_rest_client::blocking::FlinkRestClient;
use serde_json::{Value, json};

use super::recorder::{Recorder, views};

/// Maximum number of similar subjects: jobs in a state, vertices of a job, TaskManagers.
const MAX_PER_KIND: usize = 2;

/// Maximum number of metrics whose values are read.
const MAX_METRICS: usize = 4;

/// The parameters of a subject, and the name of its state.
type Subject = (String, Value);

pub(super) fn run(recorder: &Recorder<'_>) -> Result<()> {
    // Fails early if this is not a Flink.
    recorder.flink.config().send()?;
    let subjects = subjects(&recorder.flink)?;
    // Flink computes many values only on request: request them once before recording.
    for (_, subject) in &subjects {
        let _ = recorder.warm_up(subject);
    }
    for (state, subject) in &subjects {
        for spec in views(subject) {
            match recorder.record_any(spec.name, state, subject) {
                Ok(Some(answer)) if spec.params.iter().any(|param| param.name == "get") => {
                    print_error(values(recorder, spec.name, state, subject, &answer));
                }
                recorded => print_error(recorded.map(drop)),
            }
        }
    }
    Ok(())
}

/// Prints an error and continues: one failed request does not affect the others.
fn print_error(recorded: Result<()>) {
    if let Err(error) = recorded {
        eprintln!("{error:#}");
    }
}

/// Records the values of some of the listed metrics.
fn values(
    recorder: &Recorder<'_>,
    endpoint: &str,
    state: &str,
    subject: &Value,
    names: &Value,
) -> Result<()> {
    let names: Vec<_> =
        names.as_array().into_iter().flatten().map(|metric| &metric["id"]).take(MAX_METRICS).collect();
    if !names.is_empty() {
        let mut question = subject.clone();
        question["get"] = json!(names);
        recorder.record_any(endpoint, &format!("{state}-values"), &question)?;
    }
    Ok(())
}

fn subjects(flink: &FlinkRestClient) -> Result<Vec<Subject>> {
    let mut subjects = vec![("cluster".to_owned(), json!({}))];
    for taskmanager in flink.taskmanagers().list().send()?.taskmanagers.iter().take(MAX_PER_KIND) {
        subjects.push(("taskmanager".into(), json!({"taskmanager": taskmanager.id})));
    }
    let jobs =
        flink.jobs().list().send()?.jobs.into_iter().map(|job| (job.status.to_string(), json!(job.id)));
    for (state, job) in some_of_each_state(jobs) {
        subjects.extend(of_job(flink, &state, &job));
    }
    // Releases before 2.3 have none.
    let applications =
        flink.applications().overview().send().map(|overview| overview.applications).unwrap_or_default();
    let applications = applications.into_iter().map(|one| (one.status.to_string(), json!(one.id)));
    for (state, application) in some_of_each_state(applications) {
        subjects.push((state, json!({ "application": application })));
    }
    Ok(subjects)
}

/// A few subjects of each state; the state is part of the file name.
fn some_of_each_state(all: impl Iterator<Item = (String, Value)>) -> Vec<(String, Value)> {
    let mut seen = BTreeMap::<_, usize>::new();
    let mut is_among_first = |state: &str| {
        let seen = seen.entry(state.to_owned()).or_default();
        *seen += 1;
        *seen <= MAX_PER_KIND
    };
    all.map(|(state, id)| (state.to_lowercase(), id)).filter(|(state, _)| is_among_first(state)).collect()
}

/// A job, some of its vertices with a subtask and an attempt each, its latest checkpoints, and its rescales.
fn of_job(flink: &FlinkRestClient, state: &str, job: &Value) -> Vec<Subject> {
    // Errors are ignored: the job or the release may lack it.
    let ask = |endpoint: &str, params: Value| -> Value {
        let answer = flink.request_by_name(endpoint, params).send();
        answer.and_then(|answer| answer.json()).unwrap_or_default()
    };
    let mut subjects = vec![json!({ "job": job })];
    let vertices = ask("GetJob", json!({ "job": job }))["vertices"].as_array().cloned().unwrap_or_default();
    for vertex in vertices.iter().take(MAX_PER_KIND).map(|vertex| &vertex["id"]) {
        subjects.push(json!({"job": job, "vertex": vertex}));
        let subtask = json!({"job": job, "vertex": vertex, "subtask": 0});
        if let Some(attempt) = ask("GetSubtask", subtask.clone()).get("attempt") {
            subjects.push(json!({"job": job, "vertex": vertex, "subtask": 0, "attempt": attempt}));
        }
        subjects.push(subtask);
    }
    let statistics = ask("GetCheckpointingStatistics", json!({ "job": job }));
    for kind in ["completed", "savepoint", "failed"] {
        let Some(checkpoint) = statistics["latest"][kind].get("id") else { continue };
        subjects.push(json!({"job": job, "checkpoint": checkpoint}));
        for vertex in vertices.iter().take(MAX_PER_KIND).map(|vertex| &vertex["id"]) {
            subjects.push(json!({"job": job, "checkpoint": checkpoint, "vertex": vertex}));
        }
    }
    let rescales = ask("GetRescalesHistory", json!({ "job": job }));
    for rescale in rescales.as_array().into_iter().flatten().take(MAX_PER_KIND) {
        subjects.push(json!({"job": job, "rescale": rescale["rescaleUuid"]}));
    }
    subjects.into_iter().map(|subject| (state.to_owned(), subject)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_each_state_are_enough() {
        let all = [("RUNNING", 1), ("FAILED", 2), ("RUNNING", 3), ("RUNNING", 4)];
        let few = some_of_each_state(all.map(|(state, id)| (state.to_owned(), json!(id))).into_iter());
        let names: Vec<_> = few.iter().map(|(state, id)| format!("{state} {id}")).collect();
        assert_eq!(names, ["running 1", "failed 2", "running 3"]);
    }
}
