use std::time::Duration;

use flink_rest_client::{
    Async, Error, Progress, Timestamp, TriggerId,
    jobs::{
        Job,
        checkpoints::{
            config::{CheckpointConfig, ProcessingMode},
            details::{CheckpointStatistics, CheckpointStatus, SnapshotType},
            statistics::CheckpointingStatistics,
            subtasks::{SubtaskCheckpointStatus, TaskCheckpointStatisticsWithSubtasks},
            trigger::{CheckpointInfo, CheckpointType},
        },
    },
    operation::AsynchronousOperation,
};
use serde_json::json;

use crate::support::{at_least, flink, lossless, soon, streaming};

/// Polls the statistics until the condition holds; the server updates them every three seconds.
async fn statistics(
    job: &Job<Async>,
    wanted: impl Fn(&CheckpointingStatistics) -> bool,
) -> CheckpointingStatistics {
    soon(Duration::from_secs(60), async || {
        let answer = flink().request_by_name("GetCheckpointingStatistics", json!({"job": job.id()})).await;
        Some(lossless::<CheckpointingStatistics>(&answer.unwrap())).filter(&wanted)
    })
    .await
}

#[tokio::test]
async fn checkpoints_are_counted_and_shown() {
    let flink = flink();
    let job = streaming(&["--checkpoint-interval", "1000", "--keyed-state", "5", "--parallelism", "2"]).await;
    let id = job.id();
    let answer = flink.request_by_name("GetCheckpointConfig", json!({"job": id})).await.unwrap();
    let config = lossless::<CheckpointConfig>(&answer);
    assert_eq!((&config.mode, config.interval), (&ProcessingMode::ExactlyOnce, Some(Duration::from_secs(1))));
    assert_eq!(config.changelog_periodic_materialization_interval().is_some(), at_least("1.16"));
    assert_eq!(config.checkpoints_after_tasks_finish.is_some(), at_least("1.14"));

    let statistics = statistics(&job, |statistics| statistics.latest.completed.is_some()).await;
    let latest = statistics.latest.completed.unwrap();
    assert!(statistics.counts.completed > 0 && statistics.counts.restored == 0);
    assert!(statistics.history.iter().any(|checkpoint| checkpoint.id == latest.id));
    assert!(statistics.summary.end_to_end_duration.max >= statistics.summary.end_to_end_duration.min);
    assert_eq!(statistics.summary.state_size.p99.is_some_and(f64::is_normal), at_least("1.14"));
    assert_eq!(statistics.summary.checkpointed_size.is_some(), at_least("1.15"));

    let params = json!({"job": id, "checkpoint": latest.id});
    let answer = flink.request_by_name("GetCheckpointDetails", params).await.unwrap();
    let details = lossless::<CheckpointStatistics>(&answer);
    assert_eq!((details.id, &details.status), (latest.id, &CheckpointStatus::Completed));
    assert_eq!((details.is_savepoint, &details.checkpoint_type), (false, &SnapshotType::Checkpoint));
    assert!(details.latest_ack_timestamp.unwrap() >= details.trigger_timestamp && details.state_size > 0);
    assert!(
        details.external_path.as_ref().unwrap().contains(&id.to_string())
            && details.savepoint_format.is_none()
    );
    assert_eq!(details.num_acknowledged_subtasks, details.num_subtasks);

    for vertex in job.details().await.unwrap().vertices {
        let params = json!({"job": id, "checkpoint": latest.id, "vertex": vertex.id});
        let answer = flink.request_by_name("GetCheckpointSubtasks", params).await.unwrap();
        let task = lossless::<TaskCheckpointStatisticsWithSubtasks>(&answer);
        assert_eq!(task.num_subtasks, details.tasks[&vertex.id].num_subtasks);
        assert_eq!(task.subtasks.len(), usize::try_from(vertex.parallelism.unwrap()).unwrap());
        for (index, subtask) in (0..).zip(&task.subtasks) {
            assert_eq!((subtask.index, &subtask.status), (index, &SubtaskCheckpointStatus::Completed));
            assert!(subtask.ack_timestamp.unwrap() >= details.trigger_timestamp);
            assert!(subtask.checkpoint.as_ref().unwrap().synchronous.unwrap() < Duration::from_secs(60));
        }
    }
    let unknown = "0123456789abcdef0123456789abcdef".parse().unwrap();
    assert!(job.checkpoints().subtasks(latest.id, unknown).await.unwrap_err().is_not_found());
    assert!(job.checkpoints().details(u64::MAX >> 1).await.unwrap_err().is_not_found());
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn a_job_without_checkpoints_takes_none() {
    let job = streaming(&[]).await;
    assert_eq!(job.checkpoints().config().await.unwrap().interval, None);
    let statistics = statistics(&job, |_| true).await;
    assert_eq!((statistics.counts.total, statistics.history.len()), (0, 0));
    assert!(statistics.summary.end_to_end_duration.p50.is_none_or(f64::is_nan));
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn a_checkpoint_under_way_fails_with_its_job() {
    let job = streaming(&["--rate", "0", "--slow", "300", "--checkpoint-interval", "500"]).await;
    // An early checkpoint may complete before the slow records. One that hangs waits for many of them.
    let is_stuck = |checkpoint: &CheckpointStatistics| {
        let since = Timestamp::now().duration_since(checkpoint.trigger_timestamp);
        checkpoint.status == CheckpointStatus::InProgress && since.as_secs() >= 2
    };
    let all = statistics(&job, |statistics| statistics.history.iter().any(is_stuck)).await;
    let under_way = all.history.into_iter().find(is_stuck).unwrap();
    assert!(all.counts.in_progress > 0);
    assert!(
        under_way.num_acknowledged_subtasks <= under_way.num_subtasks && under_way.external_path.is_none()
    );
    job.cancel().await.unwrap();
    let failed =
        statistics(&job, |statistics| statistics.latest.failed.is_some()).await.latest.failed.unwrap();
    assert_eq!(failed.status, CheckpointStatus::Failed);
    assert!(failed.failure_timestamp.unwrap() >= failed.trigger_timestamp);
    assert!(!failed.failure_message.as_deref().unwrap().is_empty());
}

#[tokio::test]
async fn a_checkpoint_is_taken_on_request() {
    let (flink, job) = (flink(), streaming(&["--keyed-state", "5"]).await);
    let checkpoints = job.checkpoints();
    if !at_least("1.17") {
        assert!(matches!(checkpoints.trigger().await.unwrap_err(), Error::Unsupported { .. }));
        job.cancel().await.unwrap();
        return;
    }
    let chosen: TriggerId = "abababababababababababababababab".parse().unwrap();
    let operation = checkpoints.trigger().trigger_id(chosen).await.unwrap();
    assert_eq!(operation.id(), chosen);
    let checkpoint = operation.wait().await.unwrap();
    let again = checkpoints.trigger().trigger_id(chosen).await.unwrap();
    assert_eq!(again.wait().await.unwrap(), checkpoint, "a repeated trigger starts no second checkpoint");
    let status = checkpoints.trigger_status(chosen).status().await.unwrap();
    assert_eq!(status, Progress::Completed(checkpoint));
    let params = json!({"job": job.id(), "trigger": chosen});
    let answer = flink.request_by_name("GetTriggeredCheckpoint", params).await.unwrap();
    lossless::<AsynchronousOperation<CheckpointInfo>>(&answer);

    let full = checkpoints.trigger().checkpoint_type(CheckpointType::Full).await.unwrap();
    assert!(full.wait().await.unwrap() > checkpoint);
    let incremental = checkpoints.trigger().checkpoint_type(CheckpointType::Incremental).await;
    if at_least("1.19") {
        let error = incremental.unwrap_err();
        assert!(error.root_cause().contains("FLINK-33723"), "{error}");
    } else {
        assert!(incremental.unwrap().wait().await.unwrap() > checkpoint);
    }
    let unknown = "0123456789abcdef0123456789abcdef".parse().unwrap();
    assert!(checkpoints.trigger_status(unknown).status().await.unwrap_err().is_not_found());
    job.cancel().await.unwrap();
}
