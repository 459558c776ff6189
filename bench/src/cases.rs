//! Small pieces of work, each beside the least that one would write for it: for callgrind, and for Criterion.

use std::{fs, hint::black_box};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use flink_rest_client::{FlinkRestClient, JobId, VertexId, root_cause};
use serde::Deserialize;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::{bare, ready::Ready};

/// Something to do, and what it is beside.
pub struct Case {
    pub name: &'static str,
    pub beside: &'static str,
    pub ours: fn(&Place) -> Result<()>,
    pub bare: fn(&Place) -> Result<()>,
}

pub const CASES: &[Case] = &[
    Case {
        name: "decode",
        beside: "bare structs",
        ours: |place| {
            let details = place.runtime.block_on(async { place.flink.job(JOB).details().await })?;
            keep(details.vertices.len())
        },
        bare: |place| keep(serde_json::from_slice::<bare::JobDetails>(&place.details)?),
    },
    Case {
        name: "request",
        beside: "format!",
        ours: |place| {
            let metrics = place.flink.job(JOB).vertex(VERTEX).metrics();
            keep(metrics.get(place.names[..100].iter().map(String::as_str)).to_request()?)
        },
        bare: |place| {
            let names = place.names[..100].join(",");
            keep(format!("http://localhost/jobs/{JOB}/vertices/{VERTEX}/metrics?get={names}"))
        },
    },
    Case {
        name: "split",
        beside: "each answer decoded",
        ours: |place| {
            let metrics = place.flink.job(JOB).vertex(VERTEX).metrics();
            let values = metrics.get(place.names.iter().map(String::as_str));
            keep(place.runtime.block_on(async { values.await })?.len())
        },
        bare: |place| {
            // As many as it takes: each request line has room for 4096 bytes.
            for _ in 0..place.names.join(",").len().div_ceil(3900) {
                keep(serde_json::from_slice::<Vec<Value>>(&place.values)?)?;
            }
            Ok(())
        },
    },
    Case {
        name: "root cause",
        beside: "the last `Caused by:`",
        ours: |place| keep(root_cause(&place.trace)),
        bare: |place| keep(place.trace.lines().rfind(|line| line.starts_with("Caused by: "))),
    },
    Case {
        name: "follow",
        beside: "lines, sorted",
        ours: |place| {
            let read = async {
                let mut lines = place.flink.follow_logs().lines();
                for _ in 0..2 * LINES {
                    keep(lines.next().await?.context("a line")?)?;
                }
                Ok(())
            };
            place.runtime.block_on(read)
        },
        bare: |place| {
            let mut lines: Vec<&str> = place.logs.iter().flat_map(|log| log.lines()).collect();
            lines.sort_by_key(|line| line.get(..23));
            keep(lines)
        },
    },
];

const JOB: JobId = JobId::from_bytes([7; 16]);
const VERTEX: VertexId = VertexId::from_bytes([8; 16]);

/// How long each of two logs is.
const LINES: usize = 1000;

/// A metric and its value.
#[derive(Deserialize)]
#[allow(dead_code, reason = "they are read to be dropped")]
struct Value {
    id: String,
    value: String,
}

/// What the work is done on.
pub struct Place {
    runtime: Runtime,
    flink: FlinkRestClient,
    details: Bytes,
    /// The names of more metrics than fit into a request, and the answer to each part of them: all, so that none is
    /// missed and asked for again.
    names: Vec<String>,
    values: Bytes,
    trace: String,
    logs: [String; 2],
}

impl Place {
    pub fn new() -> Result<Self> {
        let details: Bytes = recorded("GetJob-running")?.to_string().into();
        let names: Vec<_> = (0..1000).map(|number| format!("{}.numRecordsInPerSecond", number)).collect();
        let values: Vec<_> = names.iter().map(|name| json!({"id": name, "value": "17.25"})).collect();
        let values = Bytes::from(json!(values).to_string());
        let failure = recorded("GetJobExceptions-failed")?;
        let trace =
            failure.pointer("/exceptionHistory/entries/0/stacktrace").and_then(|trace| trace.as_str());
        let logs = [0, 1].map(|which| log(2 * LINES, which));
        let listed = |name: &str, log: &str| {
            Bytes::from(json!({"logs": [{"name": name, "size": log.len(), "mtime": 1}]}).to_string())
        };
        let text = |log: &String| Bytes::from(log.clone());
        let [jobmanager, taskmanager] = &logs;
        let ready = Ready(vec![
            // Nothing that tells whether metrics are fresh: else it would depend on the time how often that is asked.
            ("/jobmanager/metrics", "[]".into()),
            ("/taskmanagers/metrics", "[]".into()),
            ("/metrics", values.clone()),
            ("/config", recorded("GetConfig-running")?.to_string().into()),
            ("/taskmanagers", recorded("GetTaskManagers-idle")?.to_string().into()),
            ("/jobmanager/logs", listed("jobmanager.log", jobmanager)),
            ("/jobmanager/log", text(jobmanager)),
            ("/jobmanager.log", text(jobmanager)),
            ("/logs", listed("taskmanager.log", taskmanager)),
            ("/log", text(taskmanager)),
            ("/taskmanager.log", text(taskmanager)),
            ("", details.clone()),
        ]);
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
            flink: ready.client()?,
            details,
            names,
            values,
            trace: trace.context("a trace")?.to_owned(),
            logs,
        })
    }
}

/// Every second line of a log, and what belongs to it.
fn log(lines: usize, which: usize) -> String {
    let time = |number: usize| {
        format!("2026-11-23 14:{:02}:{:02},{:03}", number / 60_000, number / 1000, number % 1000)
    };
    (0..lines)
        .filter(|number| number % 2 == which)
        .map(|number| time(number) + " INFO  Checkpoint - Done.\n")
        .collect()
}

/// What a real Flink answered. `flink-recordings` knows more of it, and takes long to build.
fn recorded(name: &str) -> Result<serde_json::Value> {
    let fixtures = flink_workspace::root().join("crates/flink-rest-client/fixtures/2.3.0");
    let text = fs::read_to_string(fixtures.join(name).with_extension("json"))?;
    let mut recording: serde_json::Value = serde_json::from_str(&text)?;
    recording.get_mut("answer").map(serde_json::Value::take).context("an answer")
}

/// So that it is not left undone.
fn keep<T>(done: T) -> Result<()> {
    black_box(done);
    Ok(())
}

/// Does it so many times.
pub fn run(name: &str, who: &str, times: u32) -> Result<()> {
    let case =
        CASES.iter().find(|case| case.name == name).with_context(|| format!("no case is called {name}"))?;
    let work = match who {
        "ours" => case.ours,
        "bare" => case.bare,
        _ => bail!("nobody is called {who}"),
    };
    let place = Place::new()?;
    for _ in 0..times {
        work(&place)?;
    }
    Ok(())
}
