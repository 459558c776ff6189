//! JobManager and TaskManagers, and rare endpoints.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::record::scene::Scene;

/// Both kinds of processes with profilers.
pub(in crate::record) fn profilers(scene: &mut Scene<'_>) -> Result<()> {
    if !scene.at_least("1.19")? {
        return Ok(());
    }
    let recorder = scene.recorder;
    let taskmanager = scene.flink().taskmanagers().list().send()?.taskmanagers.remove(0).id;
    for (process, subject) in
        [("JobManager", json!({})), ("TaskManager", json!({"taskmanager": taskmanager}))]
    {
        let with = |more: Value| {
            let mut params = subject.clone();
            params.as_object_mut().into_iter().zip(more.as_object()).for_each(|(params, more)| {
                params.extend(more.clone());
            });
            params
        };
        let (start, list, file) = (
            format!("Start{process}Profiling"),
            format!("Get{process}ProfilingList"),
            format!("Get{process}ProfilingFile"),
        );
        recorder.record(&start, "", &with(json!({"mode": "ITIMER", "duration": 2})))?;
        recorder.record(&list, "profiled", &subject)?;
        recorder.refused(&start, "busy", &with(json!({"mode": "ITIMER", "duration": 2})))?;
        let done = |answer: &Value| answer["profilingList"][0]["status"] == "FINISHED";
        let runs = recorder.record_when(&list, "finished", &subject, done)?.context("a list")?;
        recorder.record(&file, "", &with(json!({"filename": runs["profilingList"][0]["outputFile"]})))?;
        recorder.refused(&file, "unknown", &with(json!({"filename": "no-such-file.html"})))?;
        recorder.refused(&start, "too-long", &with(json!({"mode": "ITIMER", "duration": 100_000})))?;
    }
    Ok(())
}

/// Log files by their names.
pub(in crate::record) fn logs(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    let taskmanager = scene.flink().taskmanagers().list().send()?.taskmanagers.remove(0).id;
    recorder.record("GetJobManagerLogFile", "", &json!({"filename": "jobmanager.log"}))?;
    recorder.refused("GetJobManagerLogFile", "unknown", &json!({"filename": "no-such-file.log"}))?;
    let file = |name: &str| json!({"taskmanager": taskmanager, "filename": name});
    recorder.record("GetTaskManagerLogFile", "", &file("taskmanager.log"))?;
    recorder.refused("GetTaskManagerLogFile", "unknown", &file("no-such-file.log"))
}

/// Rarely used endpoints.
pub(in crate::record) fn odds(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    let job = scene.streaming("odds", &[])?;
    let id = job.id();
    recorder.refused("TriggerRescaling", "", &json!({"job": id, "parallelism": 2}))?;
    recorder.refused("GetJobResourceRequirements", "default-scheduler", &json!({"job": id}))?;
    recorder.record("ReportClientHeartbeat", "", &json!({"job": id, "expires": 4_102_444_800_000_u64}))?;
    recorder.refused("YarnStopJob", "", &json!({"job": id}))?;
    recorder.record("YarnCancelJob", "", &json!({"job": id}))?;
    scene.until("the job is cancelled", || Ok(job.details().send()?.state.is_terminal().then_some(())))
}
