//! Rare responses.

use std::path::PathBuf;

use anyhow::{Context, Result};
use flink_rest_client::{blocking::Blocking, jobs::Job};
use serde_json::{Value, json};

use crate::record::scene::{Scene, job_id};

/// A client's request for all results of a collecting sink: a `CollectCoordinationRequest` with an empty version and
/// offset 0 in Java's serialization, the same for all releases.
const COLLECT: &str = concat!(
    "rO0ABXNyAEtvcmcuYXBhY2hlLmZsaW5rLnN0cmVhbWluZy5hcGkub3BlcmF0b3JzLmNvbGxlY3QuQ29sbGVjdENvb3JkaW5hdGlv",
    "blJlcXVlc3QAAAAAAAAAAQIAAkoABm9mZnNldEwAB3ZlcnNpb250ABJMamF2YS9sYW5nL1N0cmluZzt4cAAAAAAAAAAAdAAA"
);

fn jar(scene: &Scene<'_>) -> Result<PathBuf> {
    scene.compile("xtask/src/record/Oddities.java")
}

/// Submits one of the jobs in `Oddities.java`.
fn submit(scene: &Scene<'_>, name: &str) -> Result<Job<Blocking>> {
    let run = scene.flink().jars().upload_and_run(jar(scene)?).args([name]).job_id(job_id(name)).send()?;
    Ok(scene.flink().job(run.job_id))
}

/// A job whose sink is asked for its results.
pub(in crate::record) fn collected(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    let job = submit(scene, "collected")?;
    recorder.record("GetJars", "described", &json!({}))?;
    let details = job.wait_until_running().send()?;
    recorder.record("GetJobConfig", "parameters", &json!({"job": job.id()}))?;
    let sink = details.vertices.last().context("a vertex")?;
    let operator = if scene.at_least("2.0")? { details.name } else { sink.id.context("an id")?.to_string() };
    scene.until("its sink answers", || {
        Ok(job.send_to_coordinator(&operator, COLLECT).send().ok().map(drop))
    })?;
    let question = json!({"job": job.id(), "operator": operator, "request": COLLECT});
    recorder.record("SendCoordinationRequest", "", &question)?;
    scene.cancel(&job)
}

/// A job that fails twice before it restarts.
pub(in crate::record) fn twins(scene: &mut Scene<'_>) -> Result<()> {
    let job = submit(scene, "twins")?;
    scene.until("both have failed", || {
        let vertex = job.vertex(scene.vertices(&job)?.pop().context("a vertex")?);
        let subtasks = vertex.details().send()?.subtasks;
        Ok(subtasks.iter().all(|subtask| subtask.status.as_str() == "FAILED").then_some(()))
    })?;
    let _ = scene.recorder.record("GetJobExceptions", "twins", &json!({"job": job.id()}))?;
    scene.cancel(&job)
}

/// The plan of a job of the DataSet API.
pub(in crate::record) fn optimized(scene: &mut Scene<'_>) -> Result<()> {
    if scene.at_least("2.0")? {
        return Ok(());
    }
    let jar = scene.compile("xtask/src/record/Optimized.java")?;
    let jar = scene.flink().jars().upload(jar).send()?.jar_id()?;
    scene.recorder.record("PlanJar", "optimized", &json!({ "jar": jar }))?;
    Ok(())
}

/// A batch job with adaptive scheduling, whose slow subtask gets a second attempt.
pub(in crate::record) fn straggling(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    // The node of the slow attempt is blocked, so another one is needed.
    scene.cluster.start_taskmanager_with([("taskmanager.host", "localhost")])?;
    let job = submit(scene, "straggling")?;
    let id = json!({"job": job.id()});
    scene.until("the slow vertex runs", || {
        let vertices = job.details().send()?.vertices;
        Ok(vertices
            .iter()
            .any(|vertex| vertex.parallelism == Some(4) && vertex.status.as_str() == "RUNNING")
            .then_some(()))
    })?;
    recorder.record("GetJob", "undecided", &id)?;
    recorder.record("GetJobsOverview", "undecided", &json!({}))?;
    if !scene.at_least("1.16")? {
        return scene.cancel(&job);
    }
    let vertices = scene.vertices(&job)?;
    let (slow, last) = (vertices.get(1).context("a slow vertex")?, vertices.last().context("a vertex")?);
    recorder.record_views("undecided", &json!({"job": job.id(), "vertex": last}))?;
    let blocked = |answer: &Value| {
        answer["taskmanagers"].as_array().into_iter().flatten().any(|one| one["blocked"] == true)
    };
    recorder.record_when("GetTaskManagers", "blocked", &json!({}), blocked)?;
    recorder.record("GetOverview", "blocked", &json!({}))?;
    let vertex = json!({"job": job.id(), "vertex": slow});
    let is_started = |answer: &Value| answer["subtasks"][0]["other-concurrent-attempts"].is_array();
    recorder.record_when("GetJobVertex", "straggling", &vertex, is_started)?;
    recorder.record_when("GetJobVertexBackPressure", "straggling", &vertex, is_started)?;
    recorder.record_views("straggling", &vertex)?;
    recorder.record_views("straggling", &json!({"job": job.id(), "vertex": slow, "subtask": 0}))?;
    recorder
        .record_views("straggling", &json!({"job": job.id(), "vertex": slow, "subtask": 0, "attempt": 0}))?;
    scene.cancel(&job)
}
