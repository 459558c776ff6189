use std::{collections::BTreeSet, time::Duration};

use flink_rest_client::{
    Async, Error, ExecutionState, JobId, JobStatus, VertexId, blocking,
    jobs::{
        Job,
        backpressure::{BackPressureLevel, BackPressureStatus, JobVertexBackPressure},
        flame_graph::{FlameGraphState, FlameGraphType, VertexFlameGraph},
        subtasks::{
            SubtaskExecutionAttemptAccumulators, SubtaskExecutionAttemptDetails, SubtasksAllAccumulators,
            SubtasksTimes,
        },
        vertices::{JobVertexAccumulators, JobVertexDetails, JobVertexTaskManagers, Vertex},
    },
    metrics::{AggregatedMetric, Aggregation, Metric},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::support::{at_least, cluster, finished, flink, lossless, soon, streaming, submit};

/// Timeout for values that Flink computes on request.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Requests an endpoint of a vertex and asserts that the type loses nothing.
async fn ask<T: DeserializeOwned + Serialize>(
    name: &str,
    vertex: &Vertex<Async>,
    job: JobId,
    more: Value,
) -> T {
    let mut params = json!({"job": job, "vertex": vertex.id()});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    lossless(&flink().request_by_name(name, params).await.unwrap())
}

/// A job of three vertices with 1, 2 and 2 subtasks, of which the last is slow.
async fn slow() -> (Job<Async>, [Vertex<Async>; 3]) {
    let flags = ["--parallelism", "2", "--watermarks", "--accumulators", "--slow", "20", "--rate", "1000"];
    let job = streaming(&flags).await;
    let vertices: Vec<_> = job.vertex_ids().await.unwrap().into_iter().map(|id| job.vertex(id)).collect();
    (job, vertices.try_into().unwrap())
}

#[tokio::test]
async fn vertices_and_subtasks_report_their_location_and_load() {
    let (job, [source, step, end]) = slow().await;
    let id = job.id();
    let listed = job.details().await.unwrap().vertices;
    assert_eq!(listed.iter().map(|vertex| vertex.id).collect::<Vec<_>>(), [source.id(), step.id(), end.id()]);
    assert_eq!(listed.iter().map(|vertex| vertex.parallelism.unwrap()).collect::<Vec<_>>(), [1, 2, 2]);
    assert!(
        listed.iter().all(|vertex| vertex.status == ExecutionState::Running && vertex.end_time.is_none())
    );
    assert_eq!(listed[0].slot_sharing_group_id.is_some(), at_least("1.20"));

    let details: JobVertexDetails = ask("GetJobVertex", &step, id, json!({})).await;
    assert_eq!((details.id, details.name.as_str(), details.parallelism), (step.id(), "Step 1", Some(2)));
    assert_eq!(step.subtask_ids().await.unwrap(), [0, 1]);
    let statistics = details.aggregated.map(|all| all.status_duration[&ExecutionState::Running]);
    assert_eq!(statistics.map(|running| running.min > 0), at_least("1.16").then_some(true));
    for subtask in &details.subtasks {
        assert!(subtask.host().is_some_and(|host| !host.contains(':')) && subtask.taskmanager_id.is_some());
        assert_eq!(subtask.endpoint().is_some(), at_least("1.19"));
        assert!(subtask.start_time.unwrap() <= details.now && subtask.end_time.is_none());
        assert_eq!(subtask.metrics.accumulated_idle_time.is_some(), at_least("1.16"));
    }

    let current: SubtaskExecutionAttemptDetails = ask("GetSubtask", &step, id, json!({"subtask": 1})).await;
    assert_eq!((current.subtask, current.attempt, &current.status), (1, 0, &ExecutionState::Running));
    let first = ask::<SubtaskExecutionAttemptDetails>;
    let first = first("GetSubtaskExecutionAttempt", &step, id, json!({"subtask": 1, "attempt": 0})).await;
    assert_eq!((first.start_time, first.taskmanager_id), (current.start_time, current.taskmanager_id));
    if at_least("1.16") {
        assert!(first.status_duration.unwrap()[&ExecutionState::Running].time.is_some());
    }

    let times: SubtasksTimes = ask("GetSubtasksTimes", &step, id, json!({})).await;
    for subtask in &times.subtasks {
        assert!(subtask.timestamps[&ExecutionState::Running].at.is_some() && subtask.host().is_some());
        assert!(subtask.timestamps[&ExecutionState::Finished].at.is_none());
    }
    let by: JobVertexTaskManagers = ask("GetJobVertexTaskManagers", &step, id, json!({})).await;
    let running: u32 = by.taskmanagers.iter().map(|tm| tm.status_counts[&ExecutionState::Running]).sum();
    assert_eq!(running, 2);
    assert!(
        by.taskmanagers.iter().all(|tm| tm.host() == times.subtasks[0].host() && tm.taskmanager_id.is_some())
    );
    assert!(by.taskmanagers.iter().all(|tm| tm.endpoint().is_some_and(|endpoint| endpoint.contains(':'))));

    let read = soon(TIMEOUT, || async {
        Some(end.details().await.unwrap().subtasks.remove(0).metrics.read_records).filter(|n| *n > 0)
    });
    assert!(read.await > 0);
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn accumulators_are_counted_by_vertex_subtask_and_attempt() {
    let job = finished().await;
    let mut counted = Vec::new();
    for vertex in job.vertex_ids().await.unwrap() {
        let vertex = job.vertex(vertex);
        let whole: JobVertexAccumulators =
            ask("GetJobVertexAccumulators", &vertex, job.id(), json!({})).await;
        let all: SubtasksAllAccumulators =
            ask("GetSubtasksAllAccumulators", &vertex, job.id(), json!({})).await;
        assert_eq!(all.subtasks.len(), usize::try_from(all.parallelism.unwrap()).unwrap());
        assert!(all.subtasks[0].host().is_some());
        let one: SubtaskExecutionAttemptAccumulators = {
            let params = json!({"subtask": 0, "attempt": 0});
            ask("GetSubtaskExecutionAttemptAccumulators", &vertex, job.id(), params).await
        };
        assert_eq!(one.user_accumulators.len(), all.subtasks[0].user_accumulators.len());
        counted.extend(whole.user_accumulators.into_iter().map(|accumulator| accumulator.name));
    }
    assert!(counted.contains(&"words".into()) && counted.contains(&"top-words".into()), "{counted:?}");
}

#[tokio::test]
async fn backpressure_is_felt_before_a_slow_vertex() {
    let (job, [source, _, end]) = slow().await;
    let high = soon(TIMEOUT, || async {
        let backpressure: JobVertexBackPressure =
            ask("GetJobVertexBackPressure", &source, job.id(), json!({})).await;
        (backpressure.level() == Some(&BackPressureLevel::High)).then_some(backpressure)
    });
    let high = high.await;
    assert!(high.status == BackPressureStatus::Ok && high.end_timestamp.is_some());
    let subtasks = high.subtasks.unwrap();
    assert!(subtasks.len() == 1 && subtasks[0].ratio > 0.5 && subtasks[0].ratio <= 1.0);
    assert_eq!(subtasks[0].level(), Some(&BackPressureLevel::High));
    let busy = soon(TIMEOUT, || async {
        let subtasks = end.backpressure().await.unwrap().subtasks?;
        subtasks.iter().all(|subtask| subtask.busy_ratio > 0.5).then_some(subtasks)
    });
    assert!(busy.await.iter().all(|subtask| subtask.level() == Some(&BackPressureLevel::Ok)));
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn flame_graphs_are_sampled_on_request() {
    let (job, [_, step, _]) = slow().await;
    let graph = soon(TIMEOUT, || async {
        let graph: VertexFlameGraph = ask("GetJobVertexFlameGraph", &step, job.id(), json!({})).await;
        assert_eq!(graph.data.is_some(), matches!(graph.state, FlameGraphState::Sampled(_)));
        graph.data
    });
    let root = graph.await;
    assert_eq!(root.name, "root");
    assert!(root.value > 0 && root.children[0].name.starts_with("java.lang.Thread.run"));
    let working = step.flame_graph().kind(FlameGraphType::OnCpu).await.unwrap();
    assert!(working.data.is_none_or(|working| working.value <= root.value));
    let one = step.flame_graph().subtask(1).await;
    if at_least("1.17") {
        assert!(one.unwrap().data.is_none_or(|one| one.value < root.value));
        assert!(step.flame_graph().subtask(9).await.unwrap_err().is_not_found());
    } else {
        assert!(matches!(one.unwrap_err(), Error::Unsupported { .. }));
    }
    job.cancel().await.unwrap();
    let gone = soon(TIMEOUT, || async {
        Some(job.details().await.unwrap()).filter(|job| job.state == JobStatus::Canceled)
    });
    gone.await;
    assert_eq!(step.flame_graph().await.unwrap().state, FlameGraphState::Terminated);
}

#[tokio::test]
async fn watermarks_follow_event_time() {
    let (job, [source, step, _]) = slow().await;
    let come = soon(TIMEOUT, || async {
        let watermarks: Vec<Metric> = ask("GetJobVertexWatermarks", &step, job.id(), json!({})).await;
        let known = watermarks.iter().all(|watermark| watermark.as_f64().is_some_and(|millis| millis > 0.0));
        (watermarks.len() == 2 && known).then_some(watermarks)
    });
    let mut names: Vec<_> = come.await.into_iter().map(|watermark| watermark.id).collect();
    names.sort();
    assert_eq!(names, ["0.currentInputWatermark", "1.currentInputWatermark"]);
    assert!(source.watermarks().await.unwrap().is_empty(), "a source has no watermarks");
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn metrics_of_jobs_vertices_and_subtasks() {
    let (job, [source, step, _]) = slow().await;
    let uptime =
        soon(TIMEOUT, || async { job.metrics().get(["uptime", "no such"]).await.unwrap().pop() }).await;
    assert!(uptime.id == "uptime" && uptime.as_f64().is_some());
    let all = flink().request_by_name("GetJobMetrics", json!({"job": job.id()})).await.unwrap();
    assert!(
        lossless::<Vec<Metric>>(&all).iter().any(|metric| metric.id == "uptime" && metric.value.is_none())
    );

    let over_jobs =
        flink().jobs().metrics().get(["uptime"]).agg([Aggregation::Max]).jobs([job.id()]).await.unwrap();
    assert!(over_jobs[0].max >= uptime.as_f64() && over_jobs[0].min.is_none());
    let error = flink().jobs().metrics().get(["uptime", "uptimes"]).await.unwrap_err();
    assert_eq!(error.to_string(), "no metric is named `uptimes`; did you mean `uptime`?");
    let over_jobs =
        flink().request_by_name("GetAggregatedJobMetrics", json!({"get": ["uptime"]})).await.unwrap();
    assert!(lossless::<Vec<AggregatedMetric>>(&over_jobs)[0].sum.is_some());

    let read =
        soon(TIMEOUT, || async { step.subtask(1).metrics().get(["numRecordsIn"]).await.unwrap().pop() })
            .await;
    assert!(read.as_f64().is_some());
    ask::<Vec<Metric>>("GetSubtaskMetrics", &step, job.id(), json!({"subtask": 0})).await;
    let aggregated: Vec<AggregatedMetric> =
        ask("GetAggregatedSubtaskMetrics", &step, job.id(), json!({"get": ["numRecordsIn"]})).await;
    assert!(aggregated[0].min <= aggregated[0].max && aggregated[0].sum.is_some());
    assert_eq!(aggregated[0].skew.is_some(), at_least("1.20"));
    for second in [
        step.subtasks().metrics().get(["numRecordsIn"]).subtasks([1]),
        step.subtasks().metrics().get(["numRecordsIn"]).subtasks([1..=1]),
    ] {
        let [second] = second.agg([Aggregation::Avg, Aggregation::Max]).await.unwrap().try_into().unwrap();
        assert!(second.avg == second.max && second.sum.is_none());
    }
    let skew = step.subtasks().metrics().get(["numRecordsIn"]).agg([Aggregation::Skew]).await;
    assert_eq!(skew.is_ok(), at_least("1.20"));

    let coordinator = source.jm_operator_metrics().await;
    if at_least("1.20") {
        let splits = "coordinator.enumerator.unassignedSplits";
        let name = soon(TIMEOUT, || async {
            let metrics: Vec<Metric> =
                ask("GetJobManagerOperatorMetrics", &source, job.id(), json!({})).await;
            metrics.into_iter().map(|metric| metric.id).find(|id| id.ends_with(splits))
        });
        assert!(source.jm_operator_metrics().get([name.await]).await.unwrap()[0].as_f64().is_some());
    } else {
        assert!(matches!(coordinator.unwrap_err(), Error::Unsupported { .. }));
    }
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn more_metrics_than_fit_into_one_request() {
    let job = streaming(&["--parallelism", "4"]).await;
    let vertex = job.vertex(job.vertex_ids().await.unwrap().pop().unwrap());
    let names = soon(TIMEOUT, || async {
        let names: Vec<String> =
            vertex.metrics().await.unwrap().into_iter().map(|metric| metric.id).collect();
        // The values arrive from two TaskManagers, one after the other.
        let is_whole = (0..4).all(|subtask| names.contains(&format!("{subtask}.numRecordsIn")));
        (is_whole && names.iter().map(String::len).sum::<usize>() > 4096).then_some(names)
    });
    let names = names.await;
    let values = vertex.metrics().get(names.clone()).await.unwrap();
    assert!(values.iter().all(|metric| metric.value.is_some()));
    let read: BTreeSet<_> = values.iter().map(|metric| &metric.id).collect();
    assert!(values.len() == names.len() && read == names.iter().collect(), "each once, in any order");
    let params = json!({"job": job.id(), "vertex": vertex.id(), "get": names});
    let raw = flink().request_by_name("GetJobVertexMetrics", params).await.unwrap();
    assert_eq!(lossless::<Vec<Metric>>(&raw).len(), values.len());

    let all = job.all_metrics().await.unwrap();
    assert!(all.job.iter().any(|metric| metric.id == "uptime" && metric.value.is_some()));
    let last = all.vertices.last().unwrap();
    assert_eq!((last.id, last.subtasks.keys().copied().collect()), (vertex.id(), vec![0, 1, 2, 3]));
    assert!(last.subtasks[&3].iter().any(|metric| metric.id == "numRecordsIn" && metric.as_f64().is_some()));
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn a_failed_attempt_is_remembered() {
    let job =
        submit(&["--parallelism", "2", "--fail-at", "3", "--restart-delay", "100", "--fail-times", "1"])
            .await;
    let second = soon(TIMEOUT, || async {
        let vertex = job.vertex(*job.vertex_ids().await.unwrap().last()?);
        let current = vertex.subtask(0).details().await.unwrap();
        (current.attempt == 1 && current.status == ExecutionState::Running).then_some(vertex)
    });
    let vertex = second.await;
    let first = vertex.subtask(0).attempt(0).details().await.unwrap();
    assert!(
        matches!(first.status, ExecutionState::Failed | ExecutionState::Canceled) && first.end_time.is_some()
    );
    assert_eq!(vertex.subtask(0).attempt(1).accumulators().await.unwrap().attempt, 1);
    assert!(vertex.subtask(0).attempt(9).details().await.unwrap_err().is_not_found());
    assert!(vertex.subtask(0).attempt(9).accumulators().await.unwrap_err().is_not_found());
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn tasks_without_slots_have_no_location() {
    let job = submit(&["--parallelism", "99", "--no-chaining"]).await;
    let last = soon(TIMEOUT, || async { job.vertex_ids().await.ok()?.pop() }).await;
    let details: JobVertexDetails = soon(TIMEOUT, || async {
        let details: JobVertexDetails = ask("GetJobVertex", &job.vertex(last), job.id(), json!({})).await;
        details.subtasks.iter().any(|subtask| subtask.status == ExecutionState::Scheduled).then_some(details)
    })
    .await;
    let waiting: Vec<_> =
        details.subtasks.iter().filter(|subtask| subtask.taskmanager_id.is_none()).collect();
    assert!(!waiting.is_empty());
    for subtask in waiting {
        assert_eq!((subtask.host(), subtask.endpoint()), (None, None));
        assert_eq!((subtask.start_time, subtask.end_time, subtask.duration), (None, None, None));
    }
    let by: JobVertexTaskManagers =
        ask("GetJobVertexTaskManagers", &job.vertex(last), job.id(), json!({})).await;
    assert!(by.taskmanagers.iter().any(|tm| tm.taskmanager_id.is_none() && tm.host().is_none()));
    assert_eq!(job.vertex(last).flame_graph().await.unwrap().state, FlameGraphState::Waiting);
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn unknown_vertices_are_not_found_or_empty() {
    let job = finished().await;
    for vertex in [
        job.vertex(VertexId::from_bytes([7; 16])),
        flink().job(JobId::from_bytes([7; 16])).vertex(VertexId::from_bytes([7; 16])),
    ] {
        assert!(vertex.details().await.unwrap_err().is_not_found());
        assert!(vertex.subtask_ids().await.unwrap_err().is_not_found());
        assert!(vertex.accumulators().await.unwrap_err().is_not_found());
        assert!(vertex.taskmanagers().await.unwrap_err().is_not_found());
        assert!(vertex.watermarks().await.unwrap_err().is_not_found());
        assert!(vertex.flame_graph().await.unwrap_err().is_not_found());
        assert!(vertex.subtask_times().await.unwrap_err().is_not_found());
        assert!(vertex.subtasks().accumulators().await.unwrap_err().is_not_found());
        assert!(vertex.subtask(0).details().await.unwrap_err().is_not_found());
        assert!(vertex.metrics().await.unwrap().is_empty());
        assert!(vertex.subtasks().metrics().await.unwrap().is_empty());
        assert!(vertex.subtask(0).metrics().await.unwrap().is_empty());
        let backpressure = vertex.backpressure().await.unwrap();
        assert!(backpressure.status == BackPressureStatus::Deprecated && backpressure.level().is_none());
    }
    let vertex = job.vertex(job.vertex_ids().await.unwrap()[0]);
    assert!(vertex.subtask(99).details().await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn the_blocking_client_reads_ids_as_well() {
    let job = finished().await;
    let (id, vertices) = (job.id(), job.vertex_ids().await.unwrap());
    let blocking = std::thread::spawn(move || {
        let job = blocking::FlinkRestClient::new(cluster().url()).unwrap().job(id);
        let vertices = job.vertex_ids().send().unwrap();
        assert_eq!(job.vertex(vertices[0]).subtask_ids().send().unwrap(), [0]);
        vertices
    });
    assert_eq!(blocking.join().unwrap(), vertices);
}
