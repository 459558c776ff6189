use std::time::Duration;

use flink_rest_client::{
    Async, Error, LogFileName, Result, TaskManagerId,
    jobs::processes::LogUrl,
    metrics::{AggregatedMetric, Aggregation, Metric},
    processes::{
        Configuration, Environment, LogList, Profiling, ProfilingList, ProfilingMode, ProfilingStatus,
        ThreadDump,
    },
    taskmanagers::{
        TaskManager,
        details::{TaskManagerDetails, TaskManagerList},
    },
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::support::{PROFILER, at_least, cluster, flink, lossless, soon, streaming};

/// Timeout for values that Flink computes on request.
const TIMEOUT: Duration = Duration::from_secs(20);

const HEAP: &str = "Status.JVM.Memory.Heap.Used";

async fn ask<T: DeserializeOwned + Serialize>(name: &str, params: Value) -> T {
    lossless(&flink().request_by_name(name, params).await.unwrap())
}

async fn taskmanager() -> TaskManager<Async> {
    let flink = flink();
    let id = flink.taskmanagers().list().await.unwrap().taskmanagers[0].id.clone();
    flink.taskmanager(id)
}

fn nobody() -> TaskManagerId {
    "no-such-taskmanager".parse().unwrap()
}

fn no_file() -> LogFileName {
    "no-such-file.log".parse().unwrap()
}

fn is_unsupported<T: std::fmt::Debug>(answer: Result<T>) -> bool {
    matches!(answer, Err(Error::Unsupported { .. }))
}

#[tokio::test]
async fn the_jobmanager_reports_its_configuration() {
    let config = ask::<Configuration>("GetJobManagerConfig", json!({})).await;
    assert_eq!(config.get("taskmanager.numberOfTaskSlots"), Some("8"));
    assert_eq!(config.get("no.such.option"), None);

    if !at_least("1.16") {
        assert!(is_unsupported(flink().jobmanager().environment().await));
        return;
    }
    let environment = ask::<Environment>("GetJobManagerEnvironment", json!({})).await;
    assert!(environment.classpath.iter().any(|entry| entry.contains("flink-dist")));
    assert!(environment.jvm.options.iter().any(|option| option.starts_with("-Dlog.file=")));
    assert!(!environment.jvm.version.is_empty() && !environment.jvm.arch.is_empty());
}

#[tokio::test]
async fn logs_are_listed_and_read() {
    let (flink, taskmanager) = (flink(), taskmanager().await);
    let name: LogFileName = "jobmanager.log".parse().unwrap();
    let logs = ask::<LogList>("GetJobManagerLogs", json!({})).await.logs;
    let listed = logs.iter().find(|log| log.name == name).unwrap();
    assert!(listed.size > 1000);
    assert_eq!(listed.mtime.is_some(), at_least("1.15"));
    let file = flink.jobmanager().log_file(&name).await.unwrap();
    assert!(file.as_bytes().len() as u64 >= listed.size);
    assert!(file.to_string_lossy().contains("Starting StandaloneSessionClusterEntrypoint"));
    assert!(flink.jobmanager().log().await.unwrap().as_bytes().starts_with(&file.as_bytes()[..1000]));
    flink.jobmanager().stdout().await.unwrap();

    let name: LogFileName = "taskmanager.log".parse().unwrap();
    let logs = ask::<LogList>("GetTaskManagerLogs", json!({"taskmanager": taskmanager.id()})).await.logs;
    let listed = logs.iter().find(|log| log.name == name).unwrap();
    assert!(listed.size > 1000);
    let file = taskmanager.log_file(&name).await.unwrap();
    assert!(file.as_bytes().len() as u64 >= listed.size);
    assert!(file.to_string_lossy().contains("TaskManagerRunner"));
    assert!(taskmanager.log().await.unwrap().as_bytes().starts_with(&file.as_bytes()[..1000]));
    taskmanager.stdout().await.unwrap();

    for error in [
        flink.jobmanager().log_file(no_file()).await.unwrap_err(),
        taskmanager.log_file(no_file()).await.unwrap_err(),
        flink.taskmanager(nobody()).logs().await.unwrap_err(),
        flink.taskmanager(nobody()).log().await.unwrap_err(),
        flink.taskmanager(nobody()).log_file(no_file()).await.unwrap_err(),
        flink.taskmanager(nobody()).stdout().await.unwrap_err(),
    ] {
        assert!(error.is_not_found(), "{error}");
    }
}

#[tokio::test]
async fn threads_are_dumped() {
    let (flink, taskmanager) = (flink(), taskmanager().await);
    let dump = ask::<ThreadDump>("GetTaskManagerThreadDump", json!({"taskmanager": taskmanager.id()})).await;
    let main = dump.thread_infos.iter().find(|thread| thread.thread_name == "main").unwrap();
    assert!(main.stringified_thread_info.contains("TaskManagerRunner"));
    assert!(flink.taskmanager(nobody()).thread_dump().await.unwrap_err().is_not_found());

    if at_least("1.15") {
        let dump = ask::<ThreadDump>("GetJobManagerThreadDump", json!({})).await;
        assert!(dump.thread_infos.iter().any(|thread| thread.thread_name.contains("dispatcher")));
    } else {
        assert!(is_unsupported(flink.jobmanager().thread_dump().await));
    }
}

#[tokio::test]
async fn metrics_of_the_jobmanager() {
    let flink = flink();
    let jobmanager = flink.jobmanager();
    let names = soon(TIMEOUT, || async {
        let names = jobmanager.metrics().await.unwrap();
        names.iter().any(|metric| metric.id == "taskSlotsTotal").then_some(names)
    })
    .await;
    assert!(names.iter().all(|metric| metric.value.is_none()));
    let read =
        ask::<Vec<Metric>>("GetJobManagerMetrics", json!({"get": ["taskSlotsTotal", "no such name"]})).await;
    assert_eq!(read.len(), 1, "{read:?}");
    assert_eq!(read[0].as_f64(), Some(16.0));
    ask::<Vec<Metric>>("GetJobManagerMetrics", json!({})).await;
}

#[tokio::test]
async fn metrics_of_taskmanagers() {
    let (flink, taskmanager) = (flink(), taskmanager().await);
    let used = soon(TIMEOUT, || async { taskmanager.metrics().get([HEAP]).await.unwrap().pop() }).await;
    assert!(used.as_f64().unwrap() > 1e6, "{used}");
    let params = json!({"taskmanager": taskmanager.id()});
    assert!(ask::<Vec<Metric>>("GetTaskManagerMetrics", params).await.iter().any(|metric| metric.id == HEAP));
    assert_eq!(flink.taskmanager(nobody()).metrics().await.unwrap(), []);

    let all = soon(TIMEOUT, || async {
        let all = ask::<Vec<AggregatedMetric>>("GetAggregatedTaskManagerMetrics", json!({"get": [HEAP]}))
            .await
            .pop()?;
        (all.sum? > all.max?).then_some(all)
    })
    .await;
    let (min, max, sum) = (all.min.unwrap(), all.max.unwrap(), all.sum.unwrap());
    assert!((min + max - sum).abs() < 1.0 && (all.avg.unwrap() * 2.0 - sum).abs() < 1.0, "{all:?}");
    assert_eq!(all.skew.is_some(), at_least("1.20"));

    let metrics = || flink.taskmanagers().metrics().get([HEAP]);
    let max = metrics().agg([Aggregation::Max]).await.unwrap().pop().unwrap();
    assert!(max.max.is_some() && max.min.is_none() && max.sum.is_none(), "{max:?}");
    let one = metrics().taskmanagers([taskmanager.id()]).await.unwrap().pop().unwrap();
    assert_eq!(one.min, one.max);
    assert_eq!(metrics().taskmanagers([nobody()]).await.unwrap(), []);
    let error = flink.taskmanagers().metrics().get([HEAP, "Status.JVM.Memory.Heap.Use"]).await.unwrap_err();
    assert!(error.to_string().ends_with(&format!("did you mean `{HEAP}`?")), "{error}");
    let skew = metrics().agg([Aggregation::Skew]).await;
    assert_eq!(skew.is_ok_and(|metrics| metrics[0].skew.is_some()), at_least("1.20"));
}

#[tokio::test]
async fn taskmanagers_report_their_slots_and_memory() {
    let flink = flink();
    let job = streaming(&["--parallelism", "2"]).await;
    let listed = ask::<TaskManagerList>("GetTaskManagers", json!({})).await.taskmanagers;
    assert_eq!(listed.iter().map(|taskmanager| taskmanager.slots_number).collect::<Vec<_>>(), [8, 8]);

    let mut slots = Vec::new();
    for info in &listed {
        assert!(info.data_port.is_some() && info.jmx_port.is_none() && !info.blocked);
        assert!(info.last_heartbeat.is_some() && info.hardware.physical_memory > Some(1 << 30));
        assert_eq!(info.total_resource.task_heap_memory, info.memory_configuration.task_heap);
        assert!(info.free_resource.managed_memory <= info.total_resource.managed_memory);
        assert_eq!(info.assigned_tasks.is_some(), at_least("2.3"));

        let params = json!({"taskmanager": info.id});
        let details = soon(TIMEOUT, || async {
            let details = ask::<TaskManagerDetails>("GetTaskManager", params.clone()).await;
            (details.metrics.heap_used > 0).then_some(details)
        })
        .await;
        assert_eq!(details.info.id, info.id);
        assert!(details.metrics.heap_max >= Some(details.metrics.heap_used));
        assert!(!details.metrics.garbage_collectors.is_empty());
        assert_eq!(details.metrics.memory_segments_total.is_some(), !at_least("2.0"));
        slots.extend(details.allocated_slots);
    }
    // The slot manager of older releases does not list them.
    let own: Vec<_> = slots.iter().filter(|slot| slot.job_id == job.id()).collect();
    assert_eq!(own.len(), if at_least("1.18") { 2 } else { 0 });
    assert!(own.iter().all(|slot| slot.resource.task_heap_memory > Some(0)));
    assert!(flink.taskmanager(nobody()).details().await.unwrap_err().is_not_found());
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn the_jobmanager_is_profiled() {
    let flink = flink();
    let jobmanager = flink.jobmanager();
    let second = Duration::from_secs(1);
    if !at_least("1.19") {
        assert!(is_unsupported(jobmanager.profile(ProfilingMode::Itimer, second).await));
        assert!(is_unsupported(jobmanager.profiling_list().await));
        return;
    }
    let page = jobmanager.profile(ProfilingMode::Itimer, second).await.unwrap();
    assert!(page.to_string_lossy().contains("<html"), "{page:?}");

    let params = json!({"mode": "WALL", "duration": 2});
    let started = ask::<Profiling>("StartJobManagerProfiling", params).await;
    assert_eq!((&started.status, &started.mode), (&ProfilingStatus::Running, &ProfilingMode::Wall));
    assert_eq!((started.duration, started.finished_time), (Duration::from_secs(2), None));
    let error = jobmanager.start_profiling(ProfilingMode::Wall, second).await.unwrap_err();
    assert!(error.root_cause().contains("still under profiling"), "{error}");
    let file = soon(TIMEOUT, || async {
        let runs = ask::<ProfilingList>("GetJobManagerProfilingList", json!({})).await.profiling_list;
        let run = runs.into_iter().find(|run| run.trigger_time == started.trigger_time).unwrap();
        assert_eq!(run.output_file.is_some(), run.status == ProfilingStatus::Finished);
        run.output_file
    })
    .await;
    assert!(jobmanager.profiling_file(file).await.unwrap().to_string_lossy().contains("<html"));
    assert!(jobmanager.profiling_file(no_file()).await.unwrap_err().is_not_found());
    assert!(jobmanager.profile(ProfilingMode::Wall, Duration::ZERO).await.unwrap_err().is_invalid_input());
    let error = jobmanager.profile(ProfilingMode::Wall, Duration::from_secs(100_000)).await.unwrap_err();
    assert!(error.root_cause().contains("duration"), "{error}");
}

#[tokio::test]
async fn a_taskmanager_is_profiled() {
    let (flink, taskmanager) = (flink(), taskmanager().await);
    let second = Duration::from_secs(1);
    if !at_least("1.19") {
        assert!(is_unsupported(taskmanager.start_profiling(ProfilingMode::Itimer, second).await));
        assert!(is_unsupported(taskmanager.profiling_file(no_file()).await));
        return;
    }
    let _turn = PROFILER.lock().await;
    let page = taskmanager.profile(ProfilingMode::Itimer, second).await.unwrap();
    assert!(page.to_string_lossy().contains("<html"), "{page:?}");
    let params = json!({"taskmanager": taskmanager.id(), "mode": "LOCK", "duration": 1});
    ask::<Profiling>("StartTaskManagerProfiling", params).await;
    let params = json!({"taskmanager": taskmanager.id()});
    // Wait for its end, because a process runs one profiler at a time.
    let runs = soon(TIMEOUT, || async {
        let runs = ask::<ProfilingList>("GetTaskManagerProfilingList", params.clone()).await.profiling_list;
        assert_eq!((&runs[0].mode, &runs[1].status), (&ProfilingMode::Lock, &ProfilingStatus::Finished));
        (runs[0].status != ProfilingStatus::Running).then_some(runs)
    })
    .await;
    let file = runs[1].output_file.clone().unwrap();
    assert_eq!(taskmanager.profiling_file(file).await.unwrap(), page);
    assert!(taskmanager.profiling_file(no_file()).await.unwrap_err().is_not_found());
    assert!(flink.taskmanager(nobody()).profiling_list().await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_job_lists_its_processes() {
    let (flink, taskmanager) = (flink(), taskmanager().await);
    let job = streaming(&[]).await;
    if !at_least("1.16") {
        assert!(is_unsupported(job.jobmanager_config().await));
        assert!(is_unsupported(job.taskmanager_log_url(taskmanager.id()).await));
        job.cancel().await.unwrap();
        return;
    }
    let id = json!({"job": job.id()});
    let config = ask::<Configuration>("GetJobJobManagerConfig", id.clone()).await;
    assert_eq!(config.entries.len(), flink.jobmanager().config().await.unwrap().entries.len());
    let environment = ask::<Environment>("GetJobJobManagerEnvironment", id.clone()).await;
    assert!(environment.classpath.iter().any(|entry| entry.contains("flink-dist")));
    let page = ask::<LogUrl>("GetJobJobManagerLogUrl", id).await.url;
    assert!(page.starts_with(cluster().url()) && page.ends_with("/#/job-manager/logs"), "{page}");
    let params = json!({"job": job.id(), "taskmanager": taskmanager.id()});
    let page = ask::<LogUrl>("GetJobTaskManagerLogUrl", params).await.url;
    assert!(page.contains(taskmanager.id().as_str()), "{page}");
    job.cancel().await.unwrap();
}
