//! Jars, their jobs, and the datasets that jobs leave.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::record::scene::{Scene, job_id};

const NO_DATASET: &str = "ffffffffffffffffffffffffffffffff";

/// The life of jars, from upload to deletion.
pub(in crate::record) fn jars(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    let upload = |jar| -> Result<Value> {
        let uploaded = recorder.record("UploadJar", "", &json!({ "jar": jar }))?.context("an upload")?;
        let name = uploaded["filename"].as_str().and_then(|path| path.rsplit('/').next());
        Ok(name.context("a file name")?.into())
    };
    let (counting, streaming) = (upload(scene.word_count_jar()?)?, upload(scene.streaming_jar()?)?);
    recorder.record("GetJars", "", &json!({}))?;
    let job = job_id("planned");
    recorder.record("PlanJar", "", &json!({"jar": counting, "parallelism": 2, "job_id": job}))?;
    recorder.record("GetJarPlan", "", &json!({"jar": counting, "parallelism": 2}))?;
    recorder.refused("PlanJar", "no-class", &json!({"jar": counting, "entry_class": "no.such.Class"}))?;
    recorder.refused("GetJarPlan", "no-class", &json!({"jar": counting, "entry_class": "no.such.Class"}))?;

    let (job, args) = (job_id("run"), ["--name", "commas, \"quotes\" and  blanks"]);
    let run = json!({"jar": streaming, "entry_class": "StreamingJob", "args": args, "parallelism": 3, "job_id": job});
    recorder.record("RunJar", "", &run)?;
    scene.flink().job(job).wait_until_running().send()?;
    recorder.record("GetJobConfig", "parallelism", &json!({"job": job}))?;
    recorder.refused("RunJar", "again", &run)?;
    scene.cancel(&scene.flink().job(job))?;
    recorder.refused("RunJar", "no-class", &json!({"jar": streaming, "entry_class": "no.such.Class"}))?;
    recorder.refused("RunJar", "failed-program", &json!({"jar": streaming, "args": ["--no-such-flag"]}))?;

    recorder.record("DeleteJar", "", &json!({"jar": counting}))?;
    recorder.refused("DeleteJar", "again", &json!({"jar": counting}))?;
    recorder.refused("RunJar", "deleted", &json!({"jar": counting}))?;
    recorder.record("DeleteJar", "", &json!({"jar": streaming}))?;
    Ok(())
}

/// A job graph that was built elsewhere.
pub(in crate::record) fn submitted(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    let jar = scene.compile("crates/flink-rest-client/tests/live/PreparedJob.java")?;
    let (job, words) =
        (scene.cluster.folder().join("prepared.job"), scene.cluster.folder().join("words.txt"));
    scene.distribution.run(&jar, "PreparedJob", [&job])?;
    fs::write(&words, "one\ntwo\nthree\n")?;
    let artifacts = json!([{"entryName": "words", "fileName": words}]);
    recorder.record("SubmitJob", "", &json!({"job": job, "jars": [jar], "artifacts": artifacts}))?;
    recorder.refused("SubmitJob", "no-job", &json!({ "job": words }))
}

/// A cluster dataset that a job left behind, and its deletion.
pub(in crate::record) fn datasets(scene: &mut Scene<'_>) -> Result<()> {
    let recorder = scene.recorder;
    if !scene.at_least("1.16")? {
        // This job leaves no dataset, and the deletion of a missing dataset never ends.
        let trigger =
            recorder.record("DeleteDataset", "", &json!({"dataset": NO_DATASET}))?.context("a trigger")?;
        let deletion = json!({"trigger": trigger["request-id"]});
        recorder.record("GetDatasetDeletion", "in-progress", &deletion)?;
        return Ok(());
    }
    let jar = scene.compile("crates/flink-rest-client/tests/live/CachedDataset.java")?;
    let run = scene.flink().jars().upload_and_run(jar).job_id(job_id("dataset")).send()?;
    scene.flink().job(run.job_id).wait_until_finished().send()?;
    let there = |answer: &Value| answer["dataSets"][0]["isComplete"] == true;
    let listed = recorder.record_when("GetDatasets", "", &json!({}), there)?.context("a data set")?;
    let dataset = json!({"dataset": listed["dataSets"][0]["id"]});
    scene.operation("DeleteDataset", "GetDatasetDeletion", "", &dataset)?;
    Ok(())
}

/// Applications that run, finish, fail and are cancelled.
pub(in crate::record) fn applications(scene: &mut Scene<'_>) -> Result<()> {
    if !scene.at_least("2.3")? {
        return Ok(());
    }
    let recorder = scene.recorder;
    let (streaming, counting) = (scene.streaming_jar()?, scene.word_count_jar()?);
    let upload = |jar| -> Result<_> { Ok(scene.flink().jars().upload(jar).send()?.jar_id()?) };
    let (streaming, counting) = (upload(streaming)?, upload(counting)?);
    let start = |state: &str, jar, args: &[&str]| -> Result<Value> {
        let run = json!({"jar": jar, "args": args, "application_id": job_id(state).to_string()});
        let answer = recorder.record("RunJarApplication", state, &run)?.context("an application")?;
        Ok(json!({"application": answer["applicationid"]}))
    };
    let until = |state: &'static str| move |answer: &Value| answer["status"] == state;

    let finished = start("app-finished", counting, &[])?;
    recorder.record_when("GetApplication", "finished", &finished, until("FINISHED"))?;
    let failed = start("app-failed", streaming.clone(), &["--fail-at", "1"])?;
    recorder.record_when("GetApplication", "failed", &failed, until("FAILED"))?;
    recorder.record_views("failed", &failed)?;
    let broken = start("app-broken", streaming.clone(), &["--no-such-flag"])?;
    recorder.record_when("GetApplicationExceptions", "broken", &broken, |answer| {
        answer["exceptionHistory"]["entries"][0].is_object()
    })?;
    let running = start("app-running", streaming, &[])?;
    scene.until("its job is there", || {
        let details = scene.flink().request_by_name("GetApplication", running.clone()).send()?.json()?;
        Ok((details["status"] == "RUNNING" && details["jobs"][0].is_object()).then_some(()))
    })?;
    recorder.record_views("running", &running)?;
    recorder.record("GetApplicationsOverview", "", &json!({}))?;
    recorder.record("CancelApplication", "", &running)?;
    recorder.record_when("GetApplication", "canceled", &running, until("CANCELED"))?;
    recorder.refused("CancelApplication", "canceled", &running)
}
