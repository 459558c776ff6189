use std::{
    io::Cursor,
    sync::{Arc, Mutex},
};

use flink_rest_client::{
    Error, FlinkRestClient, JobId, Upload,
    jars::{JarList, JarRun, JarUpload},
    jobs::plan::JobPlanInfo,
};
use serde_json::json;

use crate::support::{at_least, distribution, flink, lossless, streaming_jar, word_count_jar};

#[tokio::test]
async fn a_jar_is_uploaded_listed_planned_run_and_deleted() {
    let flink = flink();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let progress = seen.clone();
    let upload = Upload::new(word_count_jar())
        .on_progress(move |sent, size| progress.lock().unwrap().push((sent, size)));
    let id = flink.jars().upload(upload).await.unwrap().jar_id().unwrap();
    let size = word_count_jar().metadata().unwrap().len();
    assert_eq!(seen.lock().unwrap().last(), Some(&(size, Some(size))));

    let answer = flink.request_by_name("GetJars", json!({})).await.unwrap();
    let listed = lossless::<JarList>(&answer).files.into_iter().find(|file| file.id == id).unwrap();
    assert_eq!(listed.name, "WordCount.jar");
    assert_eq!(listed.entry[0].name, "WordCount");

    let plan = flink.request_by_name("PlanJar", json!({"jar": id, "parallelism": 2})).await.unwrap();
    lossless::<JobPlanInfo>(&plan);
    let by_query = flink.request_by_name("GetJarPlan", json!({"jar": id, "parallelism": 2})).await.unwrap();
    lossless::<JobPlanInfo>(&by_query);
    assert_eq!(plan.json().unwrap()["plan"]["nodes"], by_query.json().unwrap()["plan"]["nodes"]);

    let run = lossless::<JarRun>(&flink.request_by_name("RunJar", json!({"jar": id})).await.unwrap());
    flink.job(run.job_id).wait_until_finished().await.unwrap();

    flink.jar(&id).delete().await.unwrap();
    assert!(flink.jars().list().await.unwrap().files.iter().all(|file| file.id != id));
    assert_eq!(flink.jar(&id).delete().await.unwrap_err().status().unwrap(), 400);
    assert!(flink.jar(&id).run().await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_jar_may_have_an_odd_name() {
    let flink = flink();
    let bytes = std::fs::read(word_count_jar()).unwrap();
    for name in ["app-1.0+5 (50%).jar", "%2F%20.jar", "a?b=c&d#e;f.jar", "size'[{<^`|~$@!,:=*.jar"] {
        let (size, reader) = (bytes.len() as u64, Cursor::new(bytes.clone()));
        let uploaded = flink.jars().upload(Upload::from_reader(name, size, reader)).await.unwrap();
        let id = uploaded.jar_id().unwrap();
        let files = flink.jars().list().await.unwrap().files;
        // Flink changes the name: it replaces some characters by spaces.
        assert!(files.iter().any(|file| file.id == id), "{name}: {id}");
        flink.jar(&id).plan().await.unwrap();
        flink.jar(&id).delete().await.unwrap();
    }
}

#[tokio::test]
async fn entry_class_arguments_parallelism_and_job_id_arrive() {
    let flink = flink();
    let job = JobId::from_bytes(*b"a job of my own!");
    let run = flink
        .jars()
        .upload_and_run(streaming_jar())
        .entry_class("StreamingJob")
        .args(["--name", "commas, \"quotes\" and  blanks"])
        .parallelism(3)
        .job_id(job)
        .await
        .unwrap();
    assert_eq!(run.job_id, job);
    let details = flink.job(job).wait_until_running().await.unwrap();
    assert_eq!(details.name, "commas, \"quotes\" and  blanks");
    assert_eq!(flink.job(job).config().await.unwrap().execution_config.unwrap().job_parallelism, Some(3));

    let jar = flink.jars().upload(streaming_jar()).await.unwrap().jar_id().unwrap();
    let error = flink.jar(&jar).run().job_id(job).await.unwrap_err();
    assert!(matches!(error, Error::Api(_)), "a second job with the same id is refused: {error}");
    flink.job(job).cancel().await.unwrap();
}

#[tokio::test]
async fn a_refused_jar_is_deleted() {
    // A separate cluster: on a shared one, another test's job could be taken for the program's.
    let own = flink_local::Flink::from(distribution().clone()).taskmanagers(0).start().unwrap();
    let flink = FlinkRestClient::new(own.url()).unwrap();
    let jar = streaming_jar();
    let error = flink.jars().upload_and_run(&jar).entry_class("no.such.Class").await.unwrap_err();
    assert!(error.root_cause().contains("no.such.Class"), "{error}");
    assert!(!error.to_string().contains('\n'), "{error}");
    let refused = flink.jars().upload_and_run(&jar).args(["--no-such-flag"]).await.unwrap_err();
    assert!(refused.root_cause().contains("--no-such-flag"), "{refused}");
    let files = flink.jars().list().await.unwrap().files;
    assert!(files.is_empty(), "{files:?}");
}

#[tokio::test]
async fn settings_of_one_job() {
    let flink = flink();
    let jar = flink.jars().upload(streaming_jar()).await.unwrap();
    let answer = flink.request_by_name("UploadJar", json!({"jar": streaming_jar()})).await.unwrap();
    lossless::<JarUpload>(&answer);
    let run = flink
        .jar(jar.jar_id().unwrap())
        .run()
        .flink_configuration([("pipeline.name", "from the configuration")])
        .await;
    if at_least("1.17") {
        flink.job(run.unwrap().job_id).cancel().await.unwrap();
    } else {
        assert!(matches!(run.unwrap_err(), Error::Unsupported { .. }));
    }
}

#[tokio::test]
async fn a_jar_runs_as_an_application() {
    let flink = flink();
    let jar = flink.jars().upload(word_count_jar()).await.unwrap().jar_id().unwrap();
    let run = flink.jar(&jar).run_application().await;
    if at_least("2.3") {
        let id = run.unwrap().application_id;
        let answer = flink.request_by_name("RunJarApplication", json!({"jar": jar})).await.unwrap();
        assert_ne!(lossless::<flink_rest_client::jars::JarRunApplication>(&answer).application_id, id);
    } else {
        assert!(matches!(run.unwrap_err(), Error::Unsupported { .. }));
    }
}
