//! Jobs that fail.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::record::scene::Scene;

/// A job that failed, restarted, and failed for good.
pub(in crate::record) fn failed(scene: &mut Scene<'_>) -> Result<()> {
    let flags = ["--parallelism", "2", "--fail-at", "3", "--fail-times", "9"];
    let job = scene
        .submit("failed", &[&flags[..], &["--restart-attempts", "1", "--restart-delay", "100"]].concat())?;
    scene.until("the job has failed", || Ok(job.details().send()?.state.is_terminal().then_some(())))?;
    scene.record_job("failed", &job)?;
    scene.recorder.record("GetJobExceptions", "truncated", &json!({"job": job.id(), "max_exceptions": 1}))?;
    let other_label = json!({"job": job.id(), "failure_label_filter": ["kind:NoSuchException"]});
    scene.recorder.record("GetJobExceptions", "other-label", &other_label)?;
    Ok(())
}

/// A job that failed and will be restarted.
pub(in crate::record) fn restarting(scene: &mut Scene<'_>) -> Result<()> {
    let flags = ["--parallelism", "2", "--fail-at", "3", "--fail-times", "9"];
    let job = scene.submit("restarting", &[&flags[..], &["--restart-delay", "600000"]].concat())?;
    scene.until("the job restarts", || {
        Ok((job.details().send()?.state.as_str() == "RESTARTING").then_some(()))
    })?;
    scene.record_job("restarting", &job)?;
    scene.cancel(&job)
}

/// A job that lost a TaskManager.
pub(in crate::record) fn lost_taskmanager(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    // All slots are taken, so tasks run on both TaskManagers.
    let flags = ["--parallelism", "8", "--no-chaining", "--restart-attempts", "5", "--restart-delay", "100"];
    let job = scene.streaming("lost", &flags)?;
    scene.cluster.kill_taskmanager(1)?;
    let lost = |answer: &Value| answer["exceptionHistory"]["entries"][0].is_object();
    recorder.record_when("GetJobExceptions", "lost-taskmanager", &json!({"job": job.id()}), lost)?;
    recorder.record("GetJob", "lost-taskmanager", &json!({"job": job.id()}))?;
    let last = scene.vertices(&job)?.pop().context("a vertex")?;
    recorder.record(
        "GetJobVertexTaskManagers",
        "lost-taskmanager",
        &json!({"job": job.id(), "vertex": last}),
    )?;
    recorder.record("GetOverview", "lost-taskmanager", &json!({}))?;
    scene.cancel(&job)
}
