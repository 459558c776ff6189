//! Looks at anybody's cluster as it is, and changes nothing: all questions are those of [`views`].

use std::collections::BTreeMap;

use anyhow::Result;
use flink_rest_client::blocking::FlinkRestClient;
use serde_json::{Value, json};

use super::recorder::{Recorder, views};

/// How many of what is alike are looked at: jobs in a state, vertices of a job, TaskManagers.
const FEW: usize = 2;

/// Metrics whose values are read.
const METRICS: usize = 4;

/// Something to look at, and the name of its state.
type Sight = (String, Value);

pub(super) fn run(recorder: &Recorder<'_>) -> Result<()> {
    // Who cannot even tell its release is no Flink.
    recorder.flink.config().send()?;
    let sights = sights(&recorder.flink)?;
    // Flink measures many things only when it is asked for them, so it is asked twice.
    for (_, subject) in &sights {
        let _ = recorder.glance(subject);
    }
    for (state, subject) in &sights {
        for spec in views(subject) {
            match recorder.record_any(spec.name, state, subject) {
                Ok(Some(answer)) if spec.params.iter().any(|param| param.name == "get") => {
                    tell(values(recorder, spec.name, state, subject, &answer));
                }
                recorded => tell(recorded.map(drop)),
            }
        }
    }
    Ok(())
}

/// One answer that cannot be had is no reason to do without the others.
fn tell(recorded: Result<()>) {
    if let Err(error) = recorded {
        eprintln!("{error:#}");
    }
}

/// The values of some of the metrics whose names were answered.
fn values(
    recorder: &Recorder<'_>,
    endpoint: &str,
    state: &str,
    subject: &Value,
    names: &Value,
) -> Result<()> {
    let names: Vec<_> =
        names.as_array().into_iter().flatten().map(|metric| &metric["id"]).take(METRICS).collect();
    if !names.is_empty() {
        let mut question = subject.clone();
        question["get"] = json!(names);
        recorder.record_any(endpoint, &format!("{state}-values"), &question)?;
    }
    Ok(())
}

fn sights(flink: &FlinkRestClient) -> Result<Vec<Sight>> {
    let mut sights = vec![("cluster".to_owned(), json!({}))];
    for taskmanager in flink.taskmanagers().list().send()?.taskmanagers.iter().take(FEW) {
        sights.push(("taskmanager".into(), json!({"taskmanager": taskmanager.id})));
    }
    let jobs =
        flink.jobs().list().send()?.jobs.into_iter().map(|job| (job.status.to_string(), json!(job.id)));
    for (state, job) in few_of_each(jobs) {
        sights.extend(of_job(flink, &state, &job));
    }
    // Releases before 2.3 have none.
    let applications =
        flink.applications().overview().send().map(|overview| overview.applications).unwrap_or_default();
    let applications = applications.into_iter().map(|one| (one.status.to_string(), json!(one.id)));
    for (state, application) in few_of_each(applications) {
        sights.push((state, json!({ "application": application })));
    }
    Ok(sights)
}

/// A few of each state, whose name goes into those of files.
fn few_of_each(all: impl Iterator<Item = (String, Value)>) -> Vec<(String, Value)> {
    let mut seen = BTreeMap::<_, usize>::new();
    let mut is_one_of_few = |state: &str| {
        let seen = seen.entry(state.to_owned()).or_default();
        *seen += 1;
        *seen <= FEW
    };
    all.map(|(state, id)| (state.to_lowercase(), id)).filter(|(state, _)| is_one_of_few(state)).collect()
}

/// A job, some of its vertices, a subtask and an attempt of each, its latest checkpoints, its rescales.
fn of_job(flink: &FlinkRestClient, state: &str, job: &Value) -> Vec<Sight> {
    // What this job or this release does not have is no error here.
    let ask = |endpoint: &str, params: Value| -> Value {
        let answer = flink.request_by_name(endpoint, params).send();
        answer.and_then(|answer| answer.json()).unwrap_or_default()
    };
    let mut subjects = vec![json!({ "job": job })];
    let vertices = ask("GetJob", json!({ "job": job }))["vertices"].as_array().cloned().unwrap_or_default();
    for vertex in vertices.iter().take(FEW).map(|vertex| &vertex["id"]) {
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
        for vertex in vertices.iter().take(FEW).map(|vertex| &vertex["id"]) {
            subjects.push(json!({"job": job, "checkpoint": checkpoint, "vertex": vertex}));
        }
    }
    let rescales = ask("GetRescalesHistory", json!({ "job": job }));
    for rescale in rescales.as_array().into_iter().flatten().take(FEW) {
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
        let few = few_of_each(all.map(|(state, id)| (state.to_owned(), json!(id))).into_iter());
        let names: Vec<_> = few.iter().map(|(state, id)| format!("{state} {id}")).collect();
        assert_eq!(names, ["running 1", "failed 2", "running 3"]);
    }
}
