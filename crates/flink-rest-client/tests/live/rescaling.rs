use std::time::Duration;

use flink_rest_client::{
    Async, Error, FlinkRestClient, Timestamp,
    jobs::{
        Job,
        rescales::{JobRescaleConfig, JobRescaleDetails, JobRescalesOverview, JobRescalesSummary},
        rescaling::JobResourceRequirements,
    },
};
use serde_json::json;

use crate::support::{at_least, distribution, lossless, soon, streaming, streaming_jar};

#[tokio::test]
async fn the_old_rescaling_is_disabled() {
    let job = streaming(&[]).await;
    let error = job.trigger_rescaling(2).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert!(error.hint().unwrap().contains("rescale("), "{error}");
    let unknown = "0123456789abcdef0123456789abcdef".parse().unwrap();
    assert!(job.rescaling_status(unknown).status().await.is_err());
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn the_default_scheduler_does_not_rescale() {
    let job = streaming(&[]).await;
    let error = job.rescale(2).await.unwrap_err();
    match at_least("1.18") {
        true => {
            assert_eq!(error.status().unwrap(), 500);
            assert!(error.hint().unwrap().contains("adaptive"), "{error}");
        }
        false => assert!(matches!(error, Error::Unsupported { .. }), "{error}"),
    }
    assert!(job.rescale(0).await.unwrap_err().is_invalid_input());
    job.cancel().await.unwrap();
}

/// Waits until the job runs with this parallelism: the server accepts the request at once and applies it later.
async fn until_parallelism(job: &Job<Async>, parallelism: u32) {
    soon(Duration::from_secs(60), async || {
        let vertices = job.wait_until_running().await.unwrap().vertices;
        vertices.iter().any(|vertex| vertex.parallelism == Some(parallelism)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_adaptive_scheduler_rescales() {
    if !at_least("1.18") {
        let job = streaming(&[]).await;
        assert!(matches!(job.resource_requirements().await.unwrap_err(), Error::Unsupported { .. }));
        assert!(matches!(job.rescales().config().await.unwrap_err(), Error::Unsupported { .. }));
        job.cancel().await.unwrap();
        return;
    }
    let own = flink_local::Flink::from(distribution().clone())
        .slots(4)
        .config("jobmanager.scheduler", "adaptive")
        .config("web.adaptive-scheduler.rescale-history.size", "5")
        .config("jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling", "1 s")
        .config("jobmanager.adaptive-scheduler.scaling-interval.min", "1 s")
        .start()
        .unwrap();
    let flink = FlinkRestClient::new(own.url()).unwrap();
    let flags = ["--no-chaining", "--checkpoint-interval", "500"];
    let run = flink.jars().upload_and_run(streaming_jar()).args(flags).parallelism(1).await.unwrap();
    let job = flink.job(run.job_id);
    job.wait_until_running().await.unwrap();

    let answer = flink.request_by_name("GetJobResourceRequirements", json!({"job": job.id()})).await.unwrap();
    let before = lossless::<JobResourceRequirements>(&answer);
    assert!(before.vertices.values().all(|vertex| vertex.parallelism.upper_bound == 1));
    let source = *before.vertices.keys().next().unwrap();
    let wish = JobResourceRequirements::from_iter(before.vertices.keys().map(|vertex| (*vertex, 1..=2)));
    job.set_resource_requirements(wish.clone()).await.unwrap();
    assert_eq!(job.resource_requirements().await.unwrap(), wish);
    until_parallelism(&job, 2).await;
    job.rescale(3).await.unwrap();
    until_parallelism(&job, 3).await;
    let partial = JobResourceRequirements::from_iter([(source, 1..=2)]);
    assert!(job.set_resource_requirements(partial).await.unwrap_err().status().is_some());

    if at_least("2.3") {
        let id = json!({"job": job.id()});
        let ask = async |name: &str| flink.request_by_name(name, id.clone()).await.unwrap();
        lossless::<JobRescaleConfig>(&ask("GetRescaleConfig").await);
        lossless::<JobRescalesOverview>(&ask("GetRescalesOverview").await);
        lossless::<JobRescalesSummary>(&ask("GetRescalesSummary").await);
        let history = lossless::<Vec<JobRescaleDetails>>(&ask("GetRescalesHistory").await);
        let rescale = history.first().unwrap().id;
        let answer =
            flink.request_by_name("GetRescaleDetails", json!({"job": job.id(), "rescale": rescale})).await;
        assert_eq!(lossless::<JobRescaleDetails>(&answer.unwrap()).id, rescale);
    } else {
        assert!(matches!(job.rescales().history().await.unwrap_err(), Error::Unsupported { .. }));
    }
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn a_client_sends_a_heartbeat() {
    let job = streaming(&[]).await;
    let heartbeat = job.heartbeat(Timestamp::now()).await;
    if at_least("1.17") {
        heartbeat.unwrap();
    } else {
        assert!(matches!(heartbeat.unwrap_err(), Error::Unsupported { .. }));
    }
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn an_unknown_coordinator() {
    let job = streaming(&[]).await;
    let error = job.send_to_coordinator("0123456789abcdef0123456789abcdef", "AAAA").await.unwrap_err();
    assert!(error.status().is_some(), "{error}");
    job.cancel().await.unwrap();
}
