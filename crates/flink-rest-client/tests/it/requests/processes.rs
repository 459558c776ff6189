use std::time::Duration;

use flink_rest_client::{LogFileName, TaskManagerId, metrics::Aggregation, processes::ProfilingMode};

use super::{JOB, Row, client, rows};

pub(crate) fn rows() -> Vec<Row> {
    let client = client();
    let tm: TaskManagerId = "10.0.0.1:4711-5291d9".parse().unwrap();
    let file: LogFileName = "flink 1.log".parse().unwrap();
    let (mode, duration) = (ProfilingMode::Itimer, Duration::from_millis(1500));
    let names = ["a", "b c"];
    rows! { client;
        client.jobmanager().config() => "GET /jobmanager/config";
        client.jobmanager().environment() => "GET /jobmanager/environment";
        client.jobmanager().metrics() => "GET /jobmanager/metrics";
        client.jobmanager().metrics().get(names) => "GET /jobmanager/metrics?get=a,b%20c";
        client.jobmanager().thread_dump() => "GET /jobmanager/thread-dump";
        client.jobmanager().logs() => "GET /jobmanager/logs";
        client.jobmanager().log_file(&file) => "GET /jobmanager/logs/flink%201.log";
        client.jobmanager().log() => "GET /jobmanager/log";
        client.jobmanager().stdout() => "GET /jobmanager/stdout";
        client.jobmanager().start_profiling(mode.clone(), duration)
            => "POST /jobmanager/profiler", { "mode": "ITIMER", "duration": 2 };
        client.jobmanager().profiling_list() => "GET /jobmanager/profiler";
        client.jobmanager().profiling_file(&file) => "GET /jobmanager/profiler/flink%201.log";

        client.taskmanagers().list() => "GET /taskmanagers";
        client.taskmanagers().metrics() => "GET /taskmanagers/metrics";
        client.taskmanagers().metrics().get(names).agg([Aggregation::Max, Aggregation::Skew]).taskmanagers([&tm])
            => "GET /taskmanagers/metrics?get=a,b%20c&agg=max,skew&taskmanagers=10.0.0.1%3A4711-5291d9";
        client.taskmanager(&tm).details() => "GET /taskmanagers/10.0.0.1%3A4711-5291d9";
        client.taskmanager(&tm).metrics().get(names) => "GET /taskmanagers/10.0.0.1%3A4711-5291d9/metrics?get=a,b%20c";
        client.taskmanager(&tm).thread_dump() => "GET /taskmanagers/10.0.0.1%3A4711-5291d9/thread-dump";
        client.taskmanager(&tm).logs() => "GET /taskmanagers/10.0.0.1%3A4711-5291d9/logs";
        client.taskmanager(&tm).log_file(&file) => "GET /taskmanagers/10.0.0.1%3A4711-5291d9/logs/flink%201.log";
        client.taskmanager(&tm).log() => "GET /taskmanagers/10.0.0.1%3A4711-5291d9/log";
        client.taskmanager(&tm).stdout() => "GET /taskmanagers/10.0.0.1%3A4711-5291d9/stdout";
        client.taskmanager(&tm).start_profiling(mode, duration)
            => "POST /taskmanagers/10.0.0.1%3A4711-5291d9/profiler", { "mode": "ITIMER", "duration": 2 };
        client.taskmanager(&tm).profiling_list() => "GET /taskmanagers/10.0.0.1%3A4711-5291d9/profiler";
        client.taskmanager(&tm).profiling_file(&file)
            => "GET /taskmanagers/10.0.0.1%3A4711-5291d9/profiler/flink%201.log";

        client.job(JOB).jobmanager_config() => "GET /jobs/00000000000000000000000000000001/jobmanager/config";
        client.job(JOB).jobmanager_environment() => "GET /jobs/00000000000000000000000000000001/jobmanager/environment";
        client.job(JOB).jobmanager_log_url() => "GET /jobs/00000000000000000000000000000001/jobmanager/log-url";
        client.job(JOB).taskmanager_log_url(&tm)
            => "GET /jobs/00000000000000000000000000000001/taskmanagers/10.0.0.1%3A4711-5291d9/log-url";
    }
}
