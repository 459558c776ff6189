//! Checkpoints and savepoints.

use anyhow::{Context, Result};
use flink_rest_client::{blocking::Blocking, jobs::Job};
use serde_json::{Value, json};

use crate::record::scene::{Scene, job_id};

/// Checkpoints in progress, and failed ones.
pub(in crate::record) fn checkpoints(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    let flags = ["--rate", "0", "--slow", "300", "--parallelism", "2", "--checkpoint-interval", "500"];
    let job = scene.streaming("checkpoints", &flags)?;
    let vertices = scene.vertices(&job)?;
    let id = json!({"job": job.id()});
    let under_way = |answer: &Value| answer["counts"]["in_progress"].as_u64() > Some(0);
    let statistics = recorder
        .record_when("GetCheckpointingStatistics", "in-progress", &id, under_way)?
        .context("statistics")?;
    let checkpoint = &statistics["history"][0]["id"];
    let last = vertices.last().context("a vertex")?;
    recorder.record_views("in-progress", &json!({"job": job.id(), "checkpoint": checkpoint}))?;
    recorder
        .record_views("in-progress", &json!({"job": job.id(), "checkpoint": checkpoint, "vertex": last}))?;
    scene.cancel(&job)?;
    let failed = |answer: &Value| answer["latest"]["failed"].is_object();
    let statistics =
        recorder.record_when("GetCheckpointingStatistics", "failed", &id, failed)?.context("statistics")?;
    let checkpoint = &statistics["latest"]["failed"]["id"];
    recorder.record_views("failed", &json!({"job": job.id(), "checkpoint": checkpoint}))?;
    recorder.record_views("failed", &json!({"job": job.id(), "checkpoint": checkpoint, "vertex": last}))
}

/// Triggered checkpoints.
pub(in crate::record) fn triggered(scene: &mut Scene<'_>) -> Result<()> {
    if !scene.at_least("1.17")? {
        return Ok(());
    }
    let recorder = scene.recorder;
    let job = scene.streaming("triggered", &["--keyed-state", "5"])?;
    let id = job.id();
    scene.operation("TriggerCheckpoint", "GetTriggeredCheckpoint", "", &json!({"job": id}))?;
    let full = json!({"job": id, "checkpoint_type": "FULL"});
    scene.operation("TriggerCheckpoint", "GetTriggeredCheckpoint", "full", &full)?;
    let incremental = json!({"job": id, "checkpoint_type": "INCREMENTAL"});
    recorder.record_any("TriggerCheckpoint", "incremental", &incremental)?;
    scene.cancel(&job)?;
    let slow = slow(scene, "triggered-slow")?;
    let answer =
        recorder.record("TriggerCheckpoint", "slow", &json!({"job": slow.id()}))?.context("a trigger")?;
    let question = json!({"job": slow.id(), "trigger": answer["request-id"]});
    recorder.record("GetTriggeredCheckpoint", "in-progress", &question)?;
    scene.cancel(&slow)?;
    recorder.record_when("GetTriggeredCheckpoint", "failed", &question, |answer| {
        answer["operation"].is_object()
    })?;
    Ok(())
}

/// Savepoints: triggered, restored, stopped with, and disposed.
pub(in crate::record) fn savepoints(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    let job = scene.streaming("savepoints", &["--keyed-state", "5"])?;
    let id = job.id();
    let done = scene
        .operation("TriggerSavepoint", "GetSavepoint", "", &json!({"job": id}))?
        .context("a savepoint")?;
    let savepoint = done["operation"]["location"].as_str().context("a location")?.to_owned();
    let nowhere = json!({"job": id, "target_directory": "nowhere://at/all"});
    scene.operation("TriggerSavepoint", "GetSavepoint", "failed", &nowhere)?;
    recorder.record("GetCheckpointingStatistics", "savepoint", &json!({"job": id}))?;
    let latest = job.checkpoints().statistics().send()?.latest.savepoint.context("a savepoint")?.id;
    recorder.record("GetCheckpointDetails", "savepoint", &json!({"job": id, "checkpoint": latest}))?;
    scene.operation("StopJob", "GetSavepoint", "stopped", &json!({"job": id, "drain": true}))?;

    let jar = scene.streaming_jar()?;
    let run =
        scene.flink().jars().upload_and_run(jar).args(["--keyed-state", "5"]).job_id(job_id("restored"));
    let restored = scene.flink().job(run.savepoint_path(&savepoint).send()?.job_id);
    restored.wait_until_running().send()?;
    let is_restored = |answer: &Value| answer["latest"]["restored"].is_object();
    recorder.record_when(
        "GetCheckpointingStatistics",
        "restored",
        &json!({"job": restored.id()}),
        is_restored,
    )?;
    scene.cancel(&restored)?;

    let slow = slow(scene, "savepoint-slow")?;
    let answer =
        recorder.record("TriggerSavepoint", "slow", &json!({"job": slow.id()}))?.context("a trigger")?;
    recorder.record(
        "GetSavepoint",
        "in-progress",
        &json!({"job": slow.id(), "trigger": answer["request-id"]}),
    )?;
    scene.cancel(&slow)?;

    let disposal = json!({ "path": savepoint });
    scene.operation("DisposeSavepoint", "GetSavepointDisposal", "", &disposal)?;
    scene.operation("DisposeSavepoint", "GetSavepointDisposal", "failed", &disposal)?;
    Ok(())
}

/// Unaligned checkpoints, with a changelog.
pub(in crate::record) fn unaligned(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    let flags = ["--parallelism", "2", "--rate", "0", "--slow", "20", "--keyed-state", "5"];
    let job = scene.streaming("unaligned", &[&flags[..], &["--checkpoint-interval", "500"]].concat())?;
    let last = scene.vertices(&job)?.pop().context("a vertex")?;
    recorder.record("GetCheckpointConfig", "unaligned", &json!({"job": job.id()}))?;
    let done = |answer: &Value| answer["latest"]["completed"]["persisted_data"].as_u64() > Some(0);
    let statistics =
        recorder.record_when("GetCheckpointingStatistics", "unaligned", &json!({"job": job.id()}), done)?;
    let checkpoint = &statistics.context("statistics")?["latest"]["completed"]["id"];
    recorder.record_views("unaligned", &json!({"job": job.id(), "checkpoint": checkpoint}))?;
    recorder
        .record_views("unaligned", &json!({"job": job.id(), "checkpoint": checkpoint, "vertex": last}))?;
    scene.cancel(&job)
}

/// A job with slow checkpoints.
fn slow(scene: &Scene<'_>, state: &str) -> Result<Job<Blocking>> {
    let job = scene.streaming(state, &["--rate", "0", "--slow", "300", "--parallelism", "2"])?;
    let first = *scene.vertices(&job)?.first().context("a vertex")?;
    scene.until("it is backpressured", || {
        let level = job.vertex(first).backpressure().send()?;
        Ok(level.level().is_some_and(|level| level.as_str() == "high").then_some(()))
    })?;
    Ok(job)
}
