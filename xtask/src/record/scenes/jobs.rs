//! Jobs without failures.

use anyhow::{Context, Result, anyhow};
use serde_json::json;

use crate::record::scene::{Scene, job_id};

/// A new cluster.
pub(in crate::record) fn idle(scene: &mut Scene<'_>) -> Result<()> {
    for name in [
        "GetOverview",
        "GetJobs",
        "GetJobsOverview",
        "GetApplicationsOverview",
        "GetJars",
        "GetDatasets",
        "GetTaskManagers",
        "GetAggregatedJobMetrics",
    ] {
        scene.recorder.record(name, "idle", &json!({}))?;
    }
    Ok(())
}

/// A batch job that has finished.
pub(in crate::record) fn finished(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    let run =
        scene.flink().jars().upload_and_run(scene.word_count_jar()?).job_id(job_id("finished")).send()?;
    let job = scene.flink().job(run.job_id);
    job.wait_until_finished().send()?;
    scene.record_job("finished", &job)?;
    recorder.record(
        "GetJobAccumulators",
        "serialized",
        &json!({"job": job.id(), "include_serialized_value": true}),
    )?;
    recorder.refused("CancelJob", "finished", &json!({"job": job.id()}))?;
    recorder.record("GetAggregatedJobMetrics", "finished", &json!({"get": ["uptime"]}))?;
    Ok(())
}

/// A job of three vertices with all its details, and its cluster.
pub(in crate::record) fn running(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    let flags = ["--parallelism", "2", "--watermarks", "--accumulators", "--keyed-state", "5"];
    let job = scene.streaming("running", &[&flags[..], &["--checkpoint-interval", "1000"]].concat())?;
    let id = job.id();
    let [source, middle, last] = scene.vertices(&job)?.try_into().ok().context("three vertices")?;

    // Values that Flink computes only on request or receives with heartbeats.
    scene.until("all is measured", || {
        recorder.warm_up(&json!({}))?;
        recorder.warm_up(&json!({"job": id}))?;
        recorder.warm_up(&json!({"job": id, "vertex": last, "subtask": 1}))?;
        let last = job.vertex(last);
        let subtasks = last.details().send()?.subtasks;
        let measured = [
            ("metrics of a vertex", last.metrics().send()?.len() > 10),
            ("metrics of the job", job.metrics().send()?.len() > 1),
            ("metrics of jobs", !recorder.flink.jobs().metrics().send()?.is_empty()),
            ("back-pressure", last.backpressure().send()?.level().is_some()),
            ("a flame graph", last.flame_graph().send()?.data.is_some()),
            ("accumulators", !last.accumulators().send()?.user_accumulators.is_empty()),
            ("records read", subtasks.iter().all(|subtask| subtask.metrics.read_records > 0)),
            ("checkpoints", job.checkpoints().statistics().send()?.counts.completed > 1),
        ];
        let missing = measured.iter().find(|(_, is_there)| !is_there);
        missing.map_or(Ok(Some(())), |(what, _)| Err(anyhow!("there is none: {what}")))
    })?;
    let taskmanager = scene.until("a TaskManager's numbers are there", || {
        let listed = scene.flink().taskmanagers().list().send()?.taskmanagers;
        let busy = listed.into_iter().find(|one| one.free_slots < one.slots_number).map(|one| one.id);
        let Some(busy) = busy else { return Ok(None) };
        recorder.warm_up(&json!({"taskmanager": busy}))?;
        let details = scene.flink().taskmanager(&busy).details().send()?;
        Ok((details.metrics.heap_used > 0).then_some(busy))
    })?;

    recorder.record_views("running", &json!({}))?;
    scene.record_job("running", &job)?;
    recorder.record_views("running", &json!({"taskmanager": taskmanager}))?;
    recorder.record_views("running", &json!({"job": id, "taskmanager": taskmanager}))?;
    recorder.record("GetJobVertexWatermarks", "known", &json!({"job": id, "vertex": middle}))?;
    recorder.record_when(
        "GetJobManagerOperatorMetrics",
        "names",
        &json!({"job": id, "vertex": source}),
        |names| names.as_array().is_some_and(|names| !names.is_empty()),
    )?;

    let latest = job.checkpoints().statistics().send()?.latest.completed.context("a checkpoint")?.id;
    recorder.record_views("completed", &json!({"job": id, "checkpoint": latest}))?;
    recorder.record_views("completed", &json!({"job": id, "checkpoint": latest, "vertex": last}))?;

    let (heap, records) = (["Status.JVM.Memory.Heap.Used"], ["numRecordsIn"]);
    for (endpoint, params) in [
        ("GetJobManagerMetrics", json!({"get": ["taskSlotsTotal", "no such name"]})),
        ("GetTaskManagerMetrics", json!({"taskmanager": taskmanager, "get": heap})),
        ("GetAggregatedTaskManagerMetrics", json!({"get": heap})),
        ("GetJobMetrics", json!({"job": id, "get": ["uptime", "lastCheckpointDuration"]})),
        ("GetAggregatedJobMetrics", json!({"get": ["uptime"], "agg": ["max"], "jobs": [id]})),
        (
            "GetJobVertexMetrics",
            json!({"job": id, "vertex": last, "get": ["0.numRecordsIn", "1.busyTimeMsPerSecond"]}),
        ),
        ("GetSubtaskMetrics", json!({"job": id, "vertex": last, "subtask": 1, "get": records})),
        ("GetAggregatedSubtaskMetrics", json!({"job": id, "vertex": last, "get": records})),
    ] {
        recorder.record(endpoint, "values", &params)?;
    }
    let of_one =
        json!({"job": id, "vertex": last, "get": records, "agg": ["min", "max"], "subtasks": ["1-1"]});
    recorder.record("GetAggregatedSubtaskMetrics", "one", &of_one)?;
    recorder.record("GetAggregatedJobMetrics", "one-unknown", &json!({"get": ["uptime", "no such name"]}))?;

    recorder.record("CancelJob", "", &json!({"job": id}))?;
    scene.until("the job is cancelled", || Ok(job.details().send()?.state.is_terminal().then_some(())))?;
    scene.record_job("canceled", &job)
}

