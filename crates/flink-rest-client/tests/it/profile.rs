//! One call starts a profiler, polls until it is done, and downloads the result.

use std::time::Duration;

use flink_rest_client::{Error, Result, TaskManagerId, Text, processes::ProfilingMode};
use serde_json::{Value, json};

use crate::fake::{Fake, Reply};

/// A profiler run that started at this time.
fn run(started: i64, status: &str, file: Option<&str>, message: Option<&str>) -> Value {
    json!({
        "status": status, "mode": "ALLOC", "triggerTime": started, "finishedTime": null, "duration": 2,
        "message": message, "outputFile": file, "profilingMode": "ALLOC",
    })
}

fn runs(runs: &[Value]) -> Reply {
    Reply::Json(200, json!({"profilingList": runs}))
}

async fn profile(fake: &Fake) -> Result<Text> {
    let duration = Duration::from_millis(1500);
    let id: TaskManagerId = "tm:1-a".parse()?;
    fake.client().taskmanager(id).profile(ProfilingMode::Alloc, duration).await
}

#[tokio::test(start_paused = true)]
async fn the_result_of_this_run_is_downloaded() {
    let earlier = run(1, "FINISHED", Some("earlier.html"), None);
    let fake = Fake::new([
        Reply::Json(200, run(2, "RUNNING", None, None)),
        runs(&[run(2, "RUNNING", None, None), earlier.clone()]),
        runs(&[run(2, "FINISHED", Some("tm:1-a_ALLOC.html"), None), earlier]),
        Reply::Json(200, json!("a flame graph")),
    ]);
    assert_eq!(profile(&fake).await.unwrap().to_string_lossy(), "\"a flame graph\"");
    let path = "/v1/taskmanagers/tm%3A1-a/profiler";
    assert_eq!(
        fake.asked(),
        [
            format!("POST {path} {{\"duration\":2,\"mode\":\"ALLOC\"}}"),
            format!("GET {path}"),
            format!("GET {path}"),
            format!("GET {path}/tm%3A1-a_ALLOC.html"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_profiler_that_fails_is_an_error_with_its_reason() {
    let failed = run(2, "FAILED", None, Some("No access to perf events"));
    let fake = Fake::new([Reply::Json(200, run(2, "RUNNING", None, None)), runs(&[failed])]);
    let error = profile(&fake).await.unwrap_err();
    assert!(matches!(error, Error::OperationFailed { .. }));
    assert_eq!(error.to_string(), "StartTaskManagerProfiling failed: No access to perf events");
}
