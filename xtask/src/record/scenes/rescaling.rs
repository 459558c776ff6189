//! The adaptive scheduler.

use anyhow::{Context, Result};
use flink_rest_client::{blocking::Blocking, jobs::Job};
use serde_json::{Value, json};

use crate::record::scene::{Scene, job_id};

/// A job whose parallelism is changed three times: successfully, with a failure, and in vain.
pub(in crate::record) fn rescaled(scene: &mut Scene<'_>) -> Result<()> {
    if !scene.at_least("1.18")? {
        return Ok(());
    }
    let recorder = scene.recorder;
    let flags = ["--no-chaining", "--checkpoint-interval", "500", "--parallelism", "1"];
    let job = scene.streaming("rescaled", &flags)?;
    let id = json!({"job": job.id()});
    let before = recorder.record("GetJobResourceRequirements", "", &id)?.context("requirements")?;
    let bounds = |lower: u32, upper: u32| -> Value {
        let vertices = before.as_object().into_iter().flatten().map(|(vertex, _)| vertex.clone());
        vertices
            .map(|vertex| (vertex, json!({"parallelism": {"lowerBound": lower, "upperBound": upper}})))
            .collect()
    };
    let wish = |requirements| json!({"job": job.id(), "requirements": requirements});
    recorder.record("UpdateJobResourceRequirements", "", &wish(bounds(1, 2)))?;
    until_parallelism(scene, &job, 2)?;
    let first = before.as_object().and_then(|vertices| vertices.iter().next()).context("a vertex")?;
    let partial = json!({ first.0: first.1 });
    recorder.refused("UpdateJobResourceRequirements", "partial", &wish(partial))?;
    recorder.record("GetTaskManagers", "external-resources", &json!({}))?;
    recorder.record_views("rescaled", &id)?;

    // More than the number of slots has no effect.
    recorder.record("UpdateJobResourceRequirements", "too-many", &wish(bounds(1, 4)))?;
    until_parallelism(scene, &job, 4)?;
    recorder.record("UpdateJobResourceRequirements", "too-many", &wish(bounds(1, 99)))?;
    recorder.record_when("GetRescalesOverview", "ignored", &id, |answer| {
        answer["latest"]["ignored"].is_object()
    })?;
    record_rescales(scene, &job)?;
    scene.cancel(&job)?;
    recorder.record_views("rescaled-canceled", &id)
}

/// A job that has no slots yet, and therefore no plan.
pub(in crate::record) fn no_slots(scene: &mut Scene<'_>) -> Result<()> {
    let job = scene.submit("no-slots", &["--parallelism", "99"])?;
    scene.recorder.record("GetJob", "no-slots", &json!({"job": job.id()}))?;
    scene.recorder.record("GetJobPlan", "no-slots", &json!({"job": job.id()}))?;
    scene.recorder.record("GetJobsOverview", "no-slots", &json!({}))?;
    scene.cancel(&job)?;
    scene.recorder.record_views("no-slots-canceled", &json!({"job": job.id()}))
}

/// A job that fails, gets its slots again, and fails for good.
pub(in crate::record) fn failed(scene: &mut Scene<'_>) -> Result<()> {
    let flags = ["--fail-at", "3", "--fail-times", "9", "--restart-attempts", "1", "--restart-delay", "100"];
    let job = scene.submit("adaptive-failed", &flags)?;
    scene.until("the job has failed", || Ok(job.details().send()?.state.is_terminal().then_some(())))?;
    scene.recorder.record_views("adaptive-failed", &json!({"job": job.id()}))?;
    record_rescales(scene, &job)?;

    // It gets slots but cannot use them.
    let jars = scene.flink().jars();
    let run = jars.upload_and_run(scene.streaming_jar()?).savepoint_path("file:/no/such/savepoint");
    let job = scene.flink().job(run.job_id(job_id("unrestorable")).send()?.job_id);
    scene.until("the job has failed", || Ok(job.details().send()?.state.is_terminal().then_some(())))?;
    scene.recorder.record_views("unrestorable", &json!({"job": job.id()}))?;
    record_rescales(scene, &job)?;

    if scene.at_least("2.3")? {
        // It fails while it waits for more slots.
        let job = scene.streaming("rescale-failed", &["--fail-at", "300", "--parallelism", "1"])?;
        job.rescale(99).send()?;
        scene.until("the job has failed", || Ok(job.details().send()?.state.is_terminal().then_some(())))?;
        record_rescales(scene, &job)?;
    }
    Ok(())
}

/// Records each rescale of the history.
fn record_rescales(scene: &Scene<'_>, job: &Job<Blocking>) -> Result<()> {
    let history = scene.recorder.record("GetRescalesHistory", "", &json!({"job": job.id()}))?;
    for rescale in history.iter().flat_map(|history| history.as_array()).flatten() {
        scene
            .recorder
            .record_views("rescaled", &json!({"job": job.id(), "rescale": rescale["rescaleUuid"]}))?;
    }
    Ok(())
}

/// Waits until the job runs with this parallelism: the server accepts the request at once and applies it later.
fn until_parallelism(scene: &Scene<'_>, job: &Job<Blocking>, parallelism: u32) -> Result<()> {
    scene.until("the job has its parallelism", || {
        let vertices = job.wait_until_running().send()?.vertices;
        Ok(vertices.iter().any(|vertex| vertex.parallelism == Some(parallelism)).then_some(()))
    })
}