/// A job with a slow last vertex, so that all others are backpressured.
pub(in crate::record) fn backpressured(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    let flags = ["--parallelism", "2", "--watermarks", "--slow", "20", "--rate", "1000"];
    let job = scene.submit("backpressured", &flags)?;
    let id = job.id();
    let [source, middle, last] = scene.vertices(&job)?.try_into().ok().context("three vertices")?;
    // An error in some releases.
    recorder.record_any("GetJobVertexBackPressure", "first", &json!({"job": id, "vertex": source}))?;
    recorder.record("GetJobVertexFlameGraph", "first", &json!({"job": id, "vertex": source}))?;
    job.wait_until_running().send()?;
    let high = |answer: &serde_json::Value| answer["backpressure-level"] == "high";
    recorder.record_when("GetJobVertexBackPressure", "high", &json!({"job": id, "vertex": source}), high)?;
    let busy = |answer: &serde_json::Value| answer["subtasks"][0]["busyRatio"].as_f64() > Some(0.5);
    recorder.record_when("GetJobVertexBackPressure", "busy", &json!({"job": id, "vertex": last}), busy)?;
    recorder.record("GetJobVertex", "backpressured", &json!({"job": id, "vertex": source}))?;
    let on_cpu = json!({"job": id, "vertex": middle, "kind": "on_cpu"});
    recorder.record_when("GetJobVertexFlameGraph", "on-cpu", &on_cpu, |graph| graph["data"].is_object())?;
    let one = json!({"job": id, "vertex": middle, "subtask": 1});
    recorder.record_when("GetJobVertexFlameGraph", "one-subtask", &one, |graph| graph["data"].is_object())?;
    scene.cancel(&job)?;
    recorder.record("GetJobVertexFlameGraph", "terminated", &json!({"job": id, "vertex": middle}))?;
    Ok(())
}

/// A job that needs more slots than exist.
pub(in crate::record) fn waiting(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    let job = scene.submit("waiting", &["--parallelism", "99", "--no-chaining"])?;
    let last = scene.vertices(&job)?.pop().context("a vertex")?;
    scene.until("a subtask waits for its slot", || {
        let subtasks = job.vertex(last).details().send()?.subtasks;
        Ok(subtasks.iter().any(|subtask| subtask.status.as_str() == "SCHEDULED").then_some(()))
    })?;
    recorder.record("GetJob", "waiting", &json!({"job": job.id()}))?;
    recorder.record("GetOverview", "waiting", &json!({}))?;
    recorder.record_views("waiting", &json!({"job": job.id(), "vertex": last}))?;
    recorder.record_views("waiting", &json!({"job": job.id(), "vertex": last, "subtask": 98}))?;
    scene.cancel(&job)
}
